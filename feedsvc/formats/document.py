"""The one plain document that every writer reads: a feed and its entries, frozen, ready to be written."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Term:
    """One subject of an entry. `scheme` is an absolute URL that names the vocabulary, `term` is unique within it."""

    kind: str
    """category, theme, person or place."""
    term: str
    label: str
    scheme: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One item in one language as the public may read it: text cleaned, addresses absolute, times in UTC seconds."""

    id: str
    """An absolute, permanent IRI, normally `urn:uuid:…` (RFC 4287 §4.2.6)."""
    url: str
    title: str
    """Plain text on one line, never empty."""
    summary: str
    """Plain text, may be empty."""
    content_html: str
    """Sanitised HTML with absolute addresses; correction notes and boilerplate included."""
    language: str
    """BCP 47."""
    published: datetime
    updated: datetime
    """The newest publish or correct, never before `published`."""
    authors: tuple[str, ...]
    """Names; the organisation's name where the item has no author, so never empty."""
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class FeedDoc:
    """What stands around the entries of one feed. All addresses are absolute."""

    id: str
    """Permanent IRI of the feed (RFC 4287 §4.2.6), the same in every format."""
    title: str
    subtitle: str
    language: str
    home_url: str
    """The newsroom's page that this feed mirrors."""
    base_url: str
    """The feed's own address without a format's suffix: `…/feeds/news`, also its page for people."""
    updated: datetime
    """Newest `updated` of its entries; for an empty feed the moment the feed was created."""
    author: str
    """The organisation."""
    entries: tuple[Entry, ...] = ()

    def self_url(self, suffix: str) -> str:
        """The address of this feed in the format with that suffix (`atom`, `rss`, `json`)."""
        return f"{self.base_url}.{suffix}"


@lru_cache(maxsize=1_024)
def digest(entry: Entry) -> str:
    """32 hex digits that change exactly when any field of the entry does: the key of its stored fragments.

    Remembered, since every format and every build of a feed asks again for the same frozen entries.
    """
    fields = json.dumps(asdict(entry), ensure_ascii=True, sort_keys=True, default=datetime.isoformat)
    return hashlib.blake2b(fields.encode("ascii"), digest_size=16).hexdigest()

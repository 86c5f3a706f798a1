"""The one plain document that every writer reads: a feed and its entries, frozen, ready to be written."""

import hashlib
import html
import json
from dataclasses import MISSING, asdict, dataclass, fields
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
    topic: str = ""
    """Its code in IPTC's Media Topics, eight digits; empty where it is none."""
    point: tuple[float, float] | None = None
    """Where a place lies: latitude and longitude in degrees (WGS 84)."""


TOPICS = "http://cv.iptc.org/newscodes/mediatopic/"
"""The scheme of Media Topics."""


@dataclass(frozen=True, slots=True)
class Rendition:
    """A picture's bytes in one size and format."""

    url: str
    """Absolute."""
    media_type: str
    width: int
    height: int
    length: int
    """Bytes, exactly."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of an entry, with the words to it. Plain text on one line; any of them may be empty."""

    renditions: tuple[Rendition, ...]
    """From small to large, JPEG among them in every size; never empty."""
    alt: str = ""
    """Empty where it is decorative."""
    caption: str = ""
    credit: str = ""
    rights: str = ""

    @property
    def jpegs(self) -> tuple[Rendition, ...]:
        """The renditions that every program can show."""
        return tuple(one for one in self.renditions if one.media_type == "image/jpeg")

    @property
    def best(self) -> Rendition:
        """The largest of these: what a reader gets who takes one file."""
        return self.jpegs[-1]


@dataclass(frozen=True, slots=True)
class Note:
    """What was put right in an entry, and when."""

    at: datetime
    text: str
    """Plain text."""


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
    pictures: tuple[Picture, ...] = ()
    """The first one leads."""
    version: int = 1
    """How many texts of it have come out, this one included: it grows with every one, and tells of no other."""
    revised: datetime | None = None
    """When this very text came out, also silently; None: at `updated`."""
    notes: tuple[Note, ...] = ()
    """Corrections, the newest first. `content_html` says them too."""
    organisation: str = ""
    """Who speaks; empty: the newsroom."""
    dateline: str = ""
    """Where and when it was given out; `content_html` begins with it."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """An item that was public and was taken back. Nothing that it said is here, and no address: its words are in that."""

    id: str
    language: str
    published: datetime
    at: datetime
    """When it was taken back."""
    version: int
    """One more than its last text had."""
    title: str
    """“Withdrawn”, in the language."""
    notice: str
    """A sentence for readers with the day and the newsroom's reason, plain text."""


def stub(gone: Withdrawal) -> Entry:
    """The entry that takes a withdrawn item's place in formats that have no word for a withdrawal: readers that hold the
    item put this in its place, since the id is the same. Its content replaces what they hold, so it is never empty.
    """
    return Entry(
        id=gone.id,
        url="",
        title=gone.title,
        summary=gone.notice,
        content_html=f"<p>{html.escape(gone.notice, quote=False)}</p>",
        language=gone.language,
        published=gone.published,
        updated=gone.at,
        authors=(),
        terms=(),
    )


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
    archive: int | None = None
    """The number of this archive document (RFC 5005 §4), counted from the oldest; None: the subscription document."""
    prev_archive: int | None = None
    """The number of the archive with the next older entries; None: there are no older ones."""
    next_archive: int | None = None
    """The number of the archive with the next newer entries; None: there is none yet. Archive documents only."""
    rights: str = ""
    """On what terms its texts may be republished: a sentence in its language; empty: nothing is said."""
    licence: str = ""
    """The address of a page with these terms; empty where there is none."""
    ai_use: str = ""
    """Whether programs may learn from its texts: `allowed`, `refused`, or empty where nothing is said."""
    withdrawn: tuple[Withdrawal, ...] = ()
    """What was taken back of late, the newest first. Subscription documents only: nobody polls an archive."""
    hub: str = ""
    """Where programs can ask to be sent what is new (WebSub §4); empty where nobody is."""
    query: str = ""
    """What its addresses end with, `?` included: for documents that are asked for with a question."""

    def __post_init__(self) -> None:
        """Refuse neighbours out of order: where the numbers only fall, no reader can walk back in a circle."""
        if self.archive is None and self.next_archive is not None:
            raise ValueError(f"the subscription document of {self.id!a} cannot have a next archive")
        row = [number for number in (self.prev_archive, self.archive, self.next_archive) if number is not None]
        if row != sorted(set(row)):
            raise ValueError(f"archives of {self.id!a} must count up from the oldest, not {row}")

    def self_url(self, suffix: str) -> str:
        """The address of this very document in the format with that suffix (`atom`, `rss`, `json`)."""
        return self.current_url(suffix) if self.archive is None else self.archive_url(self.archive, suffix)

    def current_url(self, suffix: str) -> str:
        """The address of the subscription document, which holds the newest entries."""
        return f"{self.base_url}.{suffix}{self.query}"

    def archive_url(self, number: int, suffix: str) -> str:
        """The address of the archive document with that number."""
        return f"{self.base_url}/archive/{number}.{suffix}"

    @property
    def hubs(self) -> tuple[str, ...]:
        """The hub that this document names: archive documents do not change, and name none."""
        return (self.hub,) if self.hub and self.archive is None else ()

    def history(self, suffix: str) -> list[tuple[str, str]]:
        """Link relation and address of the other documents of this feed (RFC 5005 §4), as far as there are any."""
        others = [] if self.archive is None else [("current", self.current_url(suffix))]
        for rel, number in (("prev-archive", self.prev_archive), ("next-archive", self.next_archive)):
            if number is not None:
                others.append((rel, self.archive_url(number, suffix)))
        return others


_LATER = {one.name: one.default for one in fields(Entry) if one.default is not MISSING}


@lru_cache(maxsize=1_024)
def digest(entry: Entry) -> str:
    """32 hex digits that change exactly when any field of the entry does: the key of its stored fragments.

    Remembered, since every format and every build of a feed asks again for the same frozen entries.
    """
    said = asdict(entry)
    for name, usual in _LATER.items():  # an entry without such a thing keeps the name that it had before there were any
        if getattr(entry, name) == usual:
            del said[name]
    for term in said["terms"]:
        if not term["topic"] and term["point"] is None:  # as above
            del term["topic"], term["point"]
    text = json.dumps(said, ensure_ascii=True, sort_keys=True, default=datetime.isoformat)
    return hashlib.blake2b(text.encode("ascii"), digest_size=16).hexdigest()

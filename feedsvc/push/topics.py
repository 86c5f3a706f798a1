"""Which documents can be subscribed to, and what they are called: exactly the addresses that feeds call themselves by."""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from feedsvc import clock, settings
from feedsvc.egress.ranges import is_refused, networks
from feedsvc.feeds import addresses, which
from feedsvc.formats.registry import FORMATS
from feedsvc.shelf import Key

LONGEST = 2_000
"""Characters of a callback."""
_SCOPE = 200
_PATH = re.compile(r"(?:/([a-z]{2}))?/feeds/([a-z0-9-]+(?:/[a-z0-9-]+)?)\.(" + "|".join(FORMATS) + r")\Z")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9._-])?|[0-9a-f:.]+")
_HTTP = {"http": 80, "https": 443}


class Topic(NamedTuple):
    """A feed's document: it is a topic in each format for itself (WebSub §4.1)."""

    scope: str
    language: str
    format: str

    @property
    def url(self) -> str:
        """What the document calls itself (rel=self)."""
        return f"{addresses.feed_url(self.scope, self.language)}.{self.format}"


def topic(url: str) -> Topic | None:
    """The topic of that address, letter for letter; None for whatever is none of ours, whether or not there is such a feed."""
    current = settings.current()
    if not url.startswith(current.public_url):
        return None
    found = _PATH.match(url[len(current.public_url) :])
    if found is None or len(found[2]) > _SCOPE:
        return None
    made = Topic(found[2], found[1] or current.main_language, found[3])
    return made if made.language in current.languages and made.url == url else None


def is_known(session: Session, asked: Topic) -> bool:
    """Whether readers may know of that feed. What only the newsroom knows of is not there."""
    feed = which.find(session, Key(asked.language, asked.scope))
    return feed is not None and which.opened(session, feed, now=clock.now()) is not None


def host(callback: str) -> str | None:
    """The host of a callback, in small letters; None where the callback is none that can be called.

    No name or password in it, no fragment, nothing that is not printable ASCII; http or https.
    """
    if (
        len(callback) > LONGEST
        or not (callback.isascii() and callback.isprintable())
        or set(' "<>\\^`{|}#') & set(callback)
    ):
        return None
    try:
        parts = urlsplit(callback)
        name, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return None
    if parts.scheme not in _HTTP or port == 0 or "@" in parts.netloc or not _HOST.fullmatch(name):
        return None
    return name if len(name) <= 255 else None  # noqa: PLR2004  # RFC 1035 §2.3.4


def may_be_called(callback: str) -> bool:
    """Whether nothing speaks against a callback that `host` took, as it is written. Where its name leads shows at each dial."""
    parts = urlsplit(callback)
    allowed = networks(settings.current().egress_allow)
    return not is_refused((parts.hostname or "").lower(), parts.port or _HTTP[parts.scheme], allowed)

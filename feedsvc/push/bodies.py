"""What is sent: the document as whoever asked for it would get it now. The hub sends what the publisher serves (WebSub §7)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from feedsvc.clock import NEVER
from feedsvc.errors import FeedsvcError
from feedsvc.feeds import addresses, afterwards, contents, pieces, which
from feedsvc.formats.registry import FORMATS
from feedsvc.newsroom import public
from feedsvc.push import events, partners
from feedsvc.push.topics import Topic
from feedsvc.shelf import Key

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Body:
    """A document, and the headers that it is sent with (§7): its type, and where it and its hub are, in one Link."""

    content: bytes
    headers: tuple[str, ...]


class Bodies:
    """The documents that are being sent, for as long as the public sees the same: what was taken back is not sent again."""

    def __init__(self) -> None:
        self._made: dict[Topic | int, Body | None] = {}
        self._failed: set[Topic | int] = set()
        self._version = -1
        self._until = NEVER

    def follow(self, session: Session, *, now: datetime) -> None:
        """Forgets everything where the public may see something else by now."""
        version = public.version(session)
        if version != self._version or now >= self._until:
            self._made.clear()
            self._failed.clear()
            self._version, self._until = version, public.coming(session, now=now)

    def make(self, session: Session, wanted: Iterable[Topic | int], *, now: datetime) -> None:
        """Makes those of these documents that are missing, all as of one look at the rows; see `follow`."""
        for one in wanted:
            if one in self._made:
                continue
            try:
                self._made[one] = _event(session, one, now) if isinstance(one, int) else _document(session, one, now)
            except FeedsvcError:
                raise
            except Exception:
                # One that cannot be made holds up no other.
                log.exception("not_made", subject=str(one))
                self._made[one] = None
                self._failed.add(one)

    def get(self, wanted: Topic | int) -> Body | None:
        """What was made; None where the feed is no longer there, or something newer is to be said of the item."""
        return self._made.get(wanted)

    def has_failed(self, wanted: Topic | int) -> bool:
        """Whether it could not be made, so that it is to be tried again."""
        return wanted in self._failed


_JSON = ("Content-Type: application/json",)


def _event(session: Session, publication_id: int, now: datetime) -> Body | None:
    body = events.event(session, publication_id, now=now)
    return Body(body, _JSON) if body is not None else None


def _document(session: Session, topic: Topic, now: datetime) -> Body | None:
    if topic.scope.startswith(partners.TEST):
        return Body(events.trial(now), _JSON)
    feed = which.find(session, Key(topic.language, topic.scope))
    if feed is None or topic.format not in FORMATS or which.opened(session, feed, now=now) is None:
        return None
    found = contents.at(session, feed, now=now)
    if found.news:
        afterwards.do(pieces.remember, found.news)
    content = contents.written(found.doc, found.entries, topic.format).body
    links = f'Link: <{addresses.hub_url()}>; rel="hub", <{topic.url}>; rel="self"'
    return Body(content, (f"Content-Type: {FORMATS[topic.format].media_type}", links))

"""A feed or an item in a format of news agencies: written whole for whoever asks, from the same frozen entries as every feed."""

import hashlib
from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from feedsvc.feeds import assemble, contents, which
from feedsvc.formats import whole
from feedsvc.formats.document import FeedDoc
from feedsvc.formats.registry import AGENCY
from feedsvc.models import Feed
from feedsvc.newsroom import listing
from feedsvc.newsroom.listing import NEWS
from feedsvc.newsroom.public import Shown
from feedsvc.newsroom.withdrawals import Withdrawn
from feedsvc.shelf import Key

log = structlog.get_logger()


def feed(session: Session, feed: Feed, suffix: str, *, now: datetime) -> tuple[FeedDoc, contents.Written]:
    """The same items that the feed carries in every other format, in one of `AGENCY` that knows feeds."""
    there = AGENCY[suffix].feed
    if there is None:
        raise ValueError(f"{AGENCY[suffix].title} has no feeds")
    found = contents.at(session, feed, now=now)
    most = found.count
    shown = listing.newest(session, feed.language, scope=feed.scope, now=now, limit=most) if most else []
    doc = replace(found.doc, entries=tuple(map(assemble.survived, shown)))
    return doc, _written(there[1], doc, suffix)


def item(session: Session, shown: Shown, suffix: str) -> contents.Written:
    """An item as the public sees it, in a format of `AGENCY`."""
    entry = assemble.survived(shown)
    doc = replace(_around(session, shown.language, entry.updated), entries=(entry,))
    return _written(AGENCY[suffix].item[1], doc, suffix)


def withdrawn(session: Session, gone: Withdrawn, suffix: str) -> contents.Written:
    """What a format of `AGENCY` says in the place of an item that was taken back."""
    told = assemble.withdrawal(gone)
    doc = replace(_around(session, gone.language, told.at), withdrawn=(told,))
    return _written(AGENCY[suffix].item[1], doc, suffix)


def _around(session: Session, language: str, updated: datetime) -> FeedDoc:
    """What is said of the newsroom around one item: what the feed of everything says."""
    everything = which.find(session, Key(language, NEWS))
    if everything is None:
        raise LookupError(f"there is no feed of everything in {language}")
    return assemble.frame(everything, "", updated, None)


def _written(writer: whole.Writer, doc: FeedDoc, suffix: str) -> contents.Written:
    body, problem = whole.write(writer, doc)
    if problem:
        log.error("entry_made_safe", feed=doc.id, format=suffix, problem=problem)
    return contents.Written(body, hashlib.blake2b(body, digest_size=16).hexdigest())

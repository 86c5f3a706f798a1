"""A search as a feed: joined when it is asked for, from entries that were rendered before. It has no row and no bytes on the shelf."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from feedsvc import settings
from feedsvc.characters import one_line
from feedsvc.feeds import addresses, afterwards, assemble, contents, pieces, which
from feedsvc.formats.document import FeedDoc
from feedsvc.newsroom import searching
from feedsvc.newsroom.listing import NEWS, Outline
from feedsvc.newsroom.searching import Question
from feedsvc.shelf import Key
from feedsvc.words import N_, say


def document(
    session: Session, asked: Question, language: str, query: str, *, now: datetime
) -> tuple[FeedDoc, Sequence[pieces.Piece]]:
    """The newest items that answer a question, as many as a feed carries; `query`: what the address says of the question.

    Whole words alone are found: a feed that changes from beginnings to words would lose what it had.
    """
    most = settings.current().feed_items
    answer = searching.find(session, asked, now=now, limit=most, loosely=False)
    outlines = [Outline(one.publication_id, one.place) for one in answer.found]
    entries, news = pieces.of(session, outlines, made_with=pieces.made_with(session), now=now)
    if news:
        afterwards.do(pieces.remember, news)
    entries = entries[: assemble.fitting((one.weight for one in entries), settings.current().feed_bytes)]
    everything = which.known(session, [Key(language, NEWS)], now=now)[Key(language, NEWS)].feed
    updated = max((one.updated for one in entries), default=None) or contents.emptied(session, everything, now=now)
    return _frame(asked, language, query, updated), entries


def _frame(asked: Question, language: str, query: str, updated: datetime) -> FeedDoc:
    """What stands around the entries. The id follows from the address, so that it is the same wherever it is asked for."""
    newsroom = one_line(settings.current().newsroom_name)
    home = f"{addresses.home_url(language)}/search"
    return FeedDoc(
        id=uuid.uuid5(uuid.NAMESPACE_URL, home + query).urn,
        title=f"{newsroom}: {asked.text}",
        subtitle=say(
            language, N_("News of {name} with the words “{words}”, newest first."), name=newsroom, words=asked.text
        ),
        language=language,
        home_url=home + query,
        base_url=home,
        updated=updated,
        author=newsroom,
        rights=assemble.rights(language),
        licence=assemble.licence(),
        ai_use=settings.current().ai_use,
        query=query,
    )

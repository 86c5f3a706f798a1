"""The feeds' side of bringing in many items at once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from feedsvc.clock import whole_second
from feedsvc.feeds import places, scopes
from feedsvc.feeds.places import Move
from feedsvc.models import Feed
from feedsvc.newsroom import bulk
from feedsvc.newsroom.bulk import Past
from feedsvc.newsroom.listing import NEWS
from feedsvc.newsroom.record import change
from feedsvc.newsroom.workflow import Actor


def bring_in(session: Session, past: Sequence[Past], *, actor: Actor, now: datetime) -> int:
    """Writes items that were public before, and what they move: each lands in the archive of its date.

    Gives how many texts. Raises Invalid, NotAllowed; then nothing was written.
    """
    texts = bulk.add(session, past, actor=actor, now=now)
    row = change(session, "import", now)
    moves = [
        Move(t.publication_id, t.words.language, t.past.published, (t.past.published, t.publication_id), scopes.of(t))
        for t in texts
    ]
    moved = places.write(session, moves, version=row.id, now=now)
    languages = {text.words.language for text in texts}
    touched = Feed.id.in_(moved) | ((Feed.scope == NEWS) & Feed.language.in_(languages))
    session.execute(update(Feed).where(touched).values(version=row.id))
    later = touched & (Feed.last_modified < whole_second(now))
    session.execute(update(Feed).where(later).values(last_modified=whole_second(now)))
    return len(texts)

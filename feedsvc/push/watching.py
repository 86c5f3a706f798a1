"""Seeing that something is to be sent, for nodes where nobody rang."""

from feedsvc import clock
from feedsvc.db import reading
from feedsvc.push import announcing, asking


def is_due() -> bool:
    """Whether a sender has something to do."""
    with reading() as session:
        now = clock.now()
        return announcing.anything(session, now=now) or asking.anything(session, now=now)


def wake() -> int:
    """Wakes this node's sender where something is due: another node wrote it, or a time to try again has come."""
    if not is_due():
        return 0
    announcing.ring()
    return 1

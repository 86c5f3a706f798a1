"""The road: a verb in one transaction, then the feeds it touched, built. The one place that joins the two.

Each step is idempotent and ends in its own transaction. A crash between them loses nothing: the ticker
compares the shelf with the `Feed` rows and goes on.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import structlog

from feedsvc import clock, shelf
from feedsvc.db import transaction
from feedsvc.errors import FeedsvcError
from feedsvc.feeds import build, which
from feedsvc.newsroom.record import CHANGES

log = structlog.get_logger()
T = TypeVar("T")


def act(verb: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Runs `verb(session, *args, now=…, **kwargs)` in a transaction and builds what it touched.

    When this returns, the rows are on disk and the feeds serve the new state. Raises what the verb raises,
    Busy and Unavailable; then nothing was changed.
    """
    with transaction() as session:
        now = clock.now()
        result = verb(session, *args, now=now, **kwargs)
        recorded = session.info.get(CHANGES, [])
        touched = which.mark(session, recorded, now=now)
        takes_back = any(p is not None and p.kind == "withdraw" for _, p in recorded)
    follow(touched, takes_back=takes_back)
    return result


def follow(touched: list[shelf.Key], *, takes_back: bool) -> None:
    """Builds the feeds that a committed change touched; a withdrawal first expires the old bytes, so that none outlives it.

    Never raises: what was committed stands, whatever becomes of a cache. What fails here is logged, and the ticker
    goes on with it. A command whose settings are not the server's leaves the building to the server.
    """
    ours = build.is_ours()
    for key in touched:
        try:
            if takes_back:
                build.expire(key)
            if ours:
                build.build(key)
        except (FeedsvcError, OSError) as error:
            log.error("build_failed", language=key.language, scope=key.scope, error=str(error))
        except Exception:
            log.exception("build_failed", language=key.language, scope=key.scope)

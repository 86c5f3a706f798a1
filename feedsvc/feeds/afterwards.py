"""What a build leaves to be done when its readers have been served: by one thread of each process, in order."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog

from feedsvc import settings
from feedsvc.errors import FeedsvcError

log = structlog.get_logger()

PAUSE = 0.03
"""Seconds before each deed: whoever waited for the build is answered first, and those who ask for it next."""
_THREAD = ThreadPoolExecutor(1, thread_name_prefix="afterwards")


def do(deed: Callable[..., Any], *args: Any) -> None:
    """Does it soon. It must be safe to leave out: what fails is logged, and a process that is killed does not do it."""
    _THREAD.submit(_done, settings.current().database, deed, *args)


def _done(database: str, deed: Callable[..., Any], *args: Any) -> None:
    time.sleep(PAUSE)
    try:
        if settings.current().database == database:  # In tests a process serves many newsrooms, one after the other.
            deed(*args)
    except FeedsvcError as error:
        log.warning("not_done_afterwards", deed=deed.__name__, error=str(error))
    except Exception:
        log.exception("not_done_afterwards", deed=deed.__name__)


def wait() -> None:
    """Returns when all that was to be done is done."""
    _THREAD.submit(bool).result()

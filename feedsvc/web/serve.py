"""What a web process runs: the front with the Flask application behind it."""

import contextlib
import gc
from collections.abc import Callable, Iterable
from typing import Any

from feedsvc import lifeline, logs
from feedsvc.db import reading
from feedsvc.errors import FeedsvcError
from feedsvc.web.app import create_app
from feedsvc.web.front import front


def load() -> Callable[..., Iterable[bytes]]:
    """The WSGI application of this process's settings."""
    lifeline.die_with_parent()
    logs.configure()
    app: Any = create_app()
    with contextlib.suppress(FeedsvcError), reading():
        pass  # Connected, and its clock heard, before the first request; without a database the shelf is served all the same.
    serve = front(app.wsgi_app)
    # What is loaded by now stays: the collector need not look at it again and again beside ten thousand requests a second.
    gc.collect()
    gc.freeze()
    return serve

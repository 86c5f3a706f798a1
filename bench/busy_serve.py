"""`feedsvc serve` with one address more: `/busy`, 200 ms of Python work, what a heavy page of an editor's costs.

All else is the real thing: supervisor, ticker, granian with our options, the front. Only what the web processes load has
the address added behind the front, where Flask is.

    python busy_serve.py serve --port 8000     as `feedsvc`
"""

import functools
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

WORK = 0.2
"""Seconds of processor time that the address burns, in Python code that never gives the interpreter up by itself."""


def load() -> Callable[..., Iterable[bytes]]:
    """What a web process runs: `feedsvc.web.serve.load`, with the address added to the application."""
    from feedsvc.web import serve

    make = serve.create_app

    def with_busy() -> Any:
        app = make()
        inner = app.wsgi_app
        app.wsgi_app = lambda environ, start: (_busy if environ["PATH_INFO"] == "/busy" else inner)(environ, start)
        return app

    serve.create_app = with_busy  # type: ignore[assignment]
    return serve.load()


def _busy(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    end = time.thread_time() + WORK
    while time.thread_time() < end:
        sum(number * number for number in range(2_000))
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return (b"done\n",)


def main() -> None:
    """A web process's parent when it is given the options of one, else the command line."""
    from feedsvc import webserver

    if sys.argv[1].startswith("{"):
        granian = webserver.Granian
        webserver.Granian = lambda _target, **options: granian("busy_serve:load", **options)  # type: ignore[assignment,misc]
        webserver.main()
        return
    real = webserver.command

    @functools.wraps(real)
    def command(*args: Any) -> list[str]:
        return [sys.executable, __file__, real(*args)[-1]]

    webserver.command = command  # type: ignore[assignment]
    from feedsvc.cli import main as cli

    cli()


if __name__ == "__main__":
    main()

"""The Flask application for tests that ask it in this process."""

from functools import cache

from flask import Flask

from feedsvc import settings


@cache
def _made(_languages: object) -> Flask:
    from feedsvc.web.app import create_app

    return create_app()


def application() -> Flask:
    """The application for this process's settings. It is made once for the same languages: to compile its rules takes longer
    than most tests.

    All that it keeps between requests is its key and the pages that it remembers.
    """
    app = _made(settings.current().languages)
    app.config["SECRET_KEY"] = settings.secret_key(settings.current())
    for kept in [name for name in app.extensions if name.startswith("feedsvc-")]:
        del app.extensions[kept]
    return app

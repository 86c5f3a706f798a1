"""Pages that were made before: sent again, as they were, for as long as the public sees the same.

A page follows from what is public, from the names of subjects and contacts, and from the newsroom's look. Every change of
the first two has a `Change` and so another `public.version`; what is planned has its moment; the look is a part of the key.
So nothing has to be thrown away on purpose, and a withdrawal holds with the next request.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from threading import Lock
from typing import Any, TypeVar, cast

from flask import Response, current_app, g, request

from feedsvc import clock
from feedsvc.db import reading
from feedsvc.newsroom import public
from feedsvc.web.site.theme import see, theme

View = TypeVar("View", bound=Callable[..., Any])

MEMORY = 4_000_000
"""Bytes of pages that one process holds; what was asked for longest ago goes first."""
ASKED = ("before", "page")
"""The parameters that pages know; all others change nothing."""
_LONGEST = 200
"""Of a parameter: a longer one is no place in any list, and not worth remembering."""

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Page:
    """A page, and for how long it is what would be made."""

    version: int
    made: datetime
    until: datetime
    body: bytes
    etag: str


@dataclass(slots=True)
class _Pages:
    """What one process remembers."""

    kept: "OrderedDict[Key, _Page]" = field(default_factory=OrderedDict)
    size: int = 0
    lock: Lock = field(default_factory=Lock)

    def get(self, key: Key, version: int, now: datetime) -> _Page | None:
        """What is remembered, if the public sees the same as when it was made."""
        with self.lock:
            found = self.kept.get(key)
            if found is None or found.version != version or not found.made <= now < found.until:
                return None
            self.kept.move_to_end(key)
            return found

    def put(self, key: Key, page: _Page) -> None:
        """Remembers one, and lets go of what was used longest ago."""
        with self.lock:
            before = self.kept.pop(key, None)
            self.kept[key] = page
            self.size += len(page.body) - (len(before.body) if before else 0)
            while self.size > MEMORY:
                self.size -= len(self.kept.popitem(last=False)[1].body)


def _look() -> tuple[str, str, str]:
    """What of the look every page shows."""
    chosen = theme()
    return chosen.sheet, chosen.line, chosen.logo


def remembered(view: View) -> View:
    """Has a page's view make it only where it is not remembered. Raises Unavailable without a database, always: it may
    have been taken back.
    """

    @wraps(view)
    def answer(**values: Any) -> Any:
        asked = tuple(request.args.get(name, "") for name in ASKED)
        with reading() as session:
            now = clock.now()
            version, until = public.lasting(session, now=now)
            see(session)
        key = (view.__name__, g.language, tuple(sorted(values.items())), asked, *_look())
        pages: _Pages = current_app.extensions.setdefault("feedsvc-pages", _Pages())
        found = pages.get(key, version, now)
        if found is not None:
            response = Response(found.body, mimetype="text/html")
            response.headers["Cache-Control"] = "no-cache"
            response.set_etag(found.etag)
            return response.make_conditional(request)
        g.whole = True
        made = view(**values)
        etag = made.get_etag()[0] if made.status_code == 200 else None  # noqa: PLR2004  # nothing else is a page
        if etag is None:
            return made
        if all(len(one) <= _LONGEST for one in asked):
            pages.put(key, _Page(version, now, until, made.get_data(), etag))
        return made.make_conditional(request)

    return cast("View", answer)

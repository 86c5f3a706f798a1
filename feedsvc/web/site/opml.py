"""The catalogue for feed readers, which take in all of it at once: OPML 2.0, http://opml.org/spec2.opml."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from flask import Response, g
from sqlalchemy.orm import Session

from feedsvc import settings
from feedsvc.characters import one_line
from feedsvc.feeds import addresses
from feedsvc.feeds.catalogue import Subject
from feedsvc.newsroom.listing import NEWS
from feedsvc.web.i18n import gettext as _
from feedsvc.web.permission import public as open_to_all
from feedsvc.web.site import feeds, frame
from feedsvc.web.site.kept import kept

MEDIA_TYPE = "text/x-opml"


@open_to_all
def opml() -> Response:
    """Every feed of the catalogue in the page's language."""
    language: str = g.language
    body = kept(f"opml {language}", lambda session, now: _document(session, language, now))
    response = frame.validated(Response(body, content_type=f"{MEDIA_TYPE}; charset=utf-8"))
    response.headers["Content-Disposition"] = f'inline; filename="feeds-{language}.opml"'
    return response


def _document(session: Session, language: str, now: datetime) -> bytes:
    """The feed of everything, then an outline for each kind with its feeds inside."""
    there = feeds.gathered(session, language, now)
    newsroom = one_line(settings.current().newsroom_name)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"<head><title>{escape(_('Feeds of {name}', name=newsroom))}</title></head>",
        "<body>",
        _feed(language, NEWS, newsroom),
    ]
    lines += _section(language, _(feeds.CHOSEN), feeds.chosen(session, language))
    for kind in feeds.SECTIONS:
        lines += _section(language, _(feeds.LISTS[kind]), there[kind].subjects)
    return "\n".join((*lines, "</body>", "</opml>", "")).encode("utf-8", "replace")


def _section(language: str, heading: str, listed: Sequence[Subject]) -> Iterator[str]:
    """A kind's feeds; nothing where it has none."""
    if listed:
        yield f"<outline text={quoteattr(heading)}>"
        for one in listed:
            yield _feed(language, one.scope, one_line(one.name))
        yield "</outline>"


def _feed(language: str, scope: str, name: str) -> str:
    """One feed. `htmlUrl` is what the feed itself calls its page, as the specification asks."""
    said = {
        "type": "rss",  # of any feed, whatever its format
        "text": name,
        "title": name,
        "xmlUrl": f"{addresses.feed_url(scope, language)}.atom",
        "htmlUrl": addresses.page_url(scope, language),
        "language": language,
    }
    return "<outline " + " ".join(f"{key}={quoteattr(value)}" for key, value in said.items()) + "/>"

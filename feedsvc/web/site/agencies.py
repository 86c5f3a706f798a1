"""An item in the formats of news agencies, with the headers that feeds have."""

from http import HTTPStatus

from flask import Response, g, request
from werkzeug.wrappers import Response as Answer

from feedsvc import clock
from feedsvc.db import reading
from feedsvc.feeds import addresses, agencies, contents
from feedsvc.formats.registry import AGENCY
from feedsvc.newsroom import whereabouts
from feedsvc.newsroom.public import Shown
from feedsvc.newsroom.withdrawals import Withdrawn
from feedsvc.web.artifacts import accepted, pick
from feedsvc.web.permission import public as open_to_all
from feedsvc.web.site import items
from feedsvc.web.versions import CACHE_CONTROL, CORS


@open_to_all
def item_for_agencies(slug: str, suffix: str) -> Answer:
    """An item as ninjs, NewsML-G2 or NITF. What was taken back is 410 as its page is, and says so in the format's own word."""
    with reading() as session:
        now = clock.now()
        found = whereabouts.at_slug(session, g.language, slug, now=now)
        if isinstance(found, Withdrawn):
            return _taken_back(agencies.withdrawn(session, found, suffix), suffix)
        there = items.shown(found, f".{suffix}")
        if not isinstance(there, Shown):
            return there
        written = agencies.item(session, there, suffix)
    address = addresses.item_url(g.language, there.revision.slug)
    response = _answer(written, suffix)
    response.headers["Link"] = f'<{address}>; rel="canonical", <{address}.{suffix}>; rel="self"'
    return response.make_conditional(request)


def _taken_back(written: contents.Written, suffix: str) -> Answer:
    """The notice under the status of the item's page: nothing of the item is in it, its address neither."""
    response = _answer(written, suffix)
    response.status_code = HTTPStatus.GONE
    response.headers["Cache-Control"] = "no-cache"
    return response


def _answer(written: contents.Written, suffix: str) -> Response:
    """The bytes in the one coding that is worth making for one answer."""
    coding = pick(accepted(request.headers.get("Accept-Encoding", "")), ("gzip",))
    body = contents.packed(written.body) if coding else written.body
    response = Response(body, content_type=AGENCY[suffix].item[0])
    if coding:
        response.headers["Content-Encoding"] = coding
    response.headers.update({"Cache-Control": CACHE_CONTROL, "Vary": "Accept-Encoding", **dict(CORS)})
    # No Last-Modified: a renamed subject changes an item's bytes and no moment of its own. The ETag knows.
    response.set_etag(f"{written.tag}-gz" if coding else written.tag)
    return response

"""Public pictures: each answers exactly while something public carries it, and before and after as if it had never been."""

from flask import Blueprint, Response, abort, request

from feedsvc import clock
from feedsvc.db import reading
from feedsvc.newsroom import pictures
from feedsvc.web.permission import public as open_to_all

blueprint = Blueprint("media", __name__)

HEADERS = {
    # A second in a shared cache, none in a reader's own: a picture that is taken back is gone everywhere within two.
    "Cache-Control": "public, max-age=0, s-maxage=1, must-revalidate",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",
}


@blueprint.get("/media/<key>/<name>")
@open_to_all
def media(key: str, name: str) -> Response:
    """A picture in one size and format. Who asks is never told whether the key is one."""
    with reading() as session:
        found = pictures.readable(session, key, name, now=clock.now())
        if found is None:
            abort(404)
        if request.if_none_match.contains_weak(found[1]):
            response = Response(status=304)
        else:
            served = pictures.served(session, found, name)
            response = Response(served.content, content_type=served.media_type)
    response.set_etag(found[1])
    response.headers.update(HEADERS)
    return response

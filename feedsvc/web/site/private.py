"""Feeds for one reader each: `/private/<secret>` says what it is, and below it lie the feed and, under embargo, its pictures.

What a secret does not open is what never was. Nobody keeps an answer, no page leads here, and nothing is counted with the
readers of public feeds: each reading is written down by itself before it is answered.
"""

import hmac
from datetime import datetime

from flask import Blueprint, Response, abort, g, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, road
from feedsvc.characters import clean
from feedsvc.db import reading
from feedsvc.errors import NotFound
from feedsvc.feeds import contents, embargoed
from feedsvc.formats.registry import FORMATS
from feedsvc.models import PrivateFeed
from feedsvc.newsroom import families, partners, pictures
from feedsvc.newsroom.partners import Often
from feedsvc.web import seeking
from feedsvc.web.artifacts import accepted, pick
from feedsvc.web.permission import public as open_to_all

blueprint = Blueprint("private", __name__, url_prefix="/private")

AGAIN = 60
"""Seconds after which a reader under embargo who asked too often may ask again."""


@blueprint.after_request
def _keep_secret(response: Response) -> Response:
    """Nobody keeps it, finds it, or learns the address from where a reader goes on to."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _opened(session: Session, secret: str, now: datetime) -> PrivateFeed:
    """The feed of a secret; 404 for what opens nothing."""
    row = partners.opened(session, secret, now=now)
    if row is None:
        abort(404)
    g.language = row.language
    return row


@blueprint.get("/<secret>")
@open_to_all
def door(secret: str) -> Answer:
    """What it is, for whom, and its addresses; under embargo first the terms. It says nothing of any item."""
    return _door(secret, 200)


def _door(secret: str, status: int) -> Response:
    with reading() as session:
        row = _opened(session, secret, clock.now())
        terms = partners.terms(session, row.language) if row.kind == "embargo" else ""
        page = render_template(
            "site/private.html",
            row=row,
            terms=terms,
            digest=partners.digest(terms),
            open=partners.may_read(session, row),
            addresses=[(fmt.title, f"{embargoed.home(secret)}/feed.{fmt.suffix}") for fmt in FORMATS.values()],
        )
    return Response(clean(page), status, mimetype="text/html")


@blueprint.post("/<secret>")
@open_to_all
def accept(secret: str) -> Answer:
    """Accepts the terms that were shown; where they changed meanwhile, shows those of now."""
    with reading() as session:
        _opened(session, secret, clock.now())
    try:
        done = road.act(partners.accept, secret, request.form.get("digest", ""))
    except NotFound:
        abort(404)
    return _door(secret, 200 if done else 409)


@blueprint.get(f"/<secret>/feed.<any({','.join(FORMATS)}):suffix>")
@open_to_all
def feed(secret: str, suffix: str) -> Answer:
    """The feed, once the reading is written down."""
    seeking.follow()
    with reading() as session:
        now = clock.now()
        row = _opened(session, secret, now)
        if not partners.may_read(session, row):
            return _refused("Accept the terms of embargo first: open the address without /feed in a browser.\n", 403)
        doc, entries, keys = embargoed.document(session, row, secret, suffix, now=now)
    made = contents.written(doc, entries, suffix)
    coding = pick(accepted(request.headers.get("Accept-Encoding", "")), ("gzip",))
    response = Response(contents.packed(made.body) if coding else made.body, content_type=FORMATS[suffix].media_type)
    if coding:
        response.headers["Content-Encoding"] = coding
    response.headers["Vary"] = "Accept-Encoding"
    # No Last-Modified: of a plan that was called off there is no moment that a date could say.
    response.set_etag(f"{made.tag}-gz" if coding else made.tag)
    answer = response.make_conditional(request)
    family = families.reader(request.headers.get("User-Agent", "")[: families.LONGEST]).family
    try:
        road.act(partners.read, row.id, suffix=suffix, status=answer.status_code, family=family, items=keys)
    except Often:
        refused = _refused(
            "This feed is read more often than it can be written down. Keep the ETag and send it along.\n", 429
        )
        refused.headers["Retry-After"] = str(AGAIN)
        return refused
    except NotFound:
        abort(404)
    return answer


def _refused(words: str, status: int) -> Response:
    return Response(words, status, mimetype="text/plain")


@blueprint.get("/<secret>/media/<picture>/<name>")
@open_to_all
def shown_picture(secret: str, picture: str, name: str) -> Response:
    """A picture of what is under embargo, as long as it is. All else is what never was."""
    with reading() as session:
        now = clock.now()
        row = _opened(session, secret, now)
        is_shown = row.kind == "embargo" and partners.may_read(session, row)
        if not is_shown or not any(
            hmac.compare_digest(picture.encode(), key.encode()) for key in embargoed.pictures(session, row, now=now)
        ):
            abort(404)
        kept = pictures.kept(session, picture, name)
        if kept is None:
            abort(404)
        served = pictures.served(session, kept, name)
    response = Response(served.content, content_type=served.media_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response

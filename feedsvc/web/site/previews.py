"""Personal links of journalists: `/preview/<secret>` shows a text before it is public, and the newsroom sees that it did.

What is asked for with GET says nothing of the text, so that programs which look at links for people (chats, mail
filters) neither learn it nor count as readers: a person presses a button.
"""

from flask import Blueprint, Response, abort, g, redirect, render_template
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, road
from feedsvc.characters import clean
from feedsvc.db import reading
from feedsvc.feeds import addresses
from feedsvc.newsroom import html, pictures, previews
from feedsvc.newsroom.previews import Opened, Released
from feedsvc.web import bodies, illustrations, labels
from feedsvc.web.permission import public as open_to_all

blueprint = Blueprint("previews", __name__, url_prefix="/preview")


@blueprint.after_request
def _keep_secret(response: Response) -> Response:
    """Nobody keeps it, finds it, or learns the address from where a reader goes on to."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _open(session: Session, secret: str) -> Opened | Answer:
    """What a link shows, or where it leads once the text is public. What opens nothing is what never was."""
    found = previews.opened(session, secret, now=clock.now())
    if found is None:
        abort(404)
    if isinstance(found, Released):
        return redirect(addresses.item_url(found.language, found.slug), 303)
    g.language = found.shown.language
    return found


@blueprint.get("/<secret>")
@open_to_all
def door(secret: str) -> Answer:
    """For whom the link is, and the button that opens it."""
    with reading() as session:
        found = _open(session, secret)
        if not isinstance(found, Opened):
            return found
        page = render_template("site/preview_door.html", link=found.link, planned=found.planned)
    return Response(clean(page), mimetype="text/html")


@blueprint.post("/<secret>")
@open_to_all
def text(secret: str) -> Answer:
    """The text, once the reading is written down."""
    with reading() as session:
        found = _open(session, secret)
        if not isinstance(found, Opened):
            return found
        fresh = previews.is_news(found, clock.now())
    if fresh:
        road.act(previews.read, secret)
    with reading() as session:
        found = _open(session, secret)
        return _page(found, secret) if isinstance(found, Opened) else found


@blueprint.get("/<secret>/<picture>/<name>")
@open_to_all
def shown_picture(secret: str, picture: str, name: str) -> Response:
    """A picture of the text, as long as the link shows the text. All else is what never was."""
    with reading() as session:
        found = previews.opened(session, secret, now=clock.now())
        if not isinstance(found, Opened) or picture not in {one.picture.key for one in found.revision.pictures}:
            abort(404)
        kept = pictures.kept(session, picture, name)
        if kept is None:
            abort(404)
        served = pictures.served(session, kept, name)
    response = Response(served.content, content_type=served.media_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _page(found: Opened, secret: str) -> Response:
    """The item as its page would show it, with a line that says for whom."""
    revision, root = found.revision, f"{blueprint.url_prefix}/{secret}"
    page = render_template(
        "site/preview.html",
        link=found.link,
        planned=found.planned,
        shown=found.shown,
        revision=revision,
        body=bodies.shown(revision, found.shown.language, root),
        about=Markup(html.sanitise(revision.about_html)),  # noqa: S704  # sanitised in this very line
        illustrations=illustrations.of(revision, root),
        labels=labels.about(revision),
    )
    return Response(clean(page), mimetype="text/html")

"""The newest saved text as readers will see it: their own page around it, and a bar that says it is not public."""

from flask import Response, g
from markupsafe import Markup

from feedsvc import clock, db
from feedsvc.newsroom import html, previews, standing
from feedsvc.web import bodies, illustrations, labels
from feedsvc.web.auth import permission
from feedsvc.web.desk.frame import blueprint, page


@blueprint.get("/items/<key>/preview")
@permission("read")
def preview(key: str) -> Response:
    """The item's page with the newest saved text."""
    now = clock.now()
    with db.reading() as session:
        here = standing.standing(session, standing.find(session, key), now=now)
        g.zone = ""  # as readers will see it
        revision = here.head
        return page(
            "preview.html",
            key=here.translation.item.key,
            here=here,
            shown=previews.as_shown(session, here, revision, now=now),
            revision=revision,
            body=bodies.shown(revision, here.translation.language, illustrations.DESK),
            about=Markup(html.sanitise(revision.about_html)),  # noqa: S704  # sanitised in this very line
            illustrations=illustrations.of(revision, illustrations.DESK),
            labels=labels.about(revision),
        )

"""The newest saved text as readers will see it: their own page around it, and a bar that says it is not public."""

from flask import Response
from markupsafe import Markup
from sqlalchemy.orm import Session

from feedsvc import clock, db
from feedsvc.newsroom import html, public, standing
from feedsvc.newsroom.public import Shown
from feedsvc.newsroom.standing import Standing
from feedsvc.web import labels
from feedsvc.web.auth import permission
from feedsvc.web.desk.frame import blueprint, page


@blueprint.get("/items/<key>/preview")
@permission("read")
def preview(key: str) -> Response:
    """The item's page with the newest saved text."""
    now = clock.now()
    with db.reading() as session:
        here = standing.standing(session, standing.find(session, key), now=now)
        revision = here.head
        return page(
            "preview.html",
            key=here.translation.item.key,
            here=here,
            shown=_as_shown(session, here),
            revision=revision,
            body=Markup(html.sanitise(revision.body_html)),  # noqa: S704  # sanitised in this very line
            about=Markup(html.sanitise(revision.about_html)),  # noqa: S704  # sanitised in this very line
            labels=labels.about(revision),
        )


def _as_shown(session: Session, here: Standing) -> Shown:
    """The newest text in the place of the one that is live, or dated with the moment that is planned, or now."""
    now = clock.now()
    live = public.of_translation(session, here.translation.id, now=now)
    first = live.published if live else (here.pending.at if here.pending else now)
    item = here.translation.item
    return Shown(
        item_key=item.key,
        guid=item.guid,
        language=here.translation.language,
        revision=here.head,
        published=first,
        updated=live.updated if live else first,
        corrections=live.corrections if live else (),
        place=(first, 0),
        publication_id=live.publication_id if live else 0,
    )

"""The API's views: each reads what is asked, calls one verb or looks one thing up, and answers."""

from collections.abc import Callable
from typing import Any

import structlog
from flask import Blueprint, Response, current_app, g, render_template, request, url_for

from feedsvc import clock, db, errors, road, settings
from feedsvc.newsroom import drafts, guarded, items, publishing, standing, tokens, workflow
from feedsvc.newsroom.drafts import ItemDraft, TagName
from feedsvc.web.api import answers, asked, openapi, reference, shapes
from feedsvc.web.api.operations import OPERATIONS
from feedsvc.web.api.problems import Refusal, answer
from feedsvc.web.errors import Told
from feedsvc.web.i18n import gettext as _
from feedsvc.web.permission import PUBLIC, needs, permission_of, public

log = structlog.get_logger()
_CHALLENGE = 'Bearer error="invalid_token"'
"""The challenge of RFC 6750 §3 where a token was sent, but not a good one."""
blueprint = Blueprint("api", __name__, url_prefix="/api")
View = Callable[..., Response]
NOBODY = "nobody"
"""The permission of a view for which none was named: no role has it."""


def operation(name: str) -> Callable[[View], View]:
    """Puts a view at the address, method and permission that the table has for this operation."""
    row = OPERATIONS[name]

    def place(view: View) -> View:
        needs(row.permission)(view)
        blueprint.add_url_rule(f"/v1{row.path.replace('{id}', '<name>')}", name, view, methods=[row.method])
        return view

    return place


@blueprint.before_request
def _let_in() -> None:
    """Who has no good token learns nothing, not even whether the address or the body would have been right."""
    needed = permission_of(current_app.view_functions[str(request.endpoint)]) or NOBODY
    if needed == PUBLIC:
        return
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        asked.refuse(401, _("This needs a token"), _("Send it as a header: Authorization: Bearer and your token."))
    with db.reading() as session:
        try:
            g.actor, token = tokens.owner(session, secret.strip(), now=clock.now())
        except errors.BadCredentials:
            sentence = _("It is unknown, expired or revoked, or its account is closed.")
            asked.refuse(401, _("This token is not good"), sentence, headers={"WWW-Authenticate": _CHALLENGE})
    g.token = token
    workflow.require(g.actor, needed)


@blueprint.after_request
def _remember(response: Response) -> Response:
    """Notes that the token was used, at most once a minute. The answer stands whatever becomes of the note."""
    token = g.pop("token", None)
    if token is not None and tokens.is_stale(token, clock.now()):
        try:
            road.act(tokens.touch, token.id)
        except errors.FeedsvcError as error:
            log.warning("token_use_not_noted", error=str(error))
    return response


@blueprint.errorhandler(Refusal)
def _refused(error: Refusal) -> Response:
    return answer(error.told)


@blueprint.errorhandler(errors.NotAllowed)
def _not_allowed(_error: errors.NotAllowed) -> Response:
    return answer(Told(403, _("This token may not do this"), _("Its scopes or its owner's role do not include it.")))


@blueprint.errorhandler(errors.Stale)
def _stale(_error: errors.Stale) -> Response:
    sentence = _("The item has changed since you read it. Read it again, then make your change on top of that.")
    return answer(Told(412, _("Somebody was faster"), sentence))


def _given(text: shapes.ItemPatch) -> dict[str, Any]:
    """The fields that were given, as ItemDraft has them."""
    fields = {name: getattr(text, name) for name in text.model_fields_set}
    if "tags" in fields:
        fields["tags"] = [
            TagName(t, "") if isinstance(t, str) else TagName(t.name, t.kind or "") for t in fields["tags"]
        ]
    return {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}


def _act(name: str, verb: Callable[..., object], *args: object, **kwargs: object) -> Response:
    """A verb on an item, answered with where the item then stands."""
    done = road.act(
        guarded.act, verb, asked.key(name), *args,
        versions=asked.versions(required=False), actor=g.actor, language=asked.language(), **kwargs,
    )  # fmt: skip
    return answers.item(done)


@operation("listItems")
def list_items() -> Response:
    """A page of items. One more than asked for is looked up, to know whether there is a next page."""
    limit, before = asked.page()
    with db.reading() as session:
        rows = standing.listed(session, now=clock.now(), limit=limit + 1, before=before)
        return answers.items([guarded.loaded(row) for row in rows], limit)


@operation("createItem")
def create_item() -> Response:
    """A new draft."""
    text = drafts.checked(ItemDraft(**_given(asked.body(shapes.ItemNew))), settings.current().languages)
    made = road.act(guarded.create, text, actor=g.actor)
    return answers.item(made, 201, Location=url_for("api.readItem", name=made.translation.item.key))


@operation("readItem")
def read_item(name: str) -> Response:
    """An item's newest text and where it stands."""
    with db.reading() as session:
        return answers.item(guarded.read(session, asked.key(name), now=clock.now(), language=asked.language()))


@operation("editItem")
def edit_item(name: str) -> Response:
    """New words for the fields given."""
    key, versions = asked.key(name), asked.versions(required=True)
    given = drafts.checked_fields(_given(asked.body(shapes.ItemPatch)), settings.current().languages)
    done = road.act(guarded.amend, key, given, versions=versions, actor=g.actor, language=asked.language())
    return answers.item(done)


@operation("submitItem")
def submit_item(name: str) -> Response:
    """Into review."""
    asked.body(shapes.Nothing)
    return _act(name, items.submit)


@operation("approveItem")
def approve_item(name: str) -> Response:
    """The newest text, and no other, is approved."""
    asked.body(shapes.Nothing)
    return _act(name, items.approve)


@operation("publishItem")
def publish_item(name: str) -> Response:
    """Public from now on."""
    asked.body(shapes.Nothing)
    return _act(name, publishing.publish)


@operation("scheduleItem")
def schedule_item(name: str) -> Response:
    """Public from a moment on."""
    return _act(name, publishing.schedule, asked.body(shapes.Schedule).publish_at)


@operation("unscheduleItem")
def unschedule_item(name: str) -> Response:
    """Not public after all."""
    asked.body(shapes.Nothing)
    return _act(name, publishing.unschedule)


@operation("correctItem")
def correct_item(name: str) -> Response:
    """The newest text in place of the public one, with a note."""
    told = asked.body(shapes.Correction)
    return _act(name, publishing.correct, told.note, publish_at=told.publish_at)


@operation("updateItem")
def update_item(name: str) -> Response:
    """The newest text in place of the public one, silently."""
    return _act(name, publishing.update, publish_at=asked.body(shapes.Update).publish_at)


@operation("withdrawItem")
def withdraw_item(name: str) -> Response:
    """Taken back."""
    return _act(name, publishing.withdraw, asked.body(shapes.Withdrawal).reason)


@operation("readHold")
def read_hold() -> Response:
    """Whether everything is held back."""
    with db.reading() as session:
        return answers.hold(publishing.current_hold(session))


@operation("startHold")
def start_hold() -> Response:
    """Nothing goes live any more."""
    road.act(publishing.hold, asked.body(shapes.HoldGiven).reason, actor=g.actor)
    return read_hold()


@operation("liftHold")
def lift_hold() -> Response:
    """The time runs again."""
    road.act(publishing.unhold, actor=g.actor)
    return read_hold()


@blueprint.get("/openapi.json")
@public
def describe() -> Response:
    """The OpenAPI document."""
    return answers.plain(openapi.document(settings.current().public_url, settings.current().languages))


@blueprint.get("/docs")
@public
def show() -> str:
    """The OpenAPI document as a page."""
    document = openapi.document(settings.current().public_url, settings.current().languages)
    return render_template("api/docs.html", **reference.page(document))

"""What stands around every operation of the API: its place and permission from the table, the token, the limit, the refusals."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import structlog
from flask import Blueprint, Response, current_app, g, request

from feedsvc import clock, db, errors, road, settings
from feedsvc.newsroom import pictures, repeats, tokens, workflow
from feedsvc.newsroom.repeats import Answer
from feedsvc.web.api import asked, limits, parameters
from feedsvc.web.api.operations import OPERATIONS
from feedsvc.web.api.problems import Refusal, answer
from feedsvc.web.errors import Told
from feedsvc.web.i18n import gettext as _
from feedsvc.web.permission import PUBLIC, needs, permission_of

log = structlog.get_logger()
_CHALLENGE = 'Bearer error="invalid_token"'
"""The challenge of RFC 6750 §3 where a token was sent, but not a good one."""
blueprint = Blueprint("api", __name__, url_prefix="/api")
View = Callable[..., Response]
MOST_BODY = pictures.MOST_BYTES + 64 * 1024
"""A picture and what a form writes around it, in bytes."""
NOBODY = "nobody"
"""The permission of a view for which none was named: no role has it."""


def operation(name: str) -> Callable[[View], View]:
    """Puts a view at the address, method and permission that the table has for this operation."""
    row = OPERATIONS[name]

    def place(view: View) -> View:
        needs(row.permission)(view)
        view.keyed = row.keyed or row.method == "GET"  # type: ignore[attr-defined]
        view.queried = parameters.queried(row)  # type: ignore[attr-defined]
        if row.takes_file:
            view.most_body = MOST_BODY  # type: ignore[attr-defined]
        path = row.path.replace("{id}", "<name>").replace("{", "<").replace("}", ">")
        blueprint.add_url_rule(f"/v1{path}", name, view, methods=[row.method])
        return view

    return place


@blueprint.before_request
def _let_in() -> None:
    """Who has no good token learns nothing, not even whether the address or the body would have been right."""
    view = current_app.view_functions[str(request.endpoint)]
    needed = permission_of(view) or NOBODY
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
    _count(token.id)
    workflow.require(g.actor, needed)
    asked.only(getattr(view, "queried", frozenset()))
    g.key = asked.idempotency_key() if request.method != "GET" else ""
    if "Idempotency-Key" in request.headers and not getattr(view, "keyed", False):
        sentence = _("This cannot be asked under an Idempotency-Key: what it answers is kept nowhere.")
        asked.refuse(400, _("This request cannot be read"), sentence)


def _count(token: int) -> None:
    """Counts the request. One too many is refused before anything of it is looked at."""
    current = settings.current()
    if not current.api_rate:
        return
    try:
        g.left = left = limits.take(current.instance, token, current.api_rate)
    except OSError as error:  # a full or broken disk: reading goes on, and what is written says so itself
        log.warning("request_not_counted", error=str(error))
        return
    if left.wait:
        sentence = _(
            "A token may ask {most} times a minute. Wait {seconds} seconds.", most=left.most, seconds=left.wait
        )
        asked.refuse(429, _("Too many requests"), sentence)


@blueprint.after_request
def _remember(response: Response) -> Response:
    """Says how much the token may still ask. Notes that it was used, at most once a minute: the answer stands whatever
    becomes of the note.
    """
    left, token = g.pop("left", None), g.pop("token", None)
    response.headers.update(left.headers if left else {})
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
def _not_allowed(error: errors.NotAllowed) -> Response:
    """Says which scope it needs and which the token has, in words and as members of the problem document.

    Source: RFC 6750 §3.1 for the challenge, which is for who lacks a scope: another token mends no role.
    """
    needed, has = workflow.scope_for(error.action), list(g.token.scopes)
    if workflow.lets_through(has, error.action):
        told = Told(403, _("This token may not do this"), _("Its scopes include it, but its owner's role does not."))
    else:
        sentence = _("It needs the scope {needed}; this token has {scopes}.", needed=needed, scopes=", ".join(has))
        challenge = f'Bearer error="insufficient_scope", scope="{needed}"'
        told = Told(403, _("This token may not do this"), sentence, headers={"WWW-Authenticate": challenge})
    return answer(replace(told, facts={"scope_needed": needed, "scopes": has}))


@blueprint.errorhandler(errors.Stale)
def _stale(_error: errors.Stale) -> Response:
    sentence = _("The item has changed since you read it. Read it again, then make your change on top of that.")
    return answer(Told(412, _("Somebody was faster"), sentence))


def deed(tell: Callable[[Any], Response], verb: Callable[..., object], *args: object, **kwargs: object) -> Response:
    """Runs a verb as the token's owner and answers with what `tell` says of its result: under an `Idempotency-Key` once."""
    if not g.key:
        return tell(road.act(verb, *args, actor=g.actor, **kwargs))

    def told(result: Any) -> Answer:
        made = tell(result)
        return Answer(made.status_code, dict(made.headers), made.get_data(as_text=True))

    # Whatever else is asked under the same key (at another address, on another version) is another question.
    what = (request.method, request.full_path, request.headers.get("If-Match", ""))
    question = repeats.question(g.token.id, g.key, *(part.encode() for part in what), request.get_data())
    kept, again = road.act(repeats.once, question, told, verb, *args, actor=g.actor, **kwargs)
    return Response(kept.body, kept.status, kept.headers | ({"Idempotency-Replayed": "true"} if again else {}))

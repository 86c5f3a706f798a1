"""The hub's door: who asks for a document gets 202 at once, and is asked back by the sender (WebSub §5)."""

from flask import Blueprint, Response, request

from feedsvc import road
from feedsvc.push import hub
from feedsvc.push.hub import Asked, NotTaken
from feedsvc.web.permission import public as open_to_all

blueprint = Blueprint("hub", __name__)

MOST_BODY = 16 * 1024
"""Bytes of a request: a callback, a topic and a secret are a fraction of it."""
RETRY = 60
"""Seconds after which it may be tried again where too much waits."""
MODES = ("subscribe", "unsubscribe")
WORDS = {
    "mode": (400, "hub.mode must be subscribe or unsubscribe."),
    "publish": (400, "This hub tells of its own newsroom's documents alone, and knows of every change by itself."),
    "form": (400, "The parameters must come as application/x-www-form-urlencoded, hub.callback and hub.topic once each."),
    "callback": (400, "hub.callback must be an http or https address in ASCII of at most 2,000 characters, without a name, a password or a fragment."),
    "address": (403, "hub.callback is at an address or a port that this hub does not call."),
    "topic": (404, "hub.topic must be the address that one of this newsroom's feeds calls itself by (rel=self), letter for letter."),
    "secret": (400, "hub.secret must be text of less than 200 bytes."),
    "lease": (400, "hub.lease_seconds must be a whole number of seconds."),
    "many": (429, "Too many requests for this host wait to be verified. Try again in a minute."),
    "full": (503, "Too many requests wait to be verified. Try again in a minute."),
    "host_full": (429, "This host has as many subscriptions as one host may have."),
}  # fmt: skip
"""Why the hub takes a request not → status and words."""


@blueprint.get("/hub")
@open_to_all
def about() -> Response:
    """What this is, for whoever opens it."""
    return _plain(200, "This is a WebSub hub (https://www.w3.org/TR/websub/). Subscribe with a POST; see docs/push.md.")


@blueprint.post("/hub")
@open_to_all
def ask() -> Response:
    """A request to subscribe or unsubscribe: 202 before and regardless of what the callback says (§5.1.2), 4xx with a reason."""
    try:
        road.act(hub.ask, _asked())
    except NotTaken as refused:
        return _plain(*WORDS[refused.code])
    road.ring()
    return _plain(202, "Your callback will be asked whether this was meant.")


def _asked() -> Asked:
    """The request's parameters; those that we do not know are ignored (§5.1). Raises NotTaken."""
    if (request.content_length or 0) > MOST_BODY or request.mimetype != "application/x-www-form-urlencoded":
        raise NotTaken("form")
    said = request.form
    mode = said.get("hub.mode", "")
    if mode == "publish":
        raise NotTaken("publish")
    if mode not in MODES:
        raise NotTaken("mode")
    if any(len(said.getlist(name)) != 1 for name in ("hub.callback", "hub.topic")):
        raise NotTaken("form")
    rest = {name: said.get(f"hub.{name}", "") for name in ("callback", "topic", "secret", "lease_seconds")}
    return Asked(mode, **rest)


def _plain(status: int, words: str) -> Response:
    """A text for whoever reads the log of a program."""
    response = Response(f"{words}\n", status, mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    if status in (429, 503):
        response.headers["Retry-After"] = str(RETRY)
    return response

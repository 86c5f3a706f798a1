"""Further ways in: the code behind the password, a passkey instead of it, a link for who forgot it."""

import contextlib

from flask import Response, jsonify, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from feedsvc import db, road
from feedsvc.errors import BadCredentials, Invalid, TooManyTries
from feedsvc.newsroom import factors, links, passkeys
from feedsvc.web import desk_session
from feedsvc.web.auth import agent, public
from feedsvc.web.desk import door, moments
from feedsvc.web.desk.frame import blueprint, page
from feedsvc.web.desk.recovery import Form, shows_again
from feedsvc.web.errors import tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language


@blueprint.get("/login/code")
@public
def code() -> Answer:
    """Asks for the second proof, for who reloads the page that came after the password."""
    return door.code_page(MultiDict(), "", 200) if door.owed() else redirect(url_for("desk.login"), 303)


@blueprint.post("/login/code")
@shows_again(door.code_page)
@public
def code_sent() -> Answer:
    """Takes the second proof: the try is counted in a transaction of its own before it is looked at."""
    held, form = door.owed(), request.form
    try:
        road.act(factors.try_code, held)
        typed = form.get("code", "")
        return door.arrive(form, road.act(factors.finish, held, typed, life=desk_session.life(), agent=agent()))
    except TooManyTries as waits:
        notice = _("Too many tries. Wait {time}, then try again.", time=moments.wait_words(waits.seconds))
        response = door.code_page(form, notice, 429)
        response.headers["Retry-After"] = str(waits.seconds)
        return response
    except Invalid as error:
        return door.code_page(form, tell(error, language()).detail, 422)
    except BadCredentials:
        return door.sign_in_page(form, _("That took too long. Please begin again with your password."), 422)


@blueprint.get("/login/passkey")
@public
def passkey_question() -> Response:
    """What a browser needs to ask the device for a passkey."""
    return question("sign-in")


def question(purpose: str) -> Response:
    """A challenge for any passkey that the device holds for us, as JSON."""
    if not passkeys.possible():
        return _no_passkeys()
    return Response(passkeys.question(door.challenge(purpose)), mimetype="application/json")


def _no_passkeys() -> Response:
    response: Response = jsonify(error=_("This newsroom's address allows of no passkeys."))
    response.status_code = 409
    return response


@blueprint.post("/login/passkey")
@shows_again(door.sign_in_page)
@public
def passkey_sent() -> Answer:
    """Signs in with a passkey alone. The answer is looked at between two short transactions."""
    form = request.form
    try:
        number, uses, challenge = answered("sign-in", form.get("credential", ""))
        secret = road.act(passkeys.enter, number, uses, challenge, life=desk_session.life(), agent=agent())
    except BadCredentials:
        return door.sign_in_page(
            form,
            _("This passkey is not known here, or the page was open too long. Try again, or use your password."),
            422,
        )
    return door.arrive(form, secret)


def answered(purpose: str, said: str) -> tuple[int, int, str]:
    """Which passkey answered this browser's challenge, its counter, and the challenge. Raises BadCredentials."""
    challenge = door.challenged(purpose)
    with db.reading() as session:
        row = passkeys.find(session, passkeys.named(said))
    uses = passkeys.answered(row, said, challenge)
    return (row.id if row else 0), uses, challenge


def _forgotten_page(form: Form, notice: str, status: int) -> Response:
    return page("forgotten.html", status, notice=notice, email=form.get("email", ""), mailed=door.mailed(), asked=False)


@blueprint.get("/forgotten")
@public
def forgotten() -> Response:
    """Asks for the address of an account."""
    return _forgotten_page(MultiDict(), "", 200)


@blueprint.post("/forgotten")
@shows_again(_forgotten_page)
@public
def forgotten_sent() -> Response:
    """Mails a link where there is such an account. The answer is the same for every address, also for one asked again."""
    email = request.form.get("email", "")
    if door.mailed():
        with contextlib.suppress(TooManyTries):
            road.act(links.ask, email)
    return page("forgotten.html", notice="", email=email, mailed=door.mailed(), asked=True)

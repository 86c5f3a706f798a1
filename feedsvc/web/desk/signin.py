"""Coming in and going out: one-time links, sign-in, sign-out."""

from dataclasses import dataclass

from flask import Response, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, db, road
from feedsvc.errors import BadCredentials, FeedsvcError, Invalid, TooManyTries
from feedsvc.newsroom import accounts, founding, links
from feedsvc.web import desk_session
from feedsvc.web.auth import agent, current_actor, local_path, permission, public, sign_in, sign_out
from feedsvc.web.desk import door, moments
from feedsvc.web.desk.frame import blueprint, page
from feedsvc.web.desk.recovery import Form, shows_again
from feedsvc.web.errors import tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language


@blueprint.get("/login")
@public
def login() -> Answer:
    """The sign-in page."""
    if current_actor():
        return redirect(local_path(request.args.get("next", "")), 303)
    return door.sign_in_page(MultiDict({"next": request.args.get("next", "")}), "", 200)


@blueprint.post("/login")
@shows_again(door.sign_in_page)
@public
def login_sent() -> Answer:
    """Looks at the password between two short transactions, since that is slow on purpose."""
    form, secret = request.form, ""
    try:
        attempt = road.act(accounts.attempt, form.get("email", ""))
        right = accounts.matches(attempt, form.get("password", ""))
        if right:
            secret = road.act(accounts.succeed, attempt, life=desk_session.life(), agent=agent())
    except TooManyTries as waits:
        notice = _("Too many tries. Wait {time}, then try again.", time=moments.wait_words(waits.seconds))
        response = door.sign_in_page(form, notice, 429)
        response.headers["Retry-After"] = str(waits.seconds)
        return response
    except BadCredentials:  # the account was closed in this very moment
        right = False
    if not right or attempt.user_id is None:
        return door.sign_in_page(form, _("The e-mail address or the password is not right."), 422)
    if not secret:
        door.owe_code(attempt.user_id)
        return door.code_page(form, "", 200)
    return door.arrive(form, secret)


@blueprint.post("/logout")
@permission("read")
def logout() -> Answer:
    """Signs out here; the session ends in the database."""
    sign_out()
    flash(_("You are signed out."), "good")
    return redirect(url_for("desk.login"), 303)


@dataclass(frozen=True, slots=True)
class _Link:
    """A one-time link as its page shows it."""

    setup: bool
    secret: str
    name: str
    email: str


def _link_page(link: _Link, problems: dict[str, str], notice: str = "", status: int = 200) -> Response:
    return page("link.html", status, link=link, problems=problems, notice=notice, least=accounts.PASSWORD_MIN)


def _link_gone() -> Response:
    return page("link_gone.html", 410)


def _link_again(form: Form, notice: str, status: int, secret: str) -> Response:
    """The link's form once more, without the passwords."""
    try:
        with db.reading() as session:
            setup = _is_setup(session)
    except FeedsvcError:
        setup = request.path.startswith("/desk/setup/")
    return _link_page(_Link(setup, secret, form.get("name", ""), form.get("email", "")), {}, notice, status)


def _is_setup(session: Session) -> bool:
    """Whether the link sets the newsroom up. Once somebody can sign in, it sets a password and no more."""
    return request.path.startswith("/desk/setup/") and founding.nobody_has_password(session)


@blueprint.get("/setup/<secret>")
@blueprint.get("/link/<secret>")
@public
def link(secret: str) -> Response:
    """Shows the form and changes nothing: mail scanners follow links before people do."""
    try:
        with db.reading() as session:
            user = links.link_owner(session, secret, now=clock.now())
            setup = _is_setup(session)
            return _link_page(_Link(setup, secret, "" if setup else user.name, "" if setup else user.email), {})
    except BadCredentials:
        return _link_gone()


@blueprint.post("/setup/<secret>")
@blueprint.post("/link/<secret>")
@shows_again(_link_again)
@public
def link_sent(secret: str) -> Answer:
    """Uses the link up: sets the password (at set-up also name and address) and signs in."""
    form = request.form
    try:
        with db.reading() as session:
            known = links.link_owner(session, secret, now=clock.now())
            owner = known.email
            setup = _is_setup(session)
        given = _Link(setup, secret, form.get("name", ""), form.get("email", "") if setup else owner)
        problems = _problems(form, setup=setup)
        if problems:
            return _link_page(given, problems, status=422)
        hashed = accounts.hash_password(form.get("password", ""))
        also = {"name": given.name, "email": given.email} if setup else {}
        how = {"life": desk_session.life(), "password_hash": hashed, "agent": agent()}
        opened = road.act(links.use_link, secret, **how, **also)
    except BadCredentials:
        return _link_gone()
    except Invalid as error:
        return _link_page(given, tell(error, language()).problems, status=422)
    if not opened:
        door.owe_code(known.id)
        return door.code_page(MultiDict(), _("Your new password is set. One step more:"), 200)
    sign_in(opened)
    flash(_("Your password is set and you are signed in."), "good")
    return redirect(url_for("desk.start"), 303)


def _problems(form: Form, *, setup: bool) -> dict[str, str]:
    """What can be seen to be wrong before any hashing."""
    found = {}
    if setup and not form.get("name", "").strip():
        found["name"] = _("Please fill this in.")
    if setup and not form.get("email", "").strip():
        found["email"] = _("Please fill this in.")
    if len(form.get("password", "")) < accounts.PASSWORD_MIN:
        found["password"] = _("A password needs at least {limit} characters.", limit=accounts.PASSWORD_MIN)
    elif form.get("password") != form.get("again"):
        found["again"] = _("The two passwords differ. Type the same one twice.")
    return found

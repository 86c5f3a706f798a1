"""The newsroom's people, for administrators: who is there, invitations, roles, closing and opening accounts."""

from datetime import datetime

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from feedsvc import db, road
from feedsvc.errors import Invalid, NotFound
from feedsvc.models import User
from feedsvc.newsroom import accounts, factors, links, people
from feedsvc.newsroom.workflow import Actor
from feedsvc.web.auth import fresh, permission
from feedsvc.web.desk import door
from feedsvc.web.desk.frame import blueprint, me, page, say_done
from feedsvc.web.desk.recovery import Form, shows_again
from feedsvc.web.errors import tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language
from feedsvc.words import N_

ROLES = {
    "writer": (N_("Writer"), N_("Writes items and hands them in for review.")),
    "editor": (N_("Editor"), N_("Also approves texts, looks after subjects, and can hold everything.")),
    "publisher": (N_("Publisher"), N_("Also publishes, schedules, corrects and withdraws.")),
    "admin": (N_("Administrator"), N_("May do everything, and looks after people.")),
}


@blueprint.get("/people", endpoint="people")
@permission("admin")
def listed() -> Response:
    """Everybody, open accounts first, by name."""
    with db.reading() as session:
        found = sorted(accounts.users(session), key=lambda one: (not one.active, one.name.casefold(), one.id))
        seen, keys = people.last_seen(session), people.with_passkeys(session)
    return page("people.html", found=found, seen=seen, keys=keys, roles=ROLES, state=_state)


def _state(user: User) -> str:
    """`active`, `invited` (never came in) or `closed`."""
    if not user.active:
        return "closed"
    return "active" if user.password_hash else "invited"


def _invite_page(form: Form, notice: str, status: int, problems: dict[str, str] | None = None) -> Response:
    typed = {"name": form.get("name", ""), "email": form.get("email", ""), "role": form.get("role", "writer")}
    by_mail = form.get("by", "mail") == "mail"
    values = {"form": typed, "roles": ROLES, "mailed": door.mailed(), "by_mail": by_mail, "problems": problems or {}}
    return page("person_new.html", status, notice=notice, **values)


@blueprint.get("/people/new")
@permission("admin")
@fresh
def invite() -> Response:
    """Asks who is to be invited."""
    return _invite_page(MultiDict(), "", 200)


@blueprint.post("/people/new")
@shows_again(_invite_page)
@permission("admin")
@fresh
def invited() -> Answer:
    """Adds somebody who chooses the password at the link."""
    form = request.form
    by_mail = door.mailed() and form.get("by") == "mail"
    asked = (form.get("email", ""), form.get("name", ""), form.get("role", ""))
    try:
        number, secret = road.act(links.welcome, *asked, by_mail=by_mail, actor=me())
    except Invalid as error:
        return _invite_page(form, "", 422, tell(error, language()).problems)
    if secret:
        return _link_page(number, secret)
    say_done(_("Invited: a mail with a link is on its way."))
    return redirect(url_for("desk.person", number=number), 303)


def _link_page(number: int, secret: str) -> Response:
    """Shows a link, this once."""
    with db.reading() as session:
        user = people.find(session, number)
    return page("person_link.html", user=user, link=links.address(secret))


def _page(form: Form, notice: str, status: int, number: int, problems: dict[str, str] | None = None) -> Response:
    with db.reading() as session:
        user = people.find(session, number)
        seen, keys = people.last_seen(session).get(number), number in people.with_passkeys(session)
    values = {"state": _state(user), "mailed": door.mailed(), "problems": problems or {}, "seen": seen, "keys": keys}
    role = form.get("role", user.role.name)
    return page("person.html", status, notice=notice, user=user, role=role, roles=ROLES, **values)


def _again(form: Form, notice: str, status: int, number: int) -> Response:
    return _page(form, notice, status, number)


@blueprint.get("/people/<int:number>")
@permission("admin")
def person(number: int) -> Response:
    """Somebody's account, and what an administrator can do with it."""
    return _page(MultiDict(), "", 200, number)


def _email(number: int) -> str:
    with db.reading() as session:
        return people.find(session, number).email


@blueprint.post("/people/<int:number>/role")
@shows_again(_again)
@permission("admin")
@fresh
def role_set(number: int) -> Answer:
    """Gives somebody another role."""
    form = request.form
    try:
        user = road.act(accounts.set_role, _email(number), form.get("role", ""), actor=me())
    except Invalid as error:
        return _page(form, "", 422, number, tell(error, language()).problems)
    say_done(_("Saved. {name} signs in again and works under the new role.", name=user.name))
    return redirect(url_for("desk.people" if me().user_id != number else "desk.start"), 303)


@blueprint.post("/people/<int:number>/link")
@permission("admin")
@fresh
def person_link(number: int) -> Answer:
    """A fresh link: shown this once, or mailed."""
    email = _email(number)
    try:
        if request.form.get("by") != "mail" or not door.mailed():
            return _link_page(number, road.act(links.make_link, email, actor=me()))
        road.act(_mailed, email, actor=me())
    except NotFound:
        return _page(MultiDict(), _("This account is closed. Open it first."), 409, number)
    say_done(_("A mail with a link is on its way."))
    return redirect(url_for("desk.person", number=number), 303)


def _mailed(session: Session, email: str, *, actor: Actor, now: datetime) -> None:
    """Mails somebody a fresh link."""
    user = accounts.find_user(session, email)
    if not user.active:
        raise NotFound("user")
    links.invite(session, user, actor=actor, now=now)


@blueprint.post("/people/<int:number>/close")
@shows_again(_again)
@permission("admin")
@fresh
def person_closed(number: int) -> Answer:
    """Closes an account at once."""
    try:
        user = road.act(accounts.disable, _email(number), actor=me())
    except Invalid as error:
        return _page(MultiDict(), tell(error, language()).detail, 422, number)
    say_done(
        _(
            "Closed: {name} is signed out everywhere, and programs with keys of that account are refused.",
            name=user.name,
        )
    )
    return redirect(url_for("desk.people"), 303)


@blueprint.post("/people/<int:number>/open")
@shows_again(_again)
@permission("admin")
@fresh
def person_opened(number: int) -> Answer:
    """Opens a closed account again."""
    user = road.act(people.enable, _email(number), actor=me())
    say_done(_("Open again: {name} can sign in.", name=user.name))
    return redirect(url_for("desk.person", number=number), 303)


@blueprint.post("/people/<int:number>/reset")
@permission("admin")
@fresh
def person_reset(number: int) -> Answer:
    """For somebody whose phone is lost."""
    user = road.act(factors.reset, _email(number), actor=me())
    say_done(_("Done: {name} signs in with the password alone, and sets up codes and passkeys anew.", name=user.name))
    return redirect(url_for("desk.person", number=number), 303)

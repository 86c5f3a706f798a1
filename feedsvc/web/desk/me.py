"""A person's own page: name and time zone, password, address, mails, and where one is signed in."""

from typing import Any

from flask import Response, flash, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, db, road
from feedsvc.errors import Invalid, TooManyTries
from feedsvc.models import User
from feedsvc.newsroom import accounts, messages, people
from feedsvc.web import desk_session
from feedsvc.web.auth import agent, current_secret, fresh, permission, sign_in, sign_out
from feedsvc.web.desk import door, moments, security
from feedsvc.web.desk.frame import blueprint, page, say_done
from feedsvc.web.desk.frame import me as actor
from feedsvc.web.desk.recovery import Form, shows_again
from feedsvc.web.errors import tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language
from feedsvc.words import N_

CONTINENTS = {
    "UTC": N_("World time"),
    "Africa": N_("Africa"),
    "America": N_("America"),
    "Antarctica": N_("Antarctica"),
    "Arctic": N_("Arctic"),
    "Asia": N_("Asia"),
    "Atlantic": N_("Atlantic"),
    "Australia": N_("Australia"),
    "Europe": N_("Europe"),
    "Indian": N_("Indian Ocean"),
    "Pacific": N_("Pacific"),
}


def zone_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Headings, and below each the zones with the name of their city."""
    return [(_(CONTINENTS[name]), [(one, _city(one)) for one in there]) for name, there in people.zones().items()]


def _city(zone: str) -> str:
    """`Buenos Aires (Argentina)` for `America/Argentina/Buenos_Aires`."""
    parts = zone.replace("_", " ").split("/")
    return f"{parts[2]} ({parts[1]})" if len(parts) > 2 else parts[-1]  # noqa: PLR2004  # continent, country, city


def browser_words(seen: str) -> str:
    """`Firefox on Windows`, as far as it is known."""
    browser, _sign, system = seen.partition("|")
    if browser and system:
        return _("{browser} on {system}", browser=browser, system=system)
    return browser or system or _("A browser that does not say its name")


def _page(form: Form, notice: str, status: int, problems: dict[str, str] | None = None) -> Response:
    now = clock.now()
    with db.reading() as session:
        user = session.get_one(User, actor().user_id)
        found = people.sessions(session, user.id, now=now)
    typed = {"name": form.get("name", user.name), "zone": form.get("zone", user.zone)}
    shown = [(people.handle(row), browser_words(row.agent), row.created_at, row.seen_at) for row in found]
    values: dict[str, Any] = security.overview()
    return page(
        "me.html",
        status,
        notice=notice,
        problems=problems or {},
        user=user,
        form=typed,
        zones=zone_choices(),
        sessions=shown,
        here=accounts.digest(current_secret())[:16],
        kinds_of_messages={kind: words.label for kind, words in messages.KINDS.items()},
        mailed=door.mailed(),
        **values,
    )


@blueprint.get("/me")
@permission("read")
def me() -> Response:
    """All about one's own account."""
    return _page(MultiDict(), "", 200)


@blueprint.post("/me")
@shows_again(_page)
@permission("read")
def me_sent() -> Answer:
    """Changes name and time zone."""
    form = request.form
    try:
        road.act(people.describe, form.get("name", ""), form.get("zone", ""), actor=actor())
    except Invalid as error:
        return _page(form, "", 422, tell(error, language()).problems)
    say_done(_("Saved."))
    return redirect(url_for("desk.me"), 303)


@blueprint.post("/me/mails")
@permission("read")
def mails_sent() -> Answer:
    """Chooses what is mailed."""
    road.act(people.choose_mails, set(request.form.getlist("mails")), actor=actor())
    say_done(_("Saved."))
    return redirect(url_for("desk.me"), 303)


def _password_page(_form: Form, notice: str, status: int, problems: dict[str, str] | None = None) -> Response:
    values = {"problems": problems or {}, "least": accounts.PASSWORD_MIN, "email": actor().email}
    return page("me_password.html", status, notice=notice, **values)


@blueprint.get("/me/password")
@permission("read")
def password() -> Response:
    """Asks for the present password and a new one."""
    return _password_page(MultiDict(), "", 200)


@blueprint.post("/me/password")
@shows_again(_password_page)
@permission("read")
def password_sent() -> Answer:
    """Changes it and signs out everywhere else. The present one is asked for, counted as at sign-in."""
    form = request.form
    try:
        if form.get("password") != form.get("again"):
            return _password_page(form, "", 422, {"again": _("The two passwords differ. Type the same one twice.")})
        attempt = road.act(accounts.attempt, actor().email)
        if not accounts.matches(attempt, form.get("present", "")):
            raise Invalid({"present": ("wrong_password", {})})  # noqa: TRY301  # told like what the verbs find
        road.act(accounts.right_password_again, attempt)
        hashed = accounts.hash_password(form.get("password", ""))
        life = desk_session.life()
        secret = road.act(people.change_password, hashed, actor=actor(), life=life, agent=agent())
    except TooManyTries as waits:
        notice = _("Too many tries. Wait {time}, then try again.", time=moments.wait_words(waits.seconds))
        return _password_page(form, notice, 429)
    except Invalid as error:
        return _password_page(form, "", 422, tell(error, language()).problems)
    sign_in(secret)
    say_done(_("Your password is changed, and you are signed out everywhere else."))
    return redirect(url_for("desk.me"), 303)


def _email_page(form: Form, notice: str, status: int, problems: dict[str, str] | None = None) -> Response:
    email = form.get("email", actor().email)
    return page("me_email.html", status, notice=notice, email=email, problems=problems or {}, mailed=door.mailed())


@blueprint.get("/me/email")
@permission("read")
@fresh
def email() -> Response:
    """Asks for another address."""
    return _email_page(MultiDict(), "", 200)


@blueprint.post("/me/email")
@shows_again(_email_page)
@permission("read")
@fresh
def email_sent() -> Answer:
    """Gives the account another address."""
    form = request.form
    try:
        road.act(people.move, form.get("email", ""), actor=actor())
    except Invalid as error:
        return _email_page(form, "", 422, tell(error, language()).problems)
    say_done(_("Saved. From now on you sign in with the new address."))
    return redirect(url_for("desk.me"), 303)


@blueprint.post("/me/sessions/<handle>/end")
@permission("read")
def session_ended(handle: str) -> Answer:
    """Signs out one browser, wherever it is."""
    road.act(people.end_session, handle, actor=actor())
    say_done(_("That browser is signed out."))
    return redirect(url_for("desk.me"), 303)


@blueprint.post("/me/sessions/end")
@permission("read")
def everywhere_ended() -> Answer:
    """Signs out everywhere, here as well."""
    road.act(people.end_all, actor=actor())
    sign_out()
    flash(_("You are signed out everywhere."), "good")
    return redirect(url_for("desk.login"), 303)

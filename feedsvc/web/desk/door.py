"""The ways through the desk's door share these: the sign-in page, the step behind a right password, and the arrival."""

from flask import Response, redirect, session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, db, settings
from feedsvc.newsroom import factors, passkeys
from feedsvc.newsroom.factors import Ticket
from feedsvc.web.auth import local_path, sign_in
from feedsvc.web.desk.frame import page
from feedsvc.web.desk.recovery import KEPT, Form, resume

_TICKET = "second"
_CHALLENGE = "challenge"


def sign_in_page(form: Form, notice: str, status: int) -> Response:
    """The sign-in form, with the address and whatever came along; never with the password."""
    wanted, path, email = form.get("next", ""), form.get("kept_path", ""), form.get("email", "")
    values = {"kept": kept(form), "path": path, "email": email, "wanted": wanted}
    return page("login.html", status, notice=notice, passkeys=passkeys.possible(), **values)


def kept(form: Form) -> list[tuple[str, str]]:
    """What somebody had typed into another form before the sign-in page came in between."""
    return [(name.removeprefix(KEPT), value) for name, value in form.items(multi=True) if name.startswith(KEPT)]


def code_page(form: Form, notice: str, status: int) -> Response:
    """Asks for the second proof, and carries along what came along."""
    wanted, path = form.get("next", ""), form.get("kept_path", "")
    return page("login_code.html", status, notice=notice, kept=kept(form), path=path, wanted=wanted)


def owe_code(user_id: int) -> None:
    """Notes in the browser that its person gave the right password and owes the second proof."""
    with db.reading() as reading:
        held = factors.ticket(reading, user_id, now=clock.now())
    session[_TICKET] = [held.user_id, held.mark, held.made_at]


def owed() -> Ticket | None:
    """Who owes the second proof in this browser, if anybody does."""
    found = session.get(_TICKET)
    return Ticket(*found) if found else None


def arrive(form: Form, secret: str) -> Answer:
    """Signed in: back to where somebody came from, with what was typed there."""
    sign_in(secret)
    brought: Form = MultiDict(kept(form))
    resumed = resume(form.get("kept_path", ""), brought) if brought else None
    return resumed or redirect(local_path(form.get("next", "")), 303)


def challenge(purpose: str) -> str:
    """A fresh challenge for this browser's device. It lives in the session, so no other browser can answer it."""
    made = passkeys.make_challenge()
    session[_CHALLENGE] = [purpose, made, int(clock.now().timestamp())]
    return made


def challenged(purpose: str) -> str:
    """The challenge that this browser was given for a purpose, taken from it; empty where there is none, or an old one."""
    found = session.pop(_CHALLENGE, None)
    if not found or found[0] != purpose:
        return ""
    return str(found[1]) if clock.now().timestamp() - found[2] <= passkeys.LIFE.total_seconds() else ""


def mailed() -> bool:
    """Whether this newsroom can send mail."""
    return bool(settings.current().smtp_url.get_secret_value())

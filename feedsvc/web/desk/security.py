"""What keeps an account its owner's: passkeys, codes at sign-in, recovery codes, and the fresh proof that changing them asks for."""

from flask import Response, redirect, request, session, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, db, road, settings
from feedsvc.errors import BadCredentials, Invalid, TooManyTries
from feedsvc.models import User
from feedsvc.newsroom import accounts, factors, passkeys
from feedsvc.web.auth import current_secret, fresh, local_path, permission
from feedsvc.web.desk import door, moments, second
from feedsvc.web.desk.frame import blueprint, me, page, say_done
from feedsvc.web.desk.recovery import Form, shows_again
from feedsvc.web.errors import tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language

_SEED = "totp_seed"


def _mine() -> User:
    with db.reading() as reading:
        return reading.get_one(User, me().user_id)


def _proof_page(form: Form, notice: str, status: int) -> Response:
    codes = _mine().totp_seed is not None
    with db.reading() as reading:
        keys = bool(passkeys.of(reading, me().user_id or 0)) and passkeys.possible()
    return page("proof.html", status, notice=notice, wanted=form.get("next", ""), codes=codes, passkeys=keys)


@blueprint.get("/me/proof")
@permission("read")
def proof() -> Response:
    """Asks who sits there before a delicate act."""
    return _proof_page(MultiDict({"next": request.args.get("next", "")}), "", 200)


@blueprint.post("/me/proof")
@shows_again(_proof_page)
@permission("read")
def proof_sent() -> Answer:
    """Looks at the password, and at a code where codes are on, as at sign-in: counted, then looked at."""
    form = request.form
    try:
        attempt = road.act(accounts.attempt, me().email)
        if not accounts.matches(attempt, form.get("password", "")):
            return _proof_page(form, _("This is not your password."), 422)
        road.act(factors.try_again, me().user_id)
        road.act(factors.prove, current_secret(), attempt, form.get("code", ""))
    except TooManyTries as waits:
        notice = _("Too many tries. Wait {time}, then try again.", time=moments.wait_words(waits.seconds))
        return _proof_page(form, notice, 429)
    except Invalid as error:
        return _proof_page(form, tell(error, language()).detail, 422)
    return redirect(local_path(form.get("next", "")), 303)


@blueprint.get("/me/proof/passkey")
@permission("read")
def proof_question() -> Response:
    """What a browser needs to ask the device for a passkey once more."""
    return second.question("prove")


@blueprint.post("/me/proof/passkey")
@shows_again(_proof_page)
@permission("read")
def proof_passkey() -> Answer:
    """Takes a passkey as the fresh proof."""
    form = request.form
    try:
        number, uses, challenge = second.answered("prove", form.get("credential", ""))
        road.act(passkeys.prove, current_secret(), number, uses, challenge)
    except BadCredentials:
        return _proof_page(form, _("That was not one of your passkeys. Try again, or use your password."), 422)
    return redirect(local_path(form.get("next", "")), 303)


def _passkey_page(form: Form, notice: str, status: int, problems: dict[str, str] | None = None) -> Response:
    return page("passkey_new.html", status, notice=notice, name=form.get("name", ""), problems=problems or {})


@blueprint.get("/me/passkeys/new")
@permission("read")
@fresh
def passkey_new() -> Answer:
    """Asks for a name and hands over to the device."""
    return _passkey_page(MultiDict(), "", 200) if passkeys.possible() else redirect(url_for("desk.me"), 303)


@blueprint.get("/me/passkeys/options")
@permission("read")
@fresh
def passkey_options() -> Response:
    """What a browser needs to have a passkey made."""
    if not passkeys.possible():
        return second.question("add")
    with db.reading() as reading:
        known = passkeys.of(reading, me().user_id or 0)
    made = passkeys.creation(_mine(), known, door.challenge("add"))
    return Response(made, mimetype="application/json")


@blueprint.post("/me/passkeys/new")
@shows_again(_passkey_page)
@permission("read")
@fresh
def passkey_added() -> Answer:
    """Keeps the passkey that the device made."""
    form = request.form
    try:
        challenge = door.challenged("add")
        key = passkeys.made(form.get("credential", ""), challenge)
        row = road.act(passkeys.add, key, challenge, form.get("name", ""), actor=me())
    except BadCredentials:
        return _passkey_page(form, _("That did not work: no passkey was made. Please try again."), 422)
    except Invalid as error:
        return _passkey_page(form, "", 422, tell(error, language()).problems)
    say_done(_("The passkey “{name}” is there: next time you can sign in with it alone.", name=row.name))
    return redirect(url_for("desk.me"), 303)


def _sure(heading: str, says: str, button: str) -> Response:
    """A page that says what will happen."""
    return page("me_sure.html", heading=heading, says=says, button=button)


@blueprint.get("/me/passkeys/<int:passkey>/remove")
@permission("read")
@fresh
def passkey_remove(passkey: int) -> Answer:
    """Says what removing a passkey means."""
    with db.reading() as reading:
        row = next((one for one in passkeys.of(reading, me().user_id or 0) if one.id == passkey), None)
    if row is None:
        return redirect(url_for("desk.me"), 303)
    says = _(
        "“{name}” no longer opens the desk. The device may go on offering it; there it can be deleted too.",
        name=row.name,
    )
    return _sure(_("Remove a passkey"), says, _("Remove it"))


@blueprint.post("/me/passkeys/<int:passkey>/remove")
@permission("read")
@fresh
def passkey_removed(passkey: int) -> Answer:
    """Removes it."""
    road.act(passkeys.remove, passkey, actor=me())
    say_done(_("The passkey is removed."))
    return redirect(url_for("desk.me"), 303)


def _codes_page(_form: Form, notice: str, status: int, problems: dict[str, str] | None = None) -> Response:
    import segno

    seed = session.get(_SEED) or factors.make_seed()
    session[_SEED] = seed
    secret = factors.secret_of(seed)
    square = segno.make(factors.address(seed, me().email), error="m", micro=False)
    picture = square.svg_data_uri(scale=5, border=4, dark="#000", light="#fff")
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return page("codes_on.html", status, notice=notice, picture=picture, secret=grouped, problems=problems or {})


@blueprint.get("/me/codes")
@permission("read")
@fresh
def codes() -> Answer:
    """Shows the secret that the app on the phone is to get."""
    if _mine().totp_seed is not None:
        return redirect(url_for("desk.me"), 303)
    return _codes_page(MultiDict(), "", 200)


@blueprint.post("/me/codes")
@shows_again(_codes_page)
@permission("read")
@fresh
def codes_sent() -> Answer:
    """Asks for codes at sign-in from now on, once the app has shown the right one."""
    seed = session.get(_SEED)
    if not seed or _mine().totp_seed is not None:
        return redirect(url_for("desk.me"), 303)
    try:
        shown = road.act(factors.turn_on, seed, request.form.get("code", ""), actor=me())
    except Invalid as error:
        return _codes_page(request.form, "", 422, tell(error, language()).problems)
    session.pop(_SEED, None)
    return page("codes_shown.html", codes=shown, first=True)


@blueprint.get("/me/codes/off")
@permission("read")
@fresh
def codes_off() -> Response:
    """Says what turning codes off means."""
    says = _("Your password alone opens the desk again, or a passkey. Your recovery codes are void, too.")
    return _sure(_("Turn codes off"), says, _("Turn them off"))


@blueprint.post("/me/codes/off")
@permission("read")
@fresh
def codes_off_sent() -> Answer:
    """Turns them off."""
    road.act(factors.turn_off, actor=me())
    say_done(_("Sign-in no longer asks for a code."))
    return redirect(url_for("desk.me"), 303)


@blueprint.get("/me/codes/recovery")
@permission("read")
@fresh
def recovery_codes() -> Response:
    """Says what new recovery codes mean."""
    says = _("You get ten new codes, each good once. Those that you have are void from then on.")
    return _sure(_("New recovery codes"), says, _("Make new ones"))


@blueprint.post("/me/codes/recovery")
@permission("read")
@fresh
def recovery_codes_sent() -> Answer:
    """Shows ten fresh ones, this once."""
    if _mine().totp_seed is None:
        return redirect(url_for("desk.me"), 303)
    return page("codes_shown.html", codes=road.act(factors.renew_codes, actor=me()), first=False)


def overview() -> dict[str, object]:
    """What the person's own page shows of all this."""
    with db.reading() as reading:
        return {
            "keys": passkeys.of(reading, me().user_id or 0),
            "no_keys": passkeys.why_not(settings.current().public_url),
            "codes_left": factors.codes_left(reading, me().user_id or 0),
            "now": clock.now(),
        }

"""Nothing typed is lost: an ended sign-in, a form too old or a busy database show the same form again, filled in."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Response, current_app, redirect, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Answer

from feedsvc.errors import Busy, FeedsvcError, Unavailable
from feedsvc.web.auth import SAFE_METHODS, SignInFirst, current_actor, local_path
from feedsvc.web.desk.frame import blueprint, page
from feedsvc.web.errors import Told, tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language
from feedsvc.web.permission import PUBLIC, permission_of

Form = MultiDict[str, str]
View = TypeVar("View", bound=Callable[..., Any])

KEPT = "kept."
"""In front of the names of fields that the sign-in page carries along."""


def shows_again(show: Callable[..., Response]) -> Callable[[View], View]:
    """Says which function shows a view's form again: `show(form, notice, status, **arguments)`."""

    def mark(view: View) -> View:
        view.show_again = show  # type: ignore[attr-defined]
        return view

    return mark


def kept_fields(form: Form) -> list[tuple[str, str]]:
    """What was typed, as fields to carry along; the token of the session that has ended stays behind."""
    return [(name, value) for name, value in form.items(multi=True) if name != "csrf_token"]


def resume(path: str, form: Form) -> Response | None:
    """After sign-in, the form that was being sent to `path`, filled in and not saved. None where there is none."""
    try:
        endpoint, arguments = current_app.create_url_adapter(request).match(path, method="POST")  # type: ignore[union-attr]
    except HTTPException:
        return None
    view = current_app.view_functions[endpoint]
    show, needed, actor = getattr(view, "show_again", None), permission_of(view), current_actor()
    if show is None or actor is None or needed is None or needed == PUBLIC or not actor.may(needed):
        return None
    notice = _(
        "Your sign-in had ended, so this was not saved yet. What you typed is all here: look it over and send it again."
    )
    try:
        answer: Response = show(form, notice, 200, **arguments)
    except FeedsvcError:
        return None
    return answer


def failed(told: Told) -> Response:
    """The page that says what went wrong, with what was typed at hand to send again where trying again may help."""
    form: Form = MultiDict()
    if request.method not in SAFE_METHODS and told.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        try:
            form = request.form
        except HTTPException:  # too large to be read at all
            form = MultiDict()
    key = (request.view_args or {}).get("key", "")
    fields = [
        (name, value) for name, value in form.items(multi=True) if name not in ("csrf_token", "password", "again")
    ]
    response = page("failed.html", told.status, told=told, fields=fields, path=request.path, key=key)
    response.headers.update(told.headers)
    return response


@blueprint.errorhandler(SignInFirst)
def _sign_in_first(_error: SignInFirst) -> Answer:
    """Leads to the sign-in page and back again; a form that was being sent comes along."""
    if request.method in SAFE_METHODS:
        wanted = request.full_path.rstrip("?")
        return redirect(url_for("desk.login", next=local_path(wanted)), 303)
    notice = _("Your sign-in has ended. Sign in again: what you typed comes along.")
    return page(
        "login.html", 401, notice=notice, kept=kept_fields(request.form), path=request.path, email="", wanted=""
    )


@blueprint.errorhandler(CSRFError)
def _not_meant(_error: CSRFError) -> Response:
    """A form from before the last sign-in, or one that this desk never made."""
    told = Told(
        400,
        _("Please send this once more"),
        _(
            "This page had been open since before your last sign-in, or your browser keeps no cookies. Nothing was changed."
        ),
    )
    return _again(told)


@blueprint.errorhandler(Busy)
@blueprint.errorhandler(Unavailable)
def _not_just_now(error: FeedsvcError) -> Response:
    """The database did not give way: nothing was saved, nothing is lost."""
    return _again(tell(error, language()))


def _again(told: Told) -> Response:
    """The view's own form with what was typed, else the plain page."""
    view = current_app.view_functions.get(request.endpoint or "")
    show = getattr(view, "show_again", None)
    if show is None or (permission_of(view) != PUBLIC and current_actor() is None):
        return failed(told)
    try:
        response: Response = show(
            request.form, f"{told.title}. {told.detail}", told.status, **(request.view_args or {})
        )
    except FeedsvcError:
        return failed(told)
    response.headers.update(told.headers)
    return response

"""Nothing typed is lost: an ended sign-in, a form too old or a busy database show the same form again, filled in."""

import contextlib
import os
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any, TypeVar

from flask import Response, current_app, redirect, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.wrappers import Response as Answer
from werkzeug.wsgi import get_input_stream

from feedsvc.errors import Busy, FeedsvcError, Unavailable
from feedsvc.newsroom import passkeys
from feedsvc.web.auth import SAFE_METHODS, ProveFirst, SignInFirst, current_actor, local_path
from feedsvc.web.desk.frame import blueprint, page
from feedsvc.web.errors import Told, tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language
from feedsvc.web.permission import PUBLIC, permission_of

Form = MultiDict[str, str]
View = TypeVar("View", bound=Callable[..., Any])

KEPT = "kept."
"""In front of the names of fields that the sign-in page carries along."""


SECRET = frozenset(("csrf_token", "password", "again", "present", "code", "credential"))
"""Fields that no page ever shows again or carries along."""


def shows_again(show: Callable[..., Response]) -> Callable[[View], View]:
    """Says which function shows a view's form again: `show(form, notice, status, **arguments)`."""

    def mark(view: View) -> View:
        view.show_again = show  # type: ignore[attr-defined]
        return view

    return mark


def kept_fields(form: Form) -> list[tuple[str, str]]:
    """What was typed, as fields to carry along; the token of the session that has ended stays behind."""
    return [(name, value) for name, value in form.items(multi=True) if name not in SECRET]


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


def _readable() -> Form:
    """What was typed; nothing where it is too large to be read at all. Where only the files beside it are, for somebody whom
    we do not know (any more), they are read past and kept nowhere.
    """
    try:
        return request.form
    except RequestEntityTooLarge:
        most = getattr(current_app.view_functions.get(request.endpoint or ""), "most_body", 0)
        if not most or request.mimetype != "multipart/form-data":
            return MultiDict()
    except HTTPException:
        return MultiDict()
    parser = FormDataParser(
        _nowhere, max_form_memory_size=request.max_form_memory_size, max_content_length=most, silent=True
    )
    try:
        stream = get_input_stream(request.environ, max_content_length=most)
        _, form, files = parser.parse(stream, request.mimetype, request.content_length, request.mimetype_params)
    except HTTPException:
        return MultiDict()
    for file in files.values():
        file.close()
    return form


def _nowhere(
    total_content_length: int | None,  # noqa: ARG001  # Werkzeug's signature
    content_type: str | None,  # noqa: ARG001
    filename: str | None,  # noqa: ARG001
    content_length: int | None = None,  # noqa: ARG001
) -> IO[bytes]:
    """Where a file goes that nobody keeps."""
    return Path(os.devnull).open("w+b")


def failed(told: Told) -> Response:
    """The page that says what went wrong, with what was typed at hand to send again where trying again may help."""
    again = request.method not in SAFE_METHODS and told.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    form: Form = _readable() if again else MultiDict()
    key = (request.view_args or {}).get("key", "")
    fields = [(name, value) for name, value in form.items(multi=True) if name not in SECRET]
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
    kept, keys = kept_fields(_readable()), passkeys.possible()
    return page("login.html", 401, notice=notice, kept=kept, path=request.path, email="", wanted="", passkeys=keys)


@blueprint.errorhandler(ProveFirst)
def _prove_first(_error: ProveFirst) -> Answer:
    """Leads to the page that asks who sits there, and back to where the delicate act begins."""
    wanted = request.path
    with contextlib.suppress(HTTPException):
        current_app.create_url_adapter(request).match(wanted, method="GET")  # type: ignore[union-attr]
        return redirect(url_for("desk.proof", next=wanted), 303)
    return redirect(url_for("desk.proof", next=wanted.rpartition("/")[0]), 303)


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
    """The view's own form with what was typed, for who may see it; else the plain page."""
    view = current_app.view_functions.get(request.endpoint or "")
    show, needed, actor = getattr(view, "show_again", None), permission_of(view), current_actor()
    if show is None or needed is None or (needed != PUBLIC and (actor is None or not actor.may(needed))):
        return failed(told)
    try:
        response: Response = show(
            request.form, f"{told.title}. {told.detail}", told.status, **(request.view_args or {})
        )
    except FeedsvcError:
        return failed(told)
    response.headers.update(told.headers)
    return response

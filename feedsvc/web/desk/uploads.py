"""Pictures that come with a form: made anew, kept, and put among those that it had."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, flash, request
from werkzeug.datastructures import FileStorage

from feedsvc import road
from feedsvc.errors import Crowded, Invalid
from feedsvc.models import Picture
from feedsvc.newsroom import pictures
from feedsvc.newsroom.captions import Caption
from feedsvc.web.desk import picture_fields
from feedsvc.web.desk.frame import me
from feedsvc.web.desk.recovery import Form
from feedsvc.web.errors import tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language, ngettext

MOST_BODY = pictures.MOST_BYTES + 5 * 1024 * 1024
"""A picture and all that stands in the form beside it, in bytes."""
MOST_AT_ONCE = 10
"""Pictures that one sending of the plain form may bring."""
SECONDS = 12.0
"""After so many no further one is begun: somebody waits."""
View = TypeVar("View", bound=Callable[..., Any])


def takes_pictures(view: View) -> View:
    """Lets a view have a body as large as pictures are."""
    view.most_body = MOST_BODY  # type: ignore[attr-defined]
    return view


def take_along(show: Callable[..., Response]) -> Callable[[View], View]:
    """Lets a view that saves the item form find the pictures in it that were chosen and not uploaded, as a browser without
    scripts sends them. `show` shows the form again, with nothing saved, where one of them cannot be taken.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def sent(*args: Any, **kwargs: Any) -> Any:
            files = chosen() if me().may("media") else []
            if files:
                form, wrong = added(request.form, files)
                if wrong:
                    return show(form, " ".join([*wrong, _("Nothing was saved yet.")]), 422, **kwargs)
                request.form = form  # type: ignore[assignment]  # what the view reads is the form with its pictures
                flash(_said(len(files)), "warn")
            return view(*args, **kwargs)

        return cast("View", takes_pictures(sent))

    return mark


def _said(n: int) -> str:
    return ngettext(
        "{n} picture was uploaded with it. Say below what can be seen in it.",
        "{n} pictures were uploaded with it. Say below what can be seen in them.",
        n,
    )


def chosen() -> list[FileStorage]:
    """The files that the form brought; browsers send a nameless one where none was chosen."""
    return [file for file in request.files.getlist("files") if file.filename]


def added(form: Form, files: list[FileStorage]) -> tuple[Form, list[str]]:
    """The form with these pictures behind those that it had, and a sentence for each that it could not have."""
    here = picture_fields.posted(form)
    keys, wrong = _kept(files)
    known = {one.key for one in here}
    return picture_fields.written(form, (*here, *(Caption(key) for key in keys if key not in known))), wrong


def keep(file: FileStorage) -> Picture:
    """Makes a file anew, then keeps it. Raises Invalid, Crowded, NotAllowed."""
    made = pictures.prepared(file.stream.read(pictures.MOST_BYTES + 1), file.filename or "")
    return road.act(pictures.add, made, actor=me())


def _kept(files: list[FileStorage]) -> tuple[list[str], list[str]]:
    """The keys of the pictures that these files have become, and a sentence for each that has not."""
    if not files:
        return [], [tell(Invalid({"file": ("no_file", {})}), language()).detail]
    keys, wrong, until = [], [], time.monotonic() + SECONDS
    for number, file in enumerate(files[:MOST_AT_ONCE]):
        if time.monotonic() > until:
            wrong.append(_("It took long: only the first {most} were taken.", most=number))
            break
        try:
            keys.append(keep(file).key)
        except (Invalid, Crowded) as error:
            wrong.append(f"{(file.filename or '')[:80]}: {tell(error, language()).detail}")
    if len(files) > MOST_AT_ONCE:
        wrong.append(_("Only the first {most} were taken.", most=MOST_AT_ONCE))
    return list(dict.fromkeys(keys)), wrong

"""What a new item's form begins with: nothing, or a template."""

import re
from dataclasses import asdict, fields
from typing import Any

from feedsvc import db
from feedsvc.errors import NotFound
from feedsvc.newsroom import templates
from feedsvc.web.desk.forms import Typed


def chosen(number: str) -> Typed | None:
    """The form as the template of this number fills it; None where there is none."""
    if not re.fullmatch(r"[0-9]{1,9}", number):
        return None
    try:
        with db.reading() as session:
            return opened(templates.find(session, int(number)).fields)
    except NotFound:
        return None


def opened(kept: dict[str, object]) -> Typed:
    """The form as it was kept; fields that the form has got since are empty, and those that it lost are left out."""
    empty = Typed()
    found: dict[str, Any] = {}
    for field in fields(Typed):
        value, usual = kept.get(field.name), getattr(empty, field.name)
        value = tuple(value) if isinstance(value, list) else value
        if isinstance(value, type(usual)):
            found[field.name] = value
    return Typed(**(found | {"base": 0, "slug": ""}))


def kept(form: Typed) -> dict[str, object]:
    """What is kept of a form: everything but what is one item's own: its address, its pictures, what it was opened on."""
    found = asdict(form)
    for own in ("base", "slug", "pictures", "unsaved"):
        del found[own]
    return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}

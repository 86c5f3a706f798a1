"""Two people wrote at once: what the one typed beside what the other saved, difference by difference."""

from typing import Any

from sqlalchemy.orm import Session

from feedsvc.models import Translation
from feedsvc.newsroom import boilerplates, contacts, differences, html, paragraphs
from feedsvc.newsroom.captions import Caption
from feedsvc.newsroom.differences import Paragraph, Row
from feedsvc.web.desk import forms
from feedsvc.web.desk.forms import Typed
from feedsvc.web.desk.frame import field_names
from feedsvc.web.i18n import gettext as _

_NOT_SHOWN = ("body", "body_form", "base", "unsaved", "language", "further", "organisation")
_AS_TAGS = {"people": "tags", "places": "tags", "themes": "tags"}


def shown(session: Session, translation: Translation, typed: Typed) -> dict[str, Any]:
    """What the page of a conflict shows: the saved text, and the fields that differ, theirs first."""
    head = translation.head
    saved = forms.opened(head, translation.language, translation.item.organisation.slug)
    fields, names = [], _names(session, saved, typed)
    for name in Typed.__dataclass_fields__:
        theirs, mine = (_said(getattr(one, name), names.get(name, {})) for one in (saved, typed))
        if name not in _NOT_SHOWN and theirs.split() != mine.split():
            fields.append((_label(name), _rows(theirs, mine)))
    rows = differences.between(
        paragraphs.of_html(head.body_html), paragraphs.of_html(html.sanitise(forms.body_html(typed, head.body_html)))
    )
    return {"saved": saved, "differing": fields, "rows": rows, "body_differs": any(row.changed for row in rows)}


def _names(session: Session, saved: Typed, typed: Typed) -> dict[str, dict[str, str]]:
    """What the form calls by numbers, by field: number → name."""
    people = contacts.offered(session, forms.numbers((*saved.contacts, *typed.contacts)))
    return {
        "contacts": {str(row.id): row.name for row in people},
        "boilerplates": {str(row.id): row.name for row in boilerplates.listed(session)},
    }


def _said(value: object, names: dict[str, str]) -> str:
    """A field's value as words."""
    if isinstance(value, tuple):
        return "\n".join(_of_picture(one) if isinstance(one, Caption) else names.get(one, str(one)) for one in value)
    return str(value)


def _of_picture(one: Caption) -> str:
    """A picture as its words."""
    words = (_("decorative") if one.decorative else one.alt, one.caption, one.credit, one.rights)
    return " · ".join(word for word in words if word) or _("a picture without words")


def _rows(theirs: str, mine: str) -> tuple[Row, ...]:
    """The lines of a field."""
    old, new = ([Paragraph(line.strip()) for line in text.splitlines() if line.strip()] for text in (theirs, mine))
    return differences.between(old, new)


def _label(name: str) -> str:
    """What the form calls a field."""
    if name in _AS_TAGS:
        return {"people": _("People"), "places": _("Places"), "themes": _("Themes")}[name]
    return field_names().get(name, ("", name.capitalize()))[1]

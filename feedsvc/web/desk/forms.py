"""The item form: between what stands in the fields and what the newsroom's verbs take. No request, no database."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from feedsvc.models import Revision
from feedsvc.newsroom import html, pictures
from feedsvc.newsroom.captions import Caption
from feedsvc.newsroom.drafts import LIMITS, ItemDraft, TagName
from feedsvc.web.desk import picture_fields

NAMES_READ = 1_000
"""Names read out of one field: far above what an item may have, so that the refusal still counts right."""
_TAG = re.compile(r"<[a-zA-Z/!]")
_NAME = re.compile(r'\s*(?:"((?:[^"]|"")*)"\s*|([^,]*))(?:,|$)')


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form's fields, just as typed."""

    headline: str = ""
    subhead: str = ""
    dateline: str = ""
    summary: str = ""
    body: str = ""
    body_form: str = "typed"
    """`typed` for plain words, `html` where the text has what cannot be typed."""
    slug: str = ""
    language: str = ""
    organisation: str = ""
    categories: tuple[str, ...] = ()
    """Slugs."""
    further: str = ""
    """A category that is not among the offered ones."""
    people: str = ""
    places: str = ""
    themes: str = ""
    authors: str = ""
    pictures: tuple[Caption, ...] = ()
    contacts: tuple[str, ...] = ()
    """Numbers, in their order."""
    boilerplates: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    """Which of the two were offered: what was not stays as it is."""
    base: int = 0
    """Number of the revision that the form was opened on."""
    unsaved: str = ""
    """Under which mark the words are kept while they are typed; see newsroom/unsaved.py."""


TEXTS = (
    "headline",
    "subhead",
    "dateline",
    "summary",
    "body",
    "slug",
    "language",
    "organisation",
    "further",
    "people",
    "places",
    "themes",
    "authors",
)
TAG_FIELDS = {"people": "person", "places": "place", "themes": "theme"}


def posted(form: MultiDict[str, str]) -> Typed:
    """The form as it was sent. Whatever was sent: nothing is refused here."""
    texts = {name: form.get(name, "").replace("\r\n", "\n") for name in TEXTS}
    base = form.get("base", "")
    return Typed(
        **texts,
        body_form="html" if form.get("body_form") == "html" else "typed",
        categories=tuple(form.getlist("categories"))[:NAMES_READ],
        pictures=picture_fields.posted(form),
        contacts=tuple(form.getlist("contacts"))[:NAMES_READ],
        boilerplates=tuple(form.getlist("boilerplates"))[:NAMES_READ],
        chosen=tuple(form.getlist("chosen"))[:NAMES_READ],
        base=int(base) if re.fullmatch(r"[0-9]{1,9}", base) else 0,
        unsaved=form.get("unsaved", "")[:100],
    )


def opened(revision: Revision, language: str, organisation: str) -> Typed:
    """The form filled in from a saved text."""
    words = html.to_typed(revision.body_html)
    tags = {
        field: joined(sorted(tag.name for tag in revision.tags if tag.kind == kind))
        for field, kind in TAG_FIELDS.items()
    }
    return Typed(
        headline=revision.headline,
        subhead=revision.subhead,
        dateline=revision.dateline,
        summary=revision.summary,
        body=revision.body_html if words is None else words,
        body_form="html" if words is None else "typed",
        slug=revision.slug,
        language=language,
        organisation=organisation,
        categories=tuple(category.slug for category in revision.categories),
        authors=joined(author.name for author in revision.authors),
        pictures=pictures.captions_of(revision),
        contacts=tuple(str(link.contact_id) for link in revision.contacts),
        boilerplates=tuple(str(link.boilerplate_id) for link in revision.boilerplates),
        chosen=("contacts", "boilerplates"),
        base=revision.number,
        **tags,
    )


def fields(form: Typed) -> list[tuple[str, str]]:
    """The form as it is sent, so that `posted` reads the same out of it."""
    found: MultiDict[str, str] = MultiDict()
    for name in Typed.__dataclass_fields__:
        value = getattr(form, name)
        if name != "pictures":
            found.setlist(name, [str(one) for one in (value if isinstance(value, tuple) else (value,))])
    return list(picture_fields.written(found, form.pictures).items(multi=True))


def draft(form: Typed, before: str = "") -> ItemDraft:
    """What the newsroom's verbs take. `before` is the saved body that the form was opened on."""
    tags = [TagName(name, kind) for field, kind in TAG_FIELDS.items() for name in split(getattr(form, field))]
    return ItemDraft(
        headline=form.headline,
        subhead=form.subhead,
        dateline=form.dateline,
        summary=form.summary,
        body_html=body_html(form, before),
        slug=form.slug,
        language=form.language,
        organisation=form.organisation,
        categories=(*form.categories, form.further),
        tags=tuple(tags),
        authors=tuple(split(form.authors)),
        pictures=form.pictures,
        contacts=numbers(form.contacts) if "contacts" in form.chosen else None,
        boilerplates=numbers(form.boilerplates) if "boilerplates" in form.chosen else None,
    )


def numbers(values: Iterable[str]) -> tuple[int, ...]:
    """The numbers among what ticks sent."""
    return tuple(int(value) for value in values if re.fullmatch(r"[0-9]{1,9}", value))


def body_html(form: Typed, before: str) -> str:
    """The body as HTML. Where it is the text that was shown, it stays as it was, byte for byte."""
    shown = html.to_typed(before) if form.body_form == "typed" else before
    if before and shown is not None and _same(form.body, shown):
        return before
    is_html = form.body_form == "html" and _TAG.search(form.body)  # without a tag it was typed anew
    if is_html or len(form.body) > LIMITS["body_html"]:
        return form.body  # too long to be worth reading: the verb will say so
    return html.from_typed(form.body)


def rich(form: Typed) -> str:
    """The body as the browser's editor opens it: HTML, sanitised, since a browser is what reads it."""
    if len(form.body) > LIMITS["body_html"]:
        return ""  # the plain field shows it, and the problem beside it says why
    return html.sanitise(form.body) if form.body_form == "html" else html.from_typed(form.body)


def _same(first: str, second: str) -> bool:
    """Whether two texts differ in nothing but line ends, which browsers write in their own way."""
    return first.replace("\r\n", "\n").strip("\n") == second.replace("\r\n", "\n").strip("\n")


def split(text: str) -> list[str]:
    """Names apart by commas or lines; one that has a comma in it stands in double quotes."""
    names = []
    for line in text.replace("\r", "\n").split("\n")[:NAMES_READ]:
        for found in _NAME.finditer(line):
            quoted, plain = found.groups()
            name = plain if quoted is None else quoted.replace('""', '"')
            if name.strip():
                names.append(name.strip())
            if len(names) >= NAMES_READ:
                return names
    return names


def joined(names: Iterable[str]) -> str:
    """Names as `split` reads them back."""
    return ", ".join(
        '"' + name.replace('"', '""') + '"' if "," in name or name.startswith('"') else name for name in names
    )

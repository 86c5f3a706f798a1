"""Names that readers' pages and the desk both show: of languages, and of what an item is about."""

from collections.abc import Iterable

from feedsvc.models import Revision
from feedsvc.web import alphabet, i18n
from feedsvc.words import N_

LANGUAGE_NAMES = {"en": "English", "az": "Azərbaycanca", "ru": "Русский"}
"""Each in its own language, as people look for it."""
KINDS = {
    "category": (N_("Category"), N_("Categories")),
    "organisation": (N_("Organisation"), N_("Organisations")),
    "author": (N_("Author"), N_("Authors")),
    "theme": (N_("Theme"), N_("Themes")),
    "person": (N_("Person"), N_("People")),
    "place": (N_("Place"), N_("Places")),
}
"""Kind of subject → what one of them is called, and the heading above several. A tag is a theme, a person or a place."""
TAG_KINDS = ("theme", "person", "place")

Link = tuple[str, str]
"""The scope of a subject's page, and its name."""


def categories(revision: Revision) -> list[Link]:
    """The categories of an item."""
    return _by_name((f"category/{one.slug}", one.name) for one in revision.categories)


def authors(revision: Revision) -> list[Link]:
    """Who wrote an item, in the order of the by-line."""
    return [(f"author/{one.slug}", one.name) for one in revision.authors]


def about(revision: Revision) -> list[tuple[str, list[Link]]]:
    """Headings and subjects of what the item is about: categories first, then tags by kind."""
    groups = [("category", categories(revision))]
    groups += [(k, _by_name((f"tag/{t.slug}", t.name) for t in revision.tags if t.kind == k)) for k in TAG_KINDS]
    return [(KINDS[kind][1], links) for kind, links in groups if links]


def _by_name(links: Iterable[Link]) -> list[Link]:
    """In the order of the page's language."""
    return sorted(links, key=lambda link: alphabet.key(i18n.language(), link[1]))

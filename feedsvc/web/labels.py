"""Names that readers' pages and the desk both show: of languages, and of what an item is about."""

from feedsvc.models import Revision
from feedsvc.words import N_

LANGUAGE_NAMES = {"en": "English", "az": "Azərbaycanca", "ru": "Русский"}
"""Each in its own language, as people look for it."""
_KINDS = {"theme": N_("Themes"), "person": N_("People"), "place": N_("Places")}


def about(revision: Revision) -> list[tuple[str, list[str]]]:
    """Headings and names of what the item is about: categories first, then tags by kind, each by name."""
    groups = [(N_("Categories"), sorted(category.name for category in revision.categories))]
    groups += [(title, sorted(tag.name for tag in revision.tags if tag.kind == kind)) for kind, title in _KINDS.items()]
    return [(title, names) for title, names in groups if names]

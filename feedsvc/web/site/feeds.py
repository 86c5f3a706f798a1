"""The catalogue of feeds, by kind and by name."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from flask import Response, g, request
from sqlalchemy.orm import Session

from feedsvc import settings
from feedsvc.feeds import addresses, catalogue, filtered, scopes
from feedsvc.feeds.catalogue import Subject
from feedsvc.newsroom import filters
from feedsvc.web import alphabet, labels
from feedsvc.web.i18n import gettext as _
from feedsvc.web.permission import public as open_to_all
from feedsvc.web.site import frame
from feedsvc.web.site.kept import kept
from feedsvc.words import N_

MOST = 60
"""Feeds of a kind in the catalogue; where there are more, those with the latest news."""
PAGE = 200
"""Feeds on a page of one kind's list."""
_DIGITS = 6
"""The longest number of a page that is read at all."""
LISTS: dict[str, str] = {kind: one.heading for kind, one in scopes.SCOPES.items()} | {
    kind: labels.KINDS[kind][1] for kind in labels.TAG_KINDS
}
"""Kind → heading of its list. Tags have one list for all and one for each kind of tag."""
SECTIONS = [
    kind for scope_kind in scopes.SCOPES for kind in (labels.TAG_KINDS if scope_kind == "tag" else [scope_kind])
]
"""The lists that the catalogue shows, in their order."""


@dataclass(frozen=True, slots=True)
class Listed:
    """The feeds of a kind that carry something now."""

    subjects: list[Subject]
    """By name."""
    lately: list[Subject]
    """At most `MOST` of them, also by name."""
    letters: dict[str, int]
    """Letter → how many stand before the first of it."""


def catalogue_here() -> dict[str, Listed]:
    """Kind → its feeds in the page's language: gathered once for each change of what is public."""
    language: str = g.language
    return kept(f"catalogue {language}", lambda session, now: gathered(session, language, now))


def gathered(session: Session, language: str, now: datetime) -> dict[str, Listed]:
    """Kind → its feeds in a language."""
    latest = catalogue.carrying(session, language, now=now)
    by_name = sorted(latest, key=lambda one: alphabet.key(language, one.name))
    return {kind: _listed(language, _of(kind, by_name), _of(kind, latest)) for kind in LISTS}


CHOSEN = N_("Put together by the newsroom")
"""Above the feeds of saved filters."""


def chosen_here() -> list[Subject]:
    """The feeds of saved filters that readers of the page's language are offered, by name."""
    language: str = g.language
    return kept(f"chosen {language}", lambda session, _now: chosen(session, language))


def chosen(session: Session, language: str) -> list[Subject]:
    """The same in a language. Each is there, whether or not something is in it now: an editor meant it to be."""
    rows = filters.offered(session, language, settings.current().main_language)
    found = [Subject(filtered.scope(row.slug), row.name, filters.KIND) for row in rows]
    return sorted(found, key=lambda one: alphabet.key(language, one.name))


def _of(kind: str, subjects: list[Subject]) -> list[Subject]:
    """Those of a kind of scope or of tag."""
    return [one for one in subjects if kind in (one.kind, scopes.split(one.scope)[0])]


def _listed(language: str, by_name: list[Subject], latest: list[Subject]) -> Listed:
    lately = {one.scope for one in latest[:MOST]}
    letters: dict[str, int] = {}
    for place, one in enumerate(by_name):
        letters.setdefault(alphabet.letter(language, one.name), place)
    return Listed(by_name, [one for one in by_name if one.scope in lately], letters)


@open_to_all
def feeds() -> Response:
    """The catalogue: the feed of everything, then by kind those that carry something now."""
    there = catalogue_here()
    return frame.page(
        "site/feeds.html",
        canonical=f"{addresses.home_url(g.language)}/feeds",
        chosen=chosen_here(),
        sections=[(kind, LISTS[kind], there[kind]) for kind in SECTIONS if there[kind].subjects],
        editions=frame.here_in_each_language(),
    )


@open_to_all
def feeds_of(kind: str) -> Response:
    """All feeds of a kind by name, page by page. What is no page shows the first."""
    there = catalogue_here()[kind]
    pages = max(1, -(-len(there.subjects) // PAGE))
    number = _number(request.args.get("page", ""), pages)
    shown = there.subjects[(number - 1) * PAGE : number * PAGE]
    first = addresses.feed_url(kind, g.language)
    return frame.page(
        "site/feeds_of.html",
        canonical=f"{first}?page={number}" if number > 1 else first,
        kind=kind,
        heading=_(LISTS[kind]),
        by_letter=[(sign, list(part)) for sign, part in groupby(shown, lambda s: alphabet.letter(g.language, s.name))],
        letters=[(sign, place // PAGE + 1) for sign, place in there.letters.items()],
        number=number,
        pages=pages,
        related=[(one, LISTS[one]) for one in ("tag", *labels.TAG_KINDS)] if kind in ("tag", *labels.TAG_KINDS) else [],
        editions=frame.here_in_each_language(),
    )


def _number(asked: str, pages: int) -> int:
    """The page that is asked for; the first where there is no such page."""
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= _DIGITS else 1
    return number if 1 <= number <= pages else 1

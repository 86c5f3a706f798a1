"""Search: what the public may read that holds certain words, newest first. Like every list it asks newsroom/public.py.

A reader's question has no operators: whatever is typed is words, and all of them are to be in a text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from feedsvc import settings
from feedsvc.characters import one_line
from feedsvc.models import Category, Organisation, Revision, Searchable, Tag
from feedsvc.newsroom import indexing, postings, public, stems
from feedsvc.newsroom.postings import Expression
from feedsvc.newsroom.public import Shown, Source

LONGEST = 200
"""Characters of a question that are read."""
MOST_WORDS = 12
FEWEST_LETTERS = 3
"""So many letters of a word are its beginning, at least, where whole words were not found."""
MOST_ENDINGS = 25
"""So many words are tried that begin with one."""
YEARS = range(1900, 2200)
_ROUNDS = 4
"""Pages of numbers read for one page of items: the index is a moment behind what is public."""
_COMMON = frozenset(
    (  # noqa: SIM905  # a list of quoted words reads worse
        "a an and are as at be by for from how in is of on or our the to was what who with "
        "bu da de haqqinda ile ki olan ucun uzre ve "
        "в во для до за и из к как на не о об от по при с со что это"
    ).split()
)
"""Words that say nothing of what somebody looks for; folded."""
_TABLES: dict[str, Any] = {"category": Category, "tag": Tag, "organisation": Organisation}


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody looks for, cleaned."""

    text: str
    languages: tuple[str, ...]
    scope: str = ""
    """Only about this: `category/innovation`."""
    year: int = 0
    """Only of this year in the newsroom's zone; 0: of any."""
    among: tuple[tuple[str, ...], ...] = ()
    """Only about one at least of each of these groups of subjects."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A page of what was found."""

    found: list[Shown]
    """Newest first, of subjects with categories, tags and organisation alone."""
    older: int | None
    """Where the next page begins; None on the last."""
    by_beginnings: bool
    """Whether no text has the very words, so that those were found which have words that begin so."""


def question(text: str, languages: Sequence[str], *, scope: str = "", year: int = 0) -> Question:
    """What is asked with these words; what is too long is cut between two words."""
    line = one_line(text[: LONGEST * 4])
    if len(line) > LONGEST:
        line = line[:LONGEST].rpartition(" ")[0] or line[:LONGEST]
    return Question(line, tuple(languages), scope, year if year in YEARS else 0)


def words(asked: Question, language: str) -> list[tuple[str, str]]:
    """The words of a question that count, folded, each with its stem in a language."""
    found = list(dict.fromkeys(stems.words(asked.text, language)))
    telling = [pair for pair in found if pair[0] not in _COMMON]
    return (telling or found)[:MOST_WORDS]


def find(
    session: Session, asked: Question, *, now: datetime, limit: int, below: int | None = None, loosely: bool = True
) -> Answer:
    """The newest public items that answer a question; `below`: go on from there.

    `loosely`: where nothing has the very words, what has words that begin so.
    """
    about = _about(session, asked)
    if about is None or not any(words(asked, language) for language in asked.languages):
        return Answer([], None, by_beginnings=False)
    least, end = _bounds(asked.year)
    end = min((number for number in (end, below) if number is not None), default=None)
    answer = _page(session, _expression(session, asked, about, begins=False), least, end, limit, now)
    # Behind the last page of whole words there is nothing, however many words begin so.
    if (
        answer.found
        or not loosely
        or (below is not None and _any(session, _expression(session, asked, about, begins=False), least))
    ):
        return answer
    beginnings = _page(session, _expression(session, asked, about, begins=True), least, end, limit, now)
    return Answer(beginnings.found, beginnings.older, by_beginnings=True)


def _any(session: Session, sought: Expression, least: int | None) -> bool:
    return bool(postings.look_up(session, sought, least=least, below=None, most=1))


def _about(session: Session, asked: Question) -> list[list[str]] | None:
    """The keys of the subjects, by group; None where there is nothing of one."""
    groups = [*asked.among, *([(asked.scope,)] if asked.scope else [])]
    found = [[key for scope in group if (key := _key(session, scope))] for group in groups]
    return found if all(found) else None


def _key(session: Session, scope: str) -> str | None:
    """The key of a subject; None for one that there is not."""
    kind, _, slug = scope.partition("/")
    if kind == "author":
        return indexing.subject_key(kind, slug) if slug.replace("-", "").isalnum() and slug.isascii() else None
    table = _TABLES.get(kind)
    number = session.scalar(select(table.id).where(table.slug == slug)) if table is not None else None
    return None if number is None else indexing.subject_key(kind, number)


def _expression(session: Session, asked: Question, about: list[list[str]], *, begins: bool) -> Expression:
    """One alternative for each language, since each has its own stems."""
    found = []
    for language in asked.languages:
        terms = [_keys(session, *pair, begins=begins) for pair in words(asked, language)]
        if terms:
            found.append([[indexing.language_key(language)], *about, *terms])
    return found


def _keys(session: Session, word: str, stem: str, *, begins: bool) -> list[str]:
    """What to look a word up by: its stem, and where `begins` also the words that begin with it."""
    if not begins or len(word) < FEWEST_LETTERS:
        return [stem]
    return list(dict.fromkeys((stem, *postings.beginning(session, word, MOST_ENDINGS))))


def _bounds(year: int) -> tuple[int | None, int | None]:
    """The numbers of a year, from and to, the second exclusive; None for any year."""
    if not year:
        return None, None
    zone = ZoneInfo(settings.current().time_zone)
    first, last = (datetime(one, 1, 1, tzinfo=zone).astimezone(UTC) for one in (year, year + 1))
    return indexing.number_of(first), indexing.number_of(last)


def _page(
    session: Session, sought: Expression, least: int | None, below: int | None, limit: int, now: datetime
) -> Answer:
    """One page of an expression. What the index still holds and the public no longer sees is passed over."""
    found: list[tuple[int, Shown]] = []
    for _ in range(_ROUNDS):
        numbers = postings.look_up(session, sought, least=least, below=below, most=limit + 1)
        found += _shown(session, numbers, now)
        if len(found) > limit or len(numbers) <= limit:
            break
        below = numbers[-1]
    else:
        return Answer([one for _, one in found[:limit]], below, by_beginnings=False)
    older = found[limit - 1][0] if len(found) > limit else None
    return Answer([one for _, one in found[:limit]], older, by_beginnings=False)


def _shown(session: Session, numbers: list[int], now: datetime) -> list[tuple[int, Shown]]:
    """What is public of these numbers' translations, by whatever publication, in their order."""
    if not numbers:
        return []
    rows = session.execute(select(Searchable).where(Searchable.number.in_(numbers))).scalars()
    by_translation = {row.translation_id: row.number for row in rows}
    shown = public.read(session, _texts(), {"translations": list(by_translation)}, now=now) if by_translation else []
    found = [(by_translation[one.revision.translation_id], one) for one in shown]
    return sorted(found, key=lambda pair: -pair[0])


@cache
def _texts() -> Select[Any]:
    source: Source = public.of_translations(bindparam("translations", expanding=True))
    return public.texts(source, source.query, (Revision.categories, Revision.tags, Revision.organisation))

"""Keeping the index: what is public is in it, under the words of just the revision that is public, and nothing else is.

Each publication says whether the index has followed it. So nothing is lost by a crash, and nothing is in before its
moment: what is due and was not followed is looked for by the ticker; what a verb makes public now is followed at once.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, select, update
from sqlalchemy.orm import Session, aliased, selectinload

from feedsvc.models import Change, Publication, Revision, Searchable, Translation
from feedsvc.newsroom import postings, public, stems
from feedsvc.newsroom.folding import plain
from feedsvc.newsroom.record import change

BATCH = 25
"""Publications followed in one transaction, for as long as which other writers wait."""
AT_ONCE = 16
"""So many are followed in the transaction of a verb; where there are more, the ticker does."""
WHILE_WAITING = 50
"""So many are followed while a reader waits for it."""
LATELY = timedelta(minutes=1)
SLOTS = 14
"""Bits of a number that tell texts of one second apart."""
_SUBJECTS = (Revision.categories, Revision.tags, Revision.authors, Revision.organisation, Revision.pictures)


def texts(revision: Revision) -> list[str]:
    """What a found item shows some of, where it has it: summary, text, sub-head; each on one line."""
    given = (revision.summary, plain(revision.body_html), revision.subhead)
    return [line for line in (" ".join(one.split()) for one in given) if line]


def number_of(moment: datetime) -> int:
    """The least number of a second."""
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) << SLOTS


def moment_of(number: int) -> datetime:
    """The second that a number stands for."""
    return datetime.fromtimestamp(number >> SLOTS, UTC)


def ends(session: Session) -> tuple[datetime, datetime] | None:
    """When the oldest and the newest text in the index were published; None for an empty one."""
    oldest, newest = (session.scalar(select(end(Searchable.number))) for end in (func.min, func.max))
    return None if oldest is None or newest is None else (moment_of(oldest), moment_of(newest))


def language_key(language: str) -> str:
    """The key of all texts in a language; words have no underscore."""
    return f"_l{language}"


def subject_key(kind: str, name: int | str) -> str:
    """The key of all texts about a subject: by its id, which stays when it is renamed; an author's by the slug."""
    return f"_{kind}-{name}"


def _words(revision: Revision, language: str) -> set[str]:
    """The keys of a revision that can never change."""
    captions = [picture.caption for picture in revision.pictures]
    fields = (revision.headline, revision.subhead, revision.summary, plain(revision.body_html), *captions)
    names = [revision.organisation_name, *(author.name for author in revision.authors)]
    return stems.of_text("\n".join((*fields, *names)), language)


def _subjects(revision: Revision, language: str) -> set[str]:
    """The keys that come from the taxonomy as it is now, and the language's."""
    keys = {language_key(language)}
    keys |= {subject_key("category", one.id) for one in revision.categories}
    keys |= {subject_key("tag", one.id) for one in revision.tags}
    keys |= {subject_key("author", one.slug) for one in revision.authors}
    keys |= {subject_key("organisation", revision.organisation_id)} if revision.organisation_id else set()
    names = [one.name for one in revision.categories] + [one.name for one in revision.tags]
    return keys | stems.of_text("\n".join(names), language)


def words_of(revision: Revision, language: str) -> set[str]:
    """All that a text would be found by."""
    return _words(revision, language) | _subjects(revision, language)


def waiting(session: Session, *, now: datetime, lately: bool = False) -> bool:
    """Whether something is to be followed; `lately`: that came out in the last minute. A cheap question."""
    return session.execute(_due(now, 1, lately=lately)).first() is not None


def count_waiting(session: Session, *, now: datetime) -> int:
    """How many publications are to be followed."""
    p = Publication
    return session.scalar(select(func.count()).where(p.indexed_at.is_(None), public.due(p, now))) or 0


def _due(now: datetime, limit: int, *, lately: bool = False) -> Any:
    """What is due and was not followed, the newest first: so that a newsroom that fills its index finds its news first.

    Of one moment in the order of their coming, since a later number is a later text, in whichever transaction it comes.
    """
    p = Publication
    query = select(p.id, p.translation_id).where(p.indexed_at.is_(None), public.due(p, now))
    if lately:
        query = query.where(p.at > now - LATELY)
    return query.order_by(p.at.desc(), p.id).limit(limit)


def catch_up(session: Session, *, now: datetime) -> int:
    """Follows some of what is to be followed. Gives how many publications: call it until it gives none."""
    return _follow(session, session.execute(_due(now, BATCH)).all(), now)


def catch_up_lately(session: Session, *, now: datetime) -> int:
    """Follows some of what came out in the last minute, while a reader waits."""
    return _follow(session, session.execute(_due(now, WHILE_WAITING, lately=True)).all(), now)


def keep(session: Session, recorded: Iterable[tuple[Change, Publication | None]], *, now: datetime) -> None:
    """Follows what a transaction made public, or took back, at this very moment."""
    made = {
        p.id: p.translation_id for row, p in recorded if p is not None and row.kind == "live" and p.created_at == now
    }
    if made and len(made) <= AT_ONCE:
        _follow(session, list(made.items()), now)


def _follow(session: Session, rows: Sequence[Any], now: datetime) -> int:
    """Brings the index up to what is public of the translations of these publications."""
    translations = list(dict.fromkeys(translation for _, translation in rows))
    if not translations:
        return 0
    _take_out(session, translations)
    _take_in(session, translations, now)
    followed = update(Publication).where(Publication.id.in_([number for number, _ in rows]))
    session.execute(followed.values(indexed_at=now), execution_options={"synchronize_session": False})
    return len(rows)


def _take_out(session: Session, translations: Collection[int]) -> None:
    """Takes out what the index holds of these translations."""
    query = select(Searchable, Revision, Translation.language)
    query = query.join(Publication, Publication.id == Searchable.publication_id)
    query = query.join(Revision, Revision.id == Publication.revision_id)
    query = query.join(Translation, Translation.id == Searchable.translation_id)
    query = query.where(Searchable.translation_id.in_(translations))
    held = {row.number: (row, revision, language) for row, revision, language in session.execute(query)}

    def keys_of(number: int) -> str:
        row, revision, language = held[number]
        return " ".join(sorted(_words(revision, language) | set(row.subjects.split())))

    postings.drop(session, held, keys_of)
    for row, _, _ in held.values():
        session.delete(row)
    session.flush()


def _take_in(session: Session, translations: Collection[int], now: datetime) -> None:
    """Takes in what is public of these translations."""
    source = public.of_translations(translations)
    query = source.query.join(Revision, Revision.id == source.newest.revision_id)
    query = query.with_only_columns(source.newest.id, source.newest.language, source.at, Revision)
    query = query.options(*(selectinload(one) for one in _SUBJECTS)).order_by(source.at, source.place)
    rows = session.execute(query, {"now": now}).all()
    numbers = _free(session, [at for _, _, at, _ in rows])
    found, used = [], set()
    for number, (publication, language, _, revision) in zip(numbers, rows, strict=True):
        subjects = _subjects(revision, language)
        keys = _words(revision, language) | subjects
        used |= keys
        found.append((number, " ".join(sorted(keys))))
        named = {"translation_id": revision.translation_id, "publication_id": publication}
        session.add(Searchable(number=number, subjects=" ".join(sorted(subjects)), **named))
    postings.put(session, found)
    postings.known(session, {key for key in used if key[0] != "_"})
    session.flush()


def _free(session: Session, moments: Sequence[datetime]) -> list[int]:
    """A number that nobody has for each of these moments, which are in order.

    What comes when all numbers of its second are taken has the next free one of the seconds behind it.
    """
    s, given, end = Searchable, [], 0
    last: int | None = None
    for moment in moments:
        least = number_of(moment)
        if last is None or last < least:
            end = least + (1 << SLOTS)
            top = session.scalar(select(func.max(s.number)).where(s.number >= least, s.number < end))
            last = least - 1 if top is None else top
        last += 1
        if last >= end:
            last = _free_from(session, last)
        given.append(last)
    return given


def _free_from(session: Session, number: int) -> int:
    """The first number from this one on that nobody has."""
    s, behind = Searchable, aliased(Searchable)
    if session.scalar(select(s.number).where(s.number == number)) is None:
        return number
    taken = select(behind.number).where(behind.number == s.number + 1).exists()
    query = select(s.number + 1).where(s.number >= number, ~taken).order_by(s.number).limit(1)
    return int(session.execute(query).scalar_one())


def again(session: Session, links: Table, column: Any, number: int) -> None:
    """A subject is called otherwise, is another's or goes: what carries it is to be followed once more.

    `links`: which texts carry subjects of its kind; `column`: that of the subject in it.
    """
    carrying = select(links.c.revision_id).where(column == number)
    rows = update(Publication).where(Publication.revision_id.in_(carrying))
    session.execute(rows.values(indexed_at=None), execution_options={"synchronize_session": False})


def is_of_other_keys(session: Session) -> bool:
    """Whether the index was begun by a program that made other keys of the same texts, or by none."""
    begun = select(Change.detail).where(Change.kind == "search").order_by(Change.id.desc()).limit(1)
    return session.scalar(begun) != str(stems.VERSION)


def is_torn(session: Session) -> bool:
    """Whether the index has more or fewer texts than are written down as being in it."""
    there = postings.count(session)
    return there is not None and there != session.scalar(select(func.count()).select_from(Searchable))


def begin_anew(session: Session, *, now: datetime) -> None:
    """Empties the index: everything public is to be followed once more."""
    postings.clear(session)
    session.execute(Searchable.__table__.delete())  # type: ignore[attr-defined]  # a mapped class's table
    rows = update(Publication).where(Publication.indexed_at.is_not(None))
    session.execute(rows.values(indexed_at=None), execution_options={"synchronize_session": False})
    change(session, "search", now, detail=str(stems.VERSION))


def settle(session: Session, *, begin: bool, now: datetime) -> bool:  # noqa: ARG001  # as every verb
    """Puts some of the index in order after much has come in: first with `begin`, then until it says that all is."""
    return postings.settle(session, begin=begin)

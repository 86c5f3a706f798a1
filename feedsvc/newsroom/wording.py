"""What the desk's search looks up: the words of each newest text, bare of case, accents and markup.

Whoever types has not every letter at hand: “Gəncə” is found as “gence”, “İyun” as “iyun” and “ИЮНЬ” as “июн”. It is
an index of its own, since readers' search may hold public texts alone, and this one holds every draft.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import flag_modified

from feedsvc.characters import folded as folded_name
from feedsvc.models import Change, Revision, Translation, Wording
from feedsvc.newsroom.folding import LONGEST, folded, plain

VERSION = 2
"""Raise it when a text gives other words than before: at the next start they are worked out anew for every text."""
MOST_WORDS = 10_000
"""Of one text; a press release has some hundreds."""
BATCH = 200
"""Texts whose words are worked out again in one transaction, for as long as which other writers wait."""
_WORD = re.compile(r"[^\W_]+")


def words_in(text: str) -> list[str]:
    """The bare words of a text in their order."""
    return [word[:LONGEST] for word in _WORD.findall(folded(text))]


def of_text(headline: str, others: str, body_html: str) -> str:
    """The words of an item, each once. `others`: all that is plain text beside its headline."""
    every = words_in(f"{headline} {others} {plain(body_html)}")
    return " ".join(islice(dict.fromkeys(every), MOST_WORDS))


def columns(headline: str, others: Iterable[str], body_html: str) -> dict[str, str]:
    """What a text's row says beside its number."""
    return {"headline": folded_name(headline), "words": of_text(headline, " ".join(others), body_html)}


def keep(session: Session, translation: Translation) -> None:
    """Writes down what the newest text of a translation says."""
    _write(session, translation, session.get(Wording, translation.id))
    session.flush()


def _write(session: Session, translation: Translation, row: Wording | None) -> Wording:
    """Its row with the words of its newest text; not sent to the database yet."""
    if row is None:
        row = Wording(translation_id=translation.id)
        session.add(row)
    head = translation.head
    names = (author.name for author in head.authors)
    others = (head.subhead, head.dateline, head.summary, head.slug, *names)
    for name, value in columns(head.headline, others, head.body_html).items():
        if getattr(row, name) != value:
            setattr(row, name, value)
    return row


def is_of_other_words(session: Session) -> bool:
    """Whether a program that made other words of the same texts was the last to work them out, or one that kept no count."""
    begun = select(Change.detail).where(Change.kind == "wording").order_by(Change.id.desc()).limit(1)
    return session.scalar(begun) != str(VERSION)


def count(session: Session) -> int:
    """How many texts have words."""
    return session.scalar(select(func.count()).select_from(Translation)) or 0


def renew(session: Session, behind: int, *, all_of_them: bool, now: datetime) -> list[int]:  # noqa: ARG001  # as every verb
    """Works out the words of some texts again: their numbers, the first ones behind `behind`. Call it until it gives none.

    `all_of_them`: writes also those that say the same as before, so that SQLite's index of words, which follows the
    rows alone, has them again whatever became of it.
    """
    query = select(Translation).where(Translation.id > behind).order_by(Translation.id).limit(BATCH)
    texts = list(session.scalars(query.options(joinedload(Translation.head).selectinload(Revision.authors))))
    numbers = [text.id for text in texts]
    there = {
        row.translation_id: row for row in session.scalars(select(Wording).where(Wording.translation_id.in_(numbers)))
    }
    for text in texts:
        row = _write(session, text, there.get(text.id))
        if all_of_them and text.id in there:
            flag_modified(row, "words")
    session.flush()
    return numbers

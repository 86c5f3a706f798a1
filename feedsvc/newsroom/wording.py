"""What the desk's search looks up: the words of each newest text, bare of case, accents and markup.

Whoever types has not every letter at hand: “Gəncə” is found as “gence”, “İyun” as “iyun” and “ИЮНЬ” as “июн”. It is
an index of its own, since readers' search may hold public texts alone, and this one holds every draft.
"""

import re
import unicodedata
from collections.abc import Iterable
from html import unescape
from itertools import islice

from sqlalchemy.orm import Session

from feedsvc.characters import folded
from feedsvc.models import Translation, Wording

MOST_WORDS = 10_000
"""Of one text; a press release has some hundreds."""
LONGEST = 40
"""Letters of a word that are kept."""
_MARKS = re.compile("[\u0300-\u036f]+")
_WORD = re.compile(r"[^\W_]+")
_WITHIN = re.compile(r"</?(?:a|abbr|b|code|em|i|s|span|strong|sub|sup|u)\b[^>]*>", re.IGNORECASE)
"""Markup that stands within words."""
_TAG = re.compile(r"<[^>]*>")


def bare(text: str) -> str:
    """The text in small letters without accents: what two spellings of a word have in common."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).casefold().replace("ı", "i").replace("ə", "e")
    return _MARKS.sub("", plain)


def words_in(text: str) -> list[str]:
    """The bare words of a text in their order."""
    return [word[:LONGEST] for word in _WORD.findall(bare(text))]


def of_text(headline: str, others: str, body_html: str) -> str:
    """The words of an item, each once. `others`: all that is plain text beside its headline."""
    body = unescape(_TAG.sub(" ", _WITHIN.sub("", body_html)))
    return " ".join(islice(dict.fromkeys(words_in(f"{headline} {others} {body}")), MOST_WORDS))


def columns(headline: str, others: Iterable[str], body_html: str) -> dict[str, str]:
    """What a text's row says beside its number."""
    return {"headline": folded(headline), "words": of_text(headline, " ".join(others), body_html)}


def keep(session: Session, translation: Translation) -> None:
    """Writes down what the newest text of a translation says."""
    row = session.get(Wording, translation.id)
    if row is None:
        row = Wording(translation_id=translation.id)
        session.add(row)
    head = translation.head
    names = (author.name for author in head.authors)
    others = (head.subhead, head.dateline, head.summary, head.slug, *names)
    for name, value in columns(head.headline, others, head.body_html).items():
        setattr(row, name, value)
    session.flush()

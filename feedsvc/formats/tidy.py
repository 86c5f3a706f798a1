"""An entry or a feed made fit for every writer: clean characters, a title that can be read, dates with an offset.

A change here changes the bytes of stored fragments, so it raises VERSION in every writer.
"""

import html
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeGuard
from uuid import NAMESPACE_URL, uuid5

from lxml import etree

from feedsvc.characters import clean, one_line
from feedsvc.formats.document import Entry, FeedDoc, Note, Picture, Rendition, Term, Withdrawal

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TAG = re.compile(r"<[^>]*>")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*\Z")
_SILENT = frozenset({"script", "style", "template", "title"})
_INLINE = re.compile(
    r"(a|abbr|b|bd[io]|big|cite|code|data|del|dfn|em|font|i|ins|kbd|mark|q|r[pt]|ruby|s|samp|small|span|strike|strong"
    r"|su[bp]|time|tt|u|var|wbr)\Z"
)

PROBE = FeedDoc(
    id="urn:uuid:00000000-0000-0000-0000-000000000000",
    title="probe",
    subtitle="probe",
    language="en",
    home_url="http://localhost/",
    base_url="http://localhost/feeds/probe",
    updated=_EPOCH,
    author="probe",
)
"""A feed of nothing: what stands around a single entry while it is written or tried."""


def entry(given: Entry) -> Entry:
    """The same entry with every string cleaned, a visible title and UTC seconds; raises where a field has a wrong type.

    An entry that is clean already comes back equal. Ids and addresses lose illegal characters but are not
    normalised, because readers compare them byte for byte (RFC 4287 §4.2.6.1).
    """
    published = _seconds(given.published)
    updated = max(published, _seconds(given.updated))
    content, summary = clean(given.content_html), clean(given.summary).strip()
    return replace(
        given,
        id=_address(given.id) or _address(given.url) or _minted(given),
        url=_address(given.url),
        title=_visible(one_line(given.title)) or first_words(summary, content),
        summary=summary,
        content_html=content,
        language=_language(given.language),
        published=published,
        updated=updated,
        authors=_names(given.authors),
        terms=_terms(given.terms),
        pictures=tuple(_picture(picture) for picture in given.pictures),
        revised=max(updated, _seconds(given.revised)) if given.revised else None,
        notes=tuple(Note(_seconds(note.at), line) for note in given.notes if (line := one_line(note.text))),
        organisation=one_line(given.organisation),
        dateline=one_line(given.dateline),
    )


def plain(given: Entry) -> Entry:
    """The entry with its content as escaped paragraphs of plain text; whatever is not what it should be is left out."""
    lines = text_of(clean(_string(given.content_html))).split("\n")
    published = _some_moment(given.published, given.updated)
    safe = replace(
        given,
        id=_string(given.id),
        url=_string(given.url),
        title=_string(given.title),
        summary=_string(given.summary),
        content_html="".join(f"<p>{html.escape(line, quote=False)}</p>" for line in lines if line),
        language=_string(given.language),
        published=published,
        updated=_some_moment(given.updated, published),
        authors=tuple(name for name in _members(given.authors) if isinstance(name, str)),
        terms=tuple(term for term in _members(given.terms) if _is_term(term)),
        pictures=tuple(picture for picture in _members(given.pictures) if _is_picture(picture)),
        revised=_some_moment(given.revised, given.updated, published),
        notes=(),  # The content says them too.
        organisation=_string(given.organisation),
        dateline=_string(given.dateline),
    )
    return entry(safe)


def bare(given: Entry) -> Entry:
    """The least that still is the entry: id, address, title and dates, the lead for its content, no subjects."""
    safe = plain(given)
    lead_only = html.escape(shorten(text_of(safe.content_html), 300), quote=False)
    return replace(safe, summary="", content_html=f"<p>{lead_only}</p>", authors=(), terms=(), pictures=())


def withdrawal(given: Withdrawal) -> Withdrawal:
    """The same withdrawal with every string cleaned and UTC seconds."""
    published = _seconds(given.published)
    return replace(
        given,
        id=_address(given.id),
        language=_language(given.language),
        published=published,
        at=max(published, _seconds(given.at)),
        title=one_line(given.title) or "Withdrawn",
        notice=one_line(given.notice),
    )


def doc(given: FeedDoc) -> FeedDoc:
    """The same feed with what stands around its entries cleaned; its entries are left as they are."""
    title = _visible(one_line(given.title)) or "Untitled"
    return replace(
        given,
        id=_address(given.id),
        title=title,
        subtitle=one_line(given.subtitle),
        language=_language(given.language),
        home_url=_address(given.home_url),
        base_url=_address(given.base_url),
        updated=_seconds(given.updated),
        author=one_line(given.author) or title,
        rights=one_line(given.rights),
        licence=_address(given.licence),
        ai_use=given.ai_use if given.ai_use in ("allowed", "refused") else "",
        hub=_address(given.hub) if given.hub else "",
    )


def first_words(summary: str, content_html: str) -> str:
    """Up to 80 characters that stand for a missing title: the summary's beginning, else the content's."""
    words = _visible(one_line(summary)) or _visible(one_line(text_of(content_html)))
    return shorten(words, 80) if words else "Untitled"


def shorten(text: str, limit: int) -> str:
    """Text on one line of at most `limit` characters, cut at a word and marked with an ellipsis where it was longer."""
    line = one_line(text)
    if len(line) <= limit:
        return line
    return (line[:limit].rpartition(" ")[0] or line[: limit - 1]).rstrip(" ,;:-–—") + "…"


def text_of(content_html: str, *, without: tuple[str, ...] = ()) -> str:
    """What a person reads in the HTML, one paragraph, cell or list item a line; never raises for a clean string.

    `without`: elements that are passed over with all that is in them.
    """
    try:
        # The parser is made for each call, since lxml serialises threads that share one. Bytes, not a string: a
        # declaration of an encoding inside the text would be refused in a string.
        parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
        root = etree.fromstring(content_html.encode("utf-8", "ignore"), parser)
        # Past a few thousand open elements libxml2 stops and forgets the rest, which it tells only in its log.
        if root is not None and not parser.error_log.filter_from_fatals():
            etree.strip_elements(root, *without, with_tail=False)
            return "\n".join(_lines(root))
    except (etree.LxmlError, ValueError):
        pass
    # Nothing that libxml2 calls a document (a lone comment, an empty string, a tower of tags).
    return one_line(html.unescape(_TAG.sub(" ", content_html)))


def _lines(root: etree._Element) -> Iterable[str]:
    run: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if not _INLINE.match(str(element.tag)):
            if line := one_line("".join(run)):
                yield line
            run = []
        if event == "end":
            run.append(element.tail or "")
        elif element.tag not in _SILENT:
            run.append(element.text or "")
    if line := one_line("".join(run)):
        yield line


def _visible(line: str) -> str:
    # Only marks without a shape of their own count as nothing. What this Python's Unicode does not know yet counts
    # as something, since a newer emoji is a title as well.
    return line if any(unicodedata.category(character) not in {"Cf", "Zs"} for character in line) else ""


def _address(text: str) -> str:
    if clean(text) == text:
        return text.strip()
    return "".join(character for character in text if clean(character)).strip()


def _minted(given: Entry) -> str:
    return uuid5(NAMESPACE_URL, clean(given.title) + str(given.published)).urn


def _language(tag: str) -> str:
    # RFC 4287 appendix B takes nothing else for xml:lang; "und" is BCP 47's word for a language not known.
    return tag if _LANGUAGE.match(tag) else "und"


def _seconds(moment: datetime) -> datetime:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(microsecond=0)


def _some_moment(*candidates: object) -> datetime:
    for moment in candidates:
        if isinstance(moment, datetime):
            try:
                return _seconds(moment)
            except OverflowError:
                return moment.replace(tzinfo=UTC)
    return _EPOCH


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(line for name in names if (line := one_line(name)))


def _terms(terms: Iterable[Term]) -> tuple[Term, ...]:
    cleaned = (
        Term(
            one_line(t.kind),
            one_line(t.term) or one_line(t.label),
            one_line(t.label),
            _address(t.scheme),
            t.topic,
            t.point,
        )
        for t in terms
    )
    return tuple(term for term in cleaned if term.term)


def _picture(given: Picture) -> Picture:
    return Picture(
        tuple(replace(one, url=_address(one.url), media_type=one_line(one.media_type)) for one in given.renditions),
        one_line(given.alt),
        one_line(given.caption),
        one_line(given.credit),
        one_line(given.rights),
    )


def _is_picture(value: object) -> TypeGuard[Picture]:
    return (
        isinstance(value, Picture)
        and all(isinstance(words, str) for words in (value.alt, value.caption, value.credit, value.rights))
        and all(map(_is_rendition, _members(value.renditions)))
        and bool(value.jpegs)
    )


def _is_rendition(value: object) -> bool:
    return (
        isinstance(value, Rendition)
        and isinstance(value.url, str)
        and isinstance(value.media_type, str)
        and all(isinstance(figure, int) for figure in (value.width, value.height, value.length))
    )


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _members(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, tuple | list) else ()


def _is_term(value: object) -> TypeGuard[Term]:
    return isinstance(value, Term) and all(
        isinstance(f, str) for f in (value.kind, value.term, value.label, value.scheme)
    )

"""An entry as plain text and as Markdown: for who copies a text into a program of their own, and for who reads with one.

Markdown as CommonMark 0.31.2 has it, with GFM's tables. Both say all that the item's page says.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml import etree
from lxml import html as lxml_html

from feedsvc.characters import clean, one_line
from feedsvc.formats.document import Entry
from feedsvc.words import N_, say

_BLOCKS = {
    "blockquote", "dd", "div", "dl", "dt", "figcaption", "figure", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre",
    "table", "ul",
}  # fmt: skip
_MARKS = re.compile(r"[\\`*_\[\]<|~&]")
_LINE_START = re.compile(r"^(\d{0,9})([#>+=.)-])", re.MULTILINE)
_ROWS = {"tbody", "tfoot", "thead"}
DEEPEST = 50
"""Elements within each other, below which the words alone are written: the writers call each other for each level."""
WIDEST = 40
"""Blanks that a cell is filled up with at most, so that one long cell makes no other one long."""
MOST_COLUMNS = 50
"""Beyond so many nobody reads down a column."""
_CODED = {"<": "%3C", ">": "%3E", " ": "%20", "\n": "", "\r": "", "\\": "%5C"}


@dataclass(frozen=True, slots=True)
class Style:
    """How words and what stands around them are written."""

    words: Callable[[str], str]
    paragraph: Callable[[str], str]
    heading: Callable[[int, str], str]
    strong: str
    italic: str
    link: Callable[[str, str], str]
    """Of words and address."""
    image: Callable[[str, str], str]
    """Of what can be seen and address."""
    bullet: str
    quote: str
    line_break: str
    table: Callable[[list[list[str]]], str]
    literal: Callable[[str], str]
    """Of text that is written as it stands."""


def _escaped(words: str) -> str:
    """Words in which nothing is a mark of Markdown's."""
    return _MARKS.sub(r"\\\g<0>", words)


def _begun(paragraph: str) -> str:
    """A paragraph of which no line begins with what would make it a heading, a list or a quotation."""
    return _LINE_START.sub(r"\1\\\2", paragraph)


def _bare(address: str) -> str:
    """An address between angle brackets."""
    return "".join(_CODED.get(sign, sign) for sign in address)


def _plain_link(words: str, address: str) -> str:
    """Words with the address behind them, unless they say it themselves."""
    bare = re.sub(r"^(mailto:|tel:|https?://)", "", address).rstrip("/")
    said = re.sub(r"[\s().-]", "", words) if address.startswith("tel:") else re.sub(r"^https?://", "", words)
    return words if said.rstrip("/") == bare or not words else f"{words} ({address})"


def _markdown_table(rows: list[list[str]]) -> str:
    """The first row says how many columns there are: what others lack is taken to be empty (GFM §4.10)."""
    wide = max(map(len, rows))
    lines = [f"| {' | '.join(row)} |" for row in [rows[0] + [""] * (wide - len(rows[0])), *rows[1:]]]
    return "\n".join([lines[0], f"|{' --- |' * wide}", *lines[1:]])


def _plain_table(rows: list[list[str]]) -> str:
    """The columns below each other, as far as their cells are short and a line can be taken in."""
    widths = [0] * max(map(len, rows))
    for row in rows if len(widths) <= MOST_COLUMNS else []:
        for number, cell in enumerate(row):
            widths[number] = max(widths[number], min(len(cell), WIDEST))
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=False)).rstrip() for row in rows)


MARKDOWN = Style(
    words=_escaped,
    paragraph=_begun,
    heading=lambda level, words: f"{'#' * level} {words}",
    strong="**",
    italic="*",
    link=lambda words, address: f"[{words}](<{_bare(address)}>)" if words else "",
    image=lambda alt, address: f"![{alt}](<{_bare(address)}>)",
    bullet="- ",
    quote="> ",
    line_break="\\\n",
    table=_markdown_table,
    literal=lambda text: "\n".join(f"    {line}" for line in text.splitlines()),
)
PLAIN = Style(
    words=lambda words: words,
    paragraph=lambda paragraph: paragraph,
    heading=lambda level, words: words if level > 1 else f"{words}\n{'=' * min(len(words), 72)}",
    strong="",
    italic="",
    link=_plain_link,
    image=lambda alt, _: f"[{alt}]" if alt else "",
    bullet="• ",
    quote="> ",
    line_break="\n",
    table=_plain_table,
    literal=lambda text: text,
)


def write(entry: Entry, style: Style, moment: Callable[[datetime], str]) -> str:
    """The whole text: headline, dates, who speaks, summary, words, subjects, address.

    `moment`: how a date is written, offset and all: the text is read far from the newsroom, without a page around it.
    """
    parts = [style.heading(1, style.words(entry.title)), _about(entry, style, moment)]
    if entry.summary:
        parts.append(f"{style.strong}{style.words(entry.summary)}{style.strong}")
    parts += _blocks(_shallow(lxml_html.fragment_fromstring(clean(entry.content_html), create_parent="div")), style)
    if entry.terms:
        names = ", ".join(style.words(term.label) for term in entry.terms)
        parts.append(say(entry.language, N_("Subjects: {names}"), names=names))
    parts.append(f"<{entry.url}>" if style is MARKDOWN else entry.url)
    return "\n\n".join(part for part in parts if part) + "\n"


def _about(entry: Entry, style: Style, moment: Callable[[datetime], str]) -> str:
    """Who says it and when, in lines of their own."""
    lines = [style.words(", ".join(entry.authors)), style.words(moment(entry.published))]
    if entry.updated > entry.published:
        lines.append(say(entry.language, N_("Updated {moment}"), moment=style.words(moment(entry.updated))))
    return style.line_break.join(lines)


def _shallow(tree: etree._Element) -> etree._Element:
    """The same tree, words alone being left of what stands deeper in it than anybody can read."""
    deep, depth = [], 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if event == "start" and depth == DEEPEST and len(element):
            rows = element.tag == "tr" or element.tag in _ROWS
            deep.append(next(element.iterancestors("table"), element) if rows else element)
    for element in dict.fromkeys(deep):
        words = " ".join(element.itertext())
        for child in list(element):
            element.remove(child)
        element.text = words
        if element.tag in ("ol", "table", "ul"):
            element.tag = "div"
    return tree


def _blocks(element: etree._Element, style: Style) -> Iterator[str]:
    """The blocks of what stands in an element; words between two of them are a block too."""
    loose = [style.words(_packed(element.text))]
    for child in element:
        if child.tag in _BLOCKS:
            yield _trimmed(loose, style)
            loose = []
            yield _block(child, style)
        else:
            loose.append(_inline(child, style))
        loose.append(style.words(_packed(child.tail)))
    yield _trimmed(loose, style)


def _trimmed(words: list[str], style: Style) -> str:
    """A paragraph of pieces of words, without blanks around its lines."""
    joined = "".join(words).strip().removesuffix(style.line_break).strip()
    return style.paragraph(re.sub(r"[ ]*\n[ ]*", "\n", joined))


def _inner(element: etree._Element, style: Style) -> str:
    """The blocks in an element, a blank line between them."""
    return "\n\n".join(block for block in _blocks(element, style) if block)


def _block(element: etree._Element, style: Style) -> str:
    return _WRITERS.get(str(element.tag), _inner)(element, style)


def _heading(element: etree._Element, style: Style) -> str:
    return style.heading(int(str(element.tag)[1]), one_line(_inner(element, style)))


def _quotation(element: etree._Element, style: Style) -> str:
    return _indented(_inner(element, style), style.quote, style.quote)


def _caption(element: etree._Element, style: Style) -> str:
    """Behind a quotation it names the speaker, and is a part of it."""
    before = element.getprevious()
    said = _inner(element, style)
    return f"{style.quote}— {said}" if before is not None and before.tag == "blockquote" else said


def _figure(element: etree._Element, style: Style) -> str:
    """A picture or a quotation with what is said below it."""
    return _inner(element, style).replace(f"\n\n{style.quote}— ", f"\n{style.quote.rstrip()}\n{style.quote}— ")


def _literal(element: etree._Element, style: Style) -> str:
    return style.literal("".join(element.itertext()).strip("\n"))


def _rule(_element: etree._Element, _style: Style) -> str:
    return "* * *"


def _list(element: etree._Element, style: Style) -> str:
    start = element.get("start", "1")
    first = int(start) if re.fullmatch(r"\d{1,6}", start) else 1
    entries = []
    for number, child in enumerate(element.iterchildren("li"), first):
        mark = style.bullet if element.tag == "ul" else f"{number}. "
        entries.append(_indented(_inner(child, style), mark, " " * len(mark)))
    return "\n".join(entries)


def _indented(text: str, first: str, rest: str) -> str:
    lines = [f"{rest}{line}".rstrip() for line in text.splitlines()]
    return "\n".join([first + lines[0][len(rest) :], *lines[1:]]) if lines else ""


def _table(element: etree._Element, style: Style) -> str:
    """A table's cells on one line each, its caption above it. A table in a cell is a part of that cell, and of nothing else."""
    lines = [row for part in element for row in (part.iterchildren("tr") if part.tag in _ROWS else [part])]
    rows = [[one_line(_inner(cell, style)) for cell in row.iterchildren("td", "th")] for row in lines]
    rows = [row for row in rows if row]
    captions = [one_line(_inner(caption, style)) for caption in element.iterchildren("caption")]
    return "\n\n".join([*captions, *([style.table(rows)] if rows else [])])


def _inline(element: etree._Element, style: Style) -> str:
    """Words with what stands around them."""
    tag = str(element.tag)
    if tag == "br":
        return style.line_break
    if tag == "img":
        return style.image(style.words(element.get("alt", "")), element.get("src", ""))
    words = style.words(_packed(element.text))
    for child in element:
        words += _inner(child, style) if child.tag in _BLOCKS else _inline(child, style)
        words += style.words(_packed(child.tail))
    if tag in ("strong", "b"):
        return _around(words, style.strong)
    if tag in ("em", "i", "cite"):
        return _around(words, style.italic)
    if tag == "a" and element.get("href"):
        return style.link(words.strip(), element.get("href", ""))
    return f"“{words}”" if tag == "q" else words


def _around(words: str, mark: str) -> str:
    """Marks close to the words: Markdown reads none that have a blank inside."""
    inside = words.strip()
    if not mark or not inside:
        return words
    before, _, after = words.partition(inside)
    return f"{before}{mark}{inside}{mark}{after}"


def _packed(text: str | None) -> str:
    """White space as HTML reads it."""
    return re.sub(r"[ \t\n\r\f]+", " ", text or "")


_WRITERS: dict[str, Callable[[etree._Element, Style], str]] = {
    **dict.fromkeys(("h2", "h3", "h4"), _heading),
    **dict.fromkeys(("ul", "ol"), _list),
    "blockquote": _quotation,
    "figcaption": _caption,
    "figure": _figure,
    "hr": _rule,
    "pre": _literal,
    "table": _table,
}
"""Block → how it is written; any other one is what stands in it."""

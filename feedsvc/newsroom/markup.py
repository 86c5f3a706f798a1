"""HTML before it is parsed: its tags as a parser will meet them, and whether parsing and writing them takes long.

The parser nests, and repeats in each new paragraph, all bold, italic and link elements that were left open: time
and size grow with the square of the tags (measured: 500 KB took 55 seconds). So they are counted first, in one pass.
"""

import re
from collections.abc import Iterator
from html import escape, unescape

from feedsvc.characters import clean

MOST_OPEN = 200
"""Elements open at once."""
MOST_WORK = 400_000
"""Open elements summed over all tags: 20,000 tags at an average depth of 20."""
MOST_ATTRIBUTES = 50
"""Attributes of one tag: the parser compares each with all before it."""
MOST_SIGNS = 40_000
"""`&` and no-break spaces: the time to write them grows with their square (measured: 500,000 take 5 seconds)."""

_FORMATTING = {"a", "b", "code", "em", "i", "s", "small", "strong", "u"}
"""What lives on when the block around it ends: WHATWG HTML §13.2.4.3."""
_INLINE = {"abbr", "cite", "del", "ins", "q", "sub", "sup", "time"}
_VOID = {"br", "hr", "img"}
_CELLS = {"caption", "table", "td", "th"}
_TABLE = {"caption", "tbody", "td", "tfoot", "th", "thead", "tr"}
_BLOCKS = {
    "address", "article", "aside", "blockquote", "center", "dd", "details", "dir", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "li", "main",
    "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "ul",
}  # fmt: skip
_KEPT = _FORMATTING | _INLINE | _VOID | _TABLE | _BLOCKS
"""Tags that stay, or that at least end a paragraph. Without the others every tag means the same wherever it stands."""
_ENDED_BY = {
    "li": ({"li"}, _BLOCKS - {"address", "div", "p", "li"} | _TABLE),
    "dd": ({"dd", "dt"}, _BLOCKS - {"address", "div", "p", "dd", "dt"} | _TABLE),
    "td": ({"td", "th"}, {"table"}),
    "tr": ({"tr"}, {"table"}),
    "tbody": ({"tbody", "thead", "tfoot"}, {"table"}),
}
_ENDED_BY |= {"dt": _ENDED_BY["dd"], "th": _ENDED_BY["td"], "thead": _ENDED_BY["tbody"], "tfoot": _ENDED_BY["tbody"]}
"""Start tag → the open elements that it ends, and those beyond which it does not look."""
_REACH = 7
"""Blocks out of which the parser moves a wrongly nested end tag (§13.2.6.4.7, the adoption agency)."""

_ATTRIBUTE = re.compile(
    r"""[\t\n /]*+(?:=[^\t\n />=]*+|[^\t\n />=]++)"""
    r"""(?:[\t\n ]*+=[\t\n ]*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\t\n "'>][^\t\n >]*+|(?=>)|\Z)|(?![\t\n ]*+=))"""
)
_TOKEN = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))"
    r"|<[!?][^>]*+>?|</(?=[^a-zA-Z])[^>]*+>?"
    rf"|<(?P<end>/?)(?P<name>[a-zA-Z][^\t\n />]*+)(?P<rest>(?:{_ATTRIBUTE.pattern})*+[\t\n /]*+)(?P<whole>>|\Z)"
    r"|<",
    re.DOTALL,
)
"""WHATWG HTML §13.2.5: a comment, a bogus one, a tag (unfinished at the end of the text), a mere sign."""
_UNSEEN = {name: re.compile(rf"</{name}[\t\n />]", re.IGNORECASE) for name in ("script", "style")}

Tag = tuple[str, str, str]
"""The tag as it stands, its name, and `/` for an end tag. A piece of text has no name."""


def pieces(markup: str, more: frozenset[str] = frozenset()) -> Iterator[Tag]:
    """The text and the tags that matter of cleaned HTML, and those of `more`; comments, scripts, styles and other tags left out."""
    at, end = 0, len(markup)
    while at < end:
        found = _TOKEN.search(markup, at)
        text = markup[at : found.start() if found else end]
        if text:
            yield text, "", ""
        if not found:
            return
        at, name = found.end(), (found["name"] or "").lower()
        if found[0] == "<":
            yield "&lt;", "", ""
        elif not name or not found["whole"]:
            continue
        elif name in _KEPT or name in more:
            yield found[0], name, found["end"]
        elif name in _UNSEEN and not found["end"]:
            closed = _UNSEEN[name].search(markup, at)
            at = closed.start() if closed else end


def plain(markup: str, more: frozenset[str] = frozenset()) -> str | None:
    """The HTML in tags that mean the same wherever they stand, or None where reading it takes long.

    Tags named in `more`, which must be ordinary inline ones, stay as well.
    """
    if markup.count("&") + markup.count("\xa0") > MOST_SIGNS:
        return None
    written, open_, work = [], _Open(), 0
    for piece, name, end in pieces(markup, more):
        written.append(piece)
        if not name or name in _VOID:
            continue
        if end:
            open_.end(name)
        elif len(piece) > MOST_ATTRIBUTES and len(_ATTRIBUTE.findall(piece)) > MOST_ATTRIBUTES:
            return None
        else:
            open_.start(name, piece)
        work += len(open_.tags)
        if len(open_.tags) > MOST_OPEN or work > MOST_WORK:
            return None
    return "".join(written)


def words(markup: str) -> str:
    """The text alone, escaped, as one paragraph."""
    text = clean(unescape("".join(piece for piece, name, _ in pieces(markup) if not name))).strip()
    return f"<p>{escape(text, quote=False)}</p>".replace("\xa0", "&nbsp;") if text else ""


class _Open:
    """The elements open at a place, never fewer than the parser has."""

    def __init__(self) -> None:
        self.tags: list[tuple[str, str]] = []

    def start(self, name: str, piece: str) -> None:
        """A start tag, with the ends that it implies."""
        if name in _TABLE and not any(tag == "table" for tag, _ in self.tags):
            return
        if name == "a":
            self.end("a")
        ends, beyond = _ENDED_BY.get(name, (set(), set()))
        if ends:
            self._pop(ends, beyond)
        if name in _BLOCKS:
            self._pop({"p"}, _CELLS)
        self.tags.append((name, piece))

    def end(self, name: str) -> None:
        """An end tag."""
        if name in _FORMATTING:
            self._leave(name)
        elif name in _INLINE or name not in _KEPT:
            self._pop({name}, _BLOCKS | _TABLE)
        elif name in _TABLE or name == "table":
            self._pop({name}, {"table"} - {name})
        else:
            self._pop({name}, _CELLS | ({"ol", "ul"} if name == "li" else set()))

    def _pop(self, names: set[str], beyond: set[str]) -> None:
        """Ends the nearest of these elements and all in it. Formatting lives on, each alike three times (§13.2.4.3)."""
        for place in range(len(self.tags) - 1, -1, -1):
            name = self.tags[place][0]
            if name in names:
                inside = [tag for tag in self.tags[place + 1 :] if tag[0] in _FORMATTING]
                del self.tags[place:]
                for tag in inside:
                    if self.tags.count(tag) < 3:  # noqa: PLR2004  # the standard's number
                        self.tags.append(tag)
                return
            if name in beyond:
                return

    def _leave(self, name: str) -> None:
        """Ends the nearest formatting element of this name, out of a few blocks if need be."""
        blocks = 0
        for place in range(len(self.tags) - 1, -1, -1):
            if self.tags[place][0] == name:
                if blocks <= _REACH:
                    del self.tags[place]
                return
            blocks += self.tags[place][0] in _BLOCKS or self.tags[place][0] in _TABLE

"""The body of an item: which HTML may stand in it, and the plain text that an editor can type instead."""

import re
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import nh3
from lxml import etree
from lxml import html as lxml_html
from markdown_it import MarkdownIt

from feedsvc.characters import clean, one_line
from feedsvc.newsroom import markup as tags

TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "del", "dd", "dl", "dt", "em", "figcaption", "figure",
    "h2", "h3", "h4", "hr", "i", "img", "ins", "li", "ol", "p", "pre", "q", "s", "small", "strong", "sub", "sup",
    "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "u", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "*": {"dir", "lang"},
    "a": {"href", "title", "hreflang"},
    "abbr": {"title"},
    "blockquote": {"cite"},
    "del": {"datetime"},
    "img": {"src", "alt", "width", "height", "title"},
    "ins": {"datetime"},
    "ol": {"start", "reversed", "type"},
    "q": {"cite"},
    "td": {"colspan", "rowspan", "headers"},
    "th": {"colspan", "rowspan", "scope", "headers"},
    "time": {"datetime"},
}
_SCHEMES = {"http", "https", "mailto", "tel"}
_LINKS = (("a", "href"), ("img", "src"), ("blockquote", "cite"), ("q", "cite"))

# Plain text as an editor types it: headings, lists, quotes, bold, italics and links of Markdown, nothing else.
_TYPED = (
    MarkdownIt("zero", {"breaks": True})
    .enable(["heading", "list", "blockquote", "emphasis", "link", "escape", "newline", "entity", "backticks"])
    .disable(["backticks", "entity"])
)


_BULLET = re.compile(r"^([ \t]*)[•‣▪·]\s+", re.MULTILINE)
MOST_SIGNS = 2_000
"""So many marks in one paragraph are no typing of a person's."""
_SIGNS = re.compile(r"[\[\]*_`!\\]")


def sanitise(markup: str) -> str:
    """HTML that is safe in a page and in a feed. Never raises; text always survives, script never does.

    Stable: sanitising again changes nothing. Of what is formatted beyond all measure the text alone is left.
    """
    safe = sanitised(markup)
    return tags.words(clean(markup)) if safe is None else safe


def sanitised(markup: str) -> str | None:
    """As `sanitise`, but None where the formatting is more than can be read and written in a moment."""
    readable = tags.plain(clean(markup))
    if readable is None:
        return None
    safe = nh3.clean(
        readable, tags=TAGS, attributes=ATTRIBUTES, url_schemes=_SCHEMES, link_rel=None, strip_comments=True
    ).strip()
    return None if tags.plain(safe) is None else safe


def text_of(markup: str) -> str:
    """What a reader sees of HTML, as one line of plain text."""
    tree = _tree(markup)
    for element in tree.iter("p", "br", "li", "h2", "h3", "h4", "td", "th", "dt", "dd", "blockquote", "figcaption"):
        element.tail = " " + (element.tail or "")
    return one_line("".join(tree.itertext()))


def absolute(markup: str, base_url: str) -> str:
    """The same sanitised HTML with every address in it absolute, relative ones read against `base_url`."""
    tree = _tree(markup)
    changed = False
    for tag, attribute in _LINKS:
        for element in tree.iter(tag):
            address = element.get(attribute)
            if address is not None and not _is_absolute(address):
                element.set(attribute, urljoin(base_url + "/", address))
                changed = True
    return _inner(tree) if changed else markup


def pictured(markup: str, address: Callable[[str], str]) -> str:
    """The same sanitised HTML with every picture in it taken from where `address` says, given where it stood."""
    tree = _tree(markup)
    changed = False
    for element in tree.iter("img"):
        before = element.get("src", "")
        after = address(before)
        if after != before:
            element.set("src", after)
            changed = True
    return _inner(tree) if changed else markup


def without(markup: str, names: tuple[str, ...]) -> str:
    """The same sanitised HTML without these elements; what stands behind them stays."""
    tree = _tree(markup)
    etree.strip_elements(tree, *names, with_tail=False)
    return _inner(tree)


def _is_absolute(address: str) -> bool:
    try:
        return bool(urlsplit(address).scheme)
    except ValueError:
        return True


def _tree(markup: str) -> etree._Element:
    """The HTML below one <div>."""
    return lxml_html.fragment_fromstring(clean(markup), create_parent="div")


def _inner(tree: etree._Element) -> str:
    """The HTML of what stands inside the element."""
    written = etree.tostring(tree, method="html", encoding="unicode", with_tail=False)
    return written[len("<div>") : -len("</div>")]


def from_typed(text: str) -> str:
    """The HTML of what an editor typed into the plain form: paragraphs apart by a blank line, `## ` headings,
    `- ` and `1. ` lists, `> ` quotes, `**bold**`, `*italics*`, `[words](https://…)`. A line break is a line break,
    a line that begins with a bullet, as pasted text has them, is a list's, and the last line of a quote that begins
    with a dash names its speaker.
    """
    rendered = _with_speakers(_TYPED.render(_readable(_BULLET.sub(r"\1- ", clean(text)))))
    return sanitise(rendered.replace("<h1>", "<h2>").replace("</h1>", "</h2>").replace("<br>\n", "<br>"))


_SPEAKER = re.compile(r"(<p>)?— (.+)</p>")


def _with_speakers(rendered: str) -> str:
    """Quotes whose last line is `— Name, role` as figures: <figure><blockquote>…</blockquote><figcaption>Name, role</figcaption></figure>."""
    lines, begun = rendered.split("\n"), []
    for number, line in enumerate(lines):
        if line == "<blockquote>":
            begun.append(number)
        elif line == "</blockquote>" and begun:
            start, last = begun.pop(), number - 1
            found = _SPEAKER.fullmatch(lines[last])
            if begun or not found or last <= start + 1:
                continue
            if not found[1]:
                lines[last - 1] = lines[last - 1].removesuffix("<br>") + "</p>"
            lines[start], lines[last] = "<figure>\n<blockquote>", "</blockquote>"
            lines[number] = f"<figcaption>{found[2]}</figcaption>\n</figure>"
    return "\n".join(lines)


def _readable(text: str) -> str:
    """The text with the marks of paragraphs that have absurdly many of them taken literally.

    Reading them takes time that grows with their square (measured: 100,000 brackets, four seconds).
    """
    paragraphs = re.split(r"(\n\s*\n)", text)
    return "".join(
        _SIGNS.sub(r"\\\g<0>", part) if len(_SIGNS.findall(part)) > MOST_SIGNS else part for part in paragraphs
    )


def to_typed(markup: str) -> str | None:
    """The text that `from_typed` turns into exactly this HTML, or None where no plain text can say it.

    So that opening an item in the plain form and saving it can never lose a table or a picture.
    """
    tree = _tree(markup)
    if tree.text and tree.text.strip():
        return None
    blocks = [_block(child) for child in tree]
    if any(block is None for block in blocks):
        return None
    typed = "\n\n".join(block for block in blocks if block)
    return typed if _same(from_typed(typed), markup) else None


def _same(first: str, second: str) -> bool:
    """Whether two pieces of HTML differ in nothing but white space between blocks."""
    return _packed(first) == _packed(second)


def _packed(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"(>|^)\s+|\s+(<(?!a |/a|strong|/strong|em|/em)|$)", r"\1\2", markup))


def _block(element: etree._Element) -> str | None:
    """A block as typed text; None where there is no way to type it."""
    if element.tag == "p":
        words = _inline(element)
        return None if words is None else _MARKER.sub(r"\1\\\2", words)
    if element.tag in ("h2", "h3", "h4"):
        words = _inline(element)
        return None if words is None else "#" * int(element.tag[1]) + " " + words
    if element.tag in ("blockquote", "figure"):
        return _quotation(element)
    if element.tag in ("ul", "ol"):
        return _list(element)
    return None


def _quotation(element: etree._Element) -> str | None:
    """A quote, with its speaker where it has one."""
    if element.tag == "figure":
        if [child.tag for child in element] != ["blockquote", "figcaption"]:
            return None
        said, speaker = _quotation(element[0]), _inline(element[1])
        return f"{said}\n>\n> — {speaker}" if said and speaker else None
    inner = [_block(child) for child in element]
    if any(block is None for block in inner):
        return None
    return "\n".join(f"> {line}".rstrip() for line in "\n\n".join(filter(None, inner)).splitlines())


def _list(element: etree._Element) -> str | None:
    """A list without lists in it."""
    lines = []
    for number, child in enumerate(element, 1):
        words = _inline(child)
        if child.tag != "li" or words is None:
            return None
        lines.append(f"{'-' if element.tag == 'ul' else f'{number}.'} {words}")
    return "\n".join(lines)


_MARKER = re.compile(r"^(\d{0,9})([#>+.)-])", re.MULTILINE)
"""What would make a line of a paragraph a heading, a quote or a list."""
_MARKS = {"strong": "**", "em": "*"}


def _inline(element: etree._Element) -> str | None:
    """Words with their bold, italics, links and line breaks, as typed."""
    parts = [_escaped(element.text)]
    for child in element:
        words = _inline(child)
        if words is None:
            return None
        if child.tag in _MARKS:
            parts.append(_MARKS[child.tag] + words + _MARKS[child.tag])
        elif child.tag == "a" and set(child.keys()) == {"href"}:
            parts.append(f"[{words}]({child.get('href')})")
        elif child.tag == "br":
            parts.append("\n")
        else:
            return None
        parts.append(_escaped(child.tail))
    return "".join(parts).strip()


def _escaped(text: str | None) -> str:
    """Text with the marks that `from_typed` would read taken literally."""
    folded = " ".join((text or "").replace("\n", " ").split(" "))
    return "".join(f"\\{char}" if char in "\\*_[]`" else char for char in folded)

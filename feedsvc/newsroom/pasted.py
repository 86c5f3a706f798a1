"""HTML as Word and Google Docs put it on the clipboard, put right before it is sanitised.

Lists are lists again, headings begin at the second level, bold and italic are tags, quotations are quotations; debris
goes. HTML without the marks of a word processor stays as it is, byte for byte, so that repairing twice changes nothing.
The browser's editor does the same (`assets/paste.js`): a change here is a change there, and the browser test compares the two.
"""

import re

import nh3
from lxml import etree
from lxml import html as lxml_html
from lxml.html import Element, HtmlElement

from feedsvc.characters import clean
from feedsvc.newsroom import html, pasted_lists
from feedsvc.newsroom import markup as tags
from feedsvc.newsroom.pasted_styles import BLOCKS, as_tags, is_hidden

_DEBRIS = re.compile(
    r"""<[a-z][^<>]*\s(?:style\s*=|class\s*=\s*["']?Mso|id\s*=\s*["']?docs-internal|src\s*=\s*["']?file:)|<(?:[ovw]:|font[\s>]|h[156][\s>])""",
    re.IGNORECASE,
)
"""What no editor types and the sanitiser does not leave."""
_REPAIRABLE = html.TAGS | {"center", "div", "h1", "h5", "h6", "span"}
_MORE = frozenset(("span",))
_LEVELS = {"h1": "h2", "h5": "h4", "h6": "h4"}
_FILLED = ("p", "h2", "h3", "h4", "li", "blockquote", "figcaption", "figure", "ul", "ol", "td", "th")
_INLINE = ("a", "em", "strong", "sub", "sup")
_SPACES = re.compile(r"[ \t\n]+")
_PADDING = re.compile(r"[ \xa0]{2,}")
_ELSEWHERE = re.compile(
    r"(?!https?:)[a-z][a-z0-9+.-]*:|//[^/]*googleusercontent\.com/|https?://[^/]*googleusercontent\.com/", re.IGNORECASE
)
"""Pictures that lie in a file of the writer's, in a mail, or at an address that Google Docs lets die."""


def repaired(markup: str) -> str:
    """The HTML as its writer saw it, in plain tags; unchanged where no word processor made it.

    Pictures that are not on the web are left out: `pictures_left` counts them. What takes long to read is not repaired.
    """
    if not _DEBRIS.search(markup):
        return markup
    tree = _read(markup)
    if tree is None:
        return markup
    pasted_lists.nest(tree)
    _without_the_unseen(tree, is_word="mso" in markup.lower())
    as_tags(tree)
    _quotes(tree)
    _links(tree)
    _blocks(tree)
    etree.strip_tags(tree, "span", "center", "u")
    _white(tree)
    _empties(tree)
    _joined(tree)
    for element in tree.iter():
        for name in ("class", "style", "id", "lang"):
            element.attrib.pop(name, None)
        if element.get("dir") == "ltr":
            del element.attrib["dir"]
    written = etree.tostring(tree, method="html", encoding="unicode", with_tail=False)
    return written[len("<div>") : -len("</div>")].strip()


def pictures_left(markup: str) -> int:
    """How many pictures `repaired` leaves out, for a sentence to the person who pasted them."""
    if "<img" not in markup.lower() or not _DEBRIS.search(markup):
        return 0
    tree = _read(markup)
    return 0 if tree is None else sum(_is_elsewhere(image) for image in tree.iter("img"))


def _read(markup: str) -> HtmlElement | None:
    """The tree below one <div>; None where reading takes long."""
    readable = tags.plain(_fragment(clean(markup)), _MORE)
    if readable is None:
        return None
    attributes = {**html.ATTRIBUTES, "*": html.ATTRIBUTES["*"] | {"class", "style"}}
    schemes = {"http", "https", "mailto", "tel", "file", "cid", "data", "blob"}
    known = nh3.clean(readable, tags=_REPAIRABLE, attributes=attributes, url_schemes=schemes, link_rel=None)
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True)
    return lxml_html.fragment_fromstring(known, create_parent="div", parser=parser)


def _fragment(markup: str) -> str:
    """What was marked, of a whole clipboard."""
    start, end = markup.find("<!--StartFragment-->"), markup.rfind("<!--EndFragment-->")
    if -1 < start < end:
        return markup[start:end]
    head = markup.lower().find("</head>")
    return markup if head < 0 else markup[head:]


def _without_the_unseen(tree: HtmlElement, *, is_word: bool) -> None:
    """Takes out what is hidden, remarks of reviewers, words struck out while tracking changes, pictures on no web."""
    for element in list(tree.iter("p", "span", "div", "a", "li", "tr")):
        if is_hidden(element):
            element.drop_tree()
    if is_word:
        for element in list(tree.iter("del")):
            element.drop_tree()
        etree.strip_tags(tree, "ins")
    for image in list(tree.iter("img")):
        if _is_elsewhere(image):
            image.drop_tree()


def _is_elsewhere(image: HtmlElement) -> bool:
    """Whether readers could not see the picture."""
    source = (image.get("src") or "").strip()
    return not source or _ELSEWHERE.match(source) is not None


def _quotes(tree: HtmlElement) -> None:
    """Word's paragraphs of quotation, those that follow each other as one."""
    made: HtmlElement | None = None
    for paragraph in list(tree.iter("p")):
        if (paragraph.get("class") or "") not in ("MsoQuote", "MsoIntenseQuote"):
            continue
        if made is None or paragraph.getprevious() is not made or (made.tail or "").strip():
            made = Element("blockquote")
            paragraph.addprevious(made)
        made.tail, paragraph.tail = (made.tail or "") + (paragraph.tail or ""), None
        made.append(paragraph)


def _links(tree: HtmlElement) -> None:
    """Links without the sender's tracking; bookmarks within the document are no links here."""
    for link in list(tree.iter("a")):
        address = (link.get("href") or "").strip()
        if not address or address[0] == "#" or address.lower().startswith(("file:", "about:")):
            link.drop_tag()
        elif "utm_" in address.lower():
            link.set("href", untracked(address))


def untracked(address: str) -> str:
    """The address without `utm_…` in its query."""
    before, hash_, after = address.partition("#")
    path, _, query = before.partition("?")
    kept = "&".join(part for part in query.split("&") if part and not part.lower().startswith("utm_"))
    return path + ("?" if kept else "") + kept + hash_ + after


def _blocks(tree: HtmlElement) -> None:
    """Headings from the second level on, lists in items, paragraphs where they are needed and only there."""
    for element in list(tree.iter(*_LEVELS)):
        element.tag = _LEVELS[str(element.tag)]
    for heading in tree.iter("h2", "h3", "h4"):
        etree.strip_tags(heading, "strong")
    for inner in list(tree.iter("ul", "ol")):
        parent = inner.getparent()
        if parent is not None and parent.tag in ("ul", "ol"):
            before = inner.getprevious()
            if before is None or before.tag != "li":
                before = Element("li")
                inner.addprevious(before)
            before.append(inner)
    for division in reversed(list(tree.iterdescendants("div"))):
        if any(child.tag in BLOCKS for child in division):
            division.drop_tag()
        else:
            division.tag = "p"
    for holder in list(tree.iter("li", "td", "th")):
        paragraphs = [child for child in holder if child.tag == "p"]
        others = [child for child in holder if child.tag not in ("p", "ul", "ol")]
        if len(paragraphs) == 1 and holder[0] is paragraphs[0] and not others and not (holder.text or "").strip():
            paragraphs[0].drop_tag()


def _white(tree: HtmlElement) -> None:
    """White space as the reader sees it: no wrapped lines, no rows of spaces for the sake of the layout."""
    for element in tree.iter():
        if next(element.iterancestors("pre"), None) is None and element.tag != "pre":
            element.text = _folded(element.text)
            element.tail = _folded(element.tail)


def _folded(text: str | None) -> str | None:
    return _PADDING.sub(" ", _SPACES.sub(" ", text)) if text else text


def _empties(tree: HtmlElement) -> None:
    """Takes out blocks without words, marks around nothing, and breaks that only made distance."""
    for element in reversed(list(tree.iterdescendants())):
        has_words = bool(element.text_content().strip())
        if element.tag == "br":
            if _is_distance(element):
                element.drop_tree()
        elif element.tag in _INLINE and not has_words and not len(element):
            element.drop_tag()
        elif element.tag in _FILLED and not has_words and next(element.iter("img", "hr", "table"), None) is None:
            if element.tag not in ("td", "th"):
                element.drop_tree()
        elif element.tag in _FILLED:
            _trimmed(element)


def _is_distance(line_break: HtmlElement) -> bool:
    """Whether a line break stands where a line ends anyway."""
    before, after, parent = line_break.getprevious(), line_break.getnext(), line_break.getparent()
    if not (line_break.tail or "").strip() and (after is None or after.tag in BLOCKS):
        return True
    if before is None:
        return parent is None or not (parent.text or "").strip()
    return before.tag in BLOCKS and not (before.tail or "").strip()


def _trimmed(element: HtmlElement) -> None:
    """No white space at the ends of a block."""
    element.text = (element.text or "").lstrip(" \n\xa0")
    if len(element):
        element[-1].tail = (element[-1].tail or "").rstrip(" \n\xa0")
    else:
        element.text = element.text.rstrip(" \n\xa0")


def _joined(tree: HtmlElement) -> None:
    """Bold that Word wrote in pieces, in one piece."""
    for element in reversed(list(tree.iter("em", "strong", "sub", "sup"))):
        before = element.getprevious()
        if before is None or before.tag != element.tag or before.tail:
            continue
        if len(before):
            before[-1].tail = (before[-1].tail or "") + (element.text or "")
        else:
            before.text = (before.text or "") + (element.text or "")
        before.extend(list(element))
        before.tail, element.tail = element.tail, None
        element.drop_tree()

"""Word's lists, which are paragraphs that look like a list, as lists: `<p style="mso-list:l0 level2 lfo1">` to a nested `<li>`.

The browser's editor does the same (`assets/lists.js`): a change here is a change there, and the browser test compares the two.
"""

import re
from dataclasses import dataclass

from lxml.html import Element, HtmlElement

from feedsvc.newsroom.pasted_styles import style

LISTED = re.compile(r"\blevel([1-9])")
_COUNTED = re.compile(
    r"[(\[]?(?:([0-9]{1,4})|([0-9]{1,4}(?:\.[0-9]{1,4})+)|([a-z]{1,7}|[A-Z]{1,7}))[.)\]:]+|([0-9]{1,4}(?:\.[0-9]{1,4})+)"
)
_BULLET = re.compile(r"[ \n\xa0]*[•·●○▪■§oØ–-][ \n\xa0]*\xa0[ \n\xa0]*")
"""What stands before the words of a list whose styles were lost on the way."""
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}


@dataclass(frozen=True, slots=True)
class Marker:
    """How a list of items so marked is written."""

    tag: str
    type: str = ""
    start: int = 1


def marker(text: str) -> Marker:
    """What `1.`, `(b)`, `iv)` or `·` says of its list. What is no number is a bullet."""
    found = _COUNTED.fullmatch(text.strip(" \n\t\xa0"))
    if not found:
        return Marker("ul")
    number, many, letters, open_ = found.groups()
    if not letters:
        return Marker("ol", start=int(number or (many or open_).rpartition(".")[2]))
    kind = "I" if letters.isupper() else "i"
    small = letters.lower()
    if small == "i" or (len(small) > 1 and set(small) <= set(_ROMAN)):
        return Marker("ol", kind, _roman(small))
    return (
        Marker("ol", "A" if letters.isupper() else "a", ord(small) - ord("a") + 1) if len(small) == 1 else Marker("ul")
    )


def _roman(letters: str) -> int:
    """`iv` → 4."""
    values = [_ROMAN[letter] for letter in letters]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))


def nest(tree: HtmlElement) -> None:
    """Puts list paragraphs that follow each other into lists, as deep as their levels say."""
    open_: list[tuple[HtmlElement, int]] = []
    root: HtmlElement | None = None
    for paragraph in list(tree.iter("p")):
        found = LISTED.search(style(paragraph).get("mso-list", ""))
        bare = None if found else _bare(paragraph)
        if not found and not bare:
            continue
        if root is None or paragraph.getprevious() is not root or (root.tail or "").strip():
            open_ = []
        level = int(found[1]) if found else 1
        mark = marker(_taken_marker(paragraph)) if found else Marker("ul")
        while open_ and (open_[-1][1] > level or (open_[-1][1] == level and open_[-1][0].tag != mark.tag)):
            open_.pop()
        if not open_ or open_[-1][1] < level:
            made = _made(mark)
            if open_:
                open_[-1][0][-1].append(made)
            else:
                paragraph.addprevious(made)
                root = made
            open_.append((made, level))
        _move(paragraph, open_[-1][0], root if root is not None else open_[0][0])


def _bare(paragraph: HtmlElement) -> re.Match[str] | None:
    """The bullet typed before the words of a list paragraph without its styles; it is taken away."""
    if "MsoList" not in (paragraph.get("class") or ""):
        return None
    found = _BULLET.match(paragraph.text or "")
    if found:
        paragraph.text = (paragraph.text or "")[found.end() :]
    return found


def _taken_marker(paragraph: HtmlElement) -> str:
    """The marker that Word wrote out before the words; it is taken away."""
    for element in list(paragraph.iter("span")):
        if style(element).get("mso-list") == "ignore":
            text = element.text_content()
            element.drop_tree()
            return text
    return ""


def _made(mark: Marker) -> HtmlElement:
    """An empty list for items so marked."""
    made = Element(mark.tag)
    if mark.type:
        made.set("type", mark.type)
    if mark.start > 1:
        made.set("start", str(mark.start))
    return made


def _move(paragraph: HtmlElement, to: HtmlElement, root: HtmlElement) -> None:
    """The paragraph's words as the list's next item; what follows the paragraph follows the whole list."""
    item = Element("li")
    item.text = paragraph.text
    item.extend(list(paragraph))
    to.append(item)
    root.tail = (root.tail or "") + (paragraph.tail or "")
    paragraph.tail = None
    paragraph.drop_tree()

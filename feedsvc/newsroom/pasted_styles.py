"""What the styles of pasted HTML mean: bold, italic and raised words as tags, everything else as nothing."""

import re

from lxml.html import Element, HtmlElement

BLOCKS = frozenset((
    "blockquote", "div", "dl", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "table", "ul",
))  # fmt: skip
_BOLD = re.compile(r"bold(er)?|[6-9]00")
_PLAIN = re.compile(r"normal|lighter|[1-5]00")
_MARKS = ("em", "strong", "sub", "sup")
_RENAMED = {"b": "strong", "i": "em"}


def style(element: HtmlElement) -> dict[str, str]:
    """The style attribute as property → value, in small letters."""
    given = (element.get("style") or "").lower()
    return {name.strip(): value.strip() for name, _, value in (one.partition(":") for one in given.split(";"))}


def is_hidden(element: HtmlElement) -> bool:
    """Whether readers of the document do not see it, or only its reviewers do."""
    given = style(element)
    return (
        given.get("display") == "none"
        or given.get("mso-hide") == "all"
        or given.get("mso-element", "").startswith("comment")
        or "MsoCommentReference" in (element.get("class") or "")
    )


def as_tags(tree: HtmlElement) -> None:
    """Writes bold, italic, sub and sup of styles as tags, and takes away those that the styles contradict."""
    for element in list(tree.iter("a", "b", "em", "i", "span", "strong")):
        given = style(element)
        weight, slant = given.get("font-weight", ""), given.get("font-style", "")
        element.tag = _RENAMED.get(str(element.tag), element.tag)
        if (element.tag == "strong" and _PLAIN.fullmatch(weight)) or (element.tag == "em" and slant == "normal"):
            element.tag = "span"
        if any(child.tag in BLOCKS for child in element.iterdescendants()):
            if element.tag in ("strong", "em"):
                element.tag = "span"
            continue
        wanted = [
            tag
            for tag, is_so in (
                ("sub", given.get("vertical-align") == "sub"),
                ("sup", given.get("vertical-align") == "super"),
                ("em", slant == "italic"),
                ("strong", _BOLD.fullmatch(weight)),
            )
            if is_so and tag != element.tag
        ]
        for tag in wanted:
            _wrap(element, tag)
    for element in list(tree.iter(*_MARKS)):
        if next(element.iterancestors(str(element.tag)), None) is not None:
            element.drop_tag()


def _wrap(element: HtmlElement, tag: str) -> None:
    """Puts what stands in the element into one more element."""
    inner = Element(tag)
    inner.text, element.text = element.text, None
    inner.extend(list(element))
    element.append(inner)

"""The HTML of an entry as a tree, for formats in which it must be XML."""

import re
from collections.abc import Iterator

from lxml import etree
from lxml import html as lxml_html

from feedsvc.characters import clean

XHTML = "http://www.w3.org/1999/xhtml"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")
_ROWS = {"tr", "tbody", "thead", "tfoot"}
_STRUCTURES = {"ol", "ul", "dl", "table"}
DEEPEST = 50
"""Elements within each other, below which the words alone are left: writers call themselves for each level."""


def parsed(content_html: str) -> etree._Element:
    """What stands in the content, below one `div`; comments are left out, and what is deeper than anybody reads is words.

    Raises ValueError where libxml2 gives up on it and would forget the rest.
    """
    parser = lxml_html.HTMLParser(huge_tree=True)  # One for each call: threads that share one wait for each other.
    tree: etree._Element = lxml_html.fragment_fromstring(clean(content_html), create_parent="div", parser=parser)
    if parser.error_log.filter_from_fatals():
        raise ValueError("the content's formatting is more than can be read")
    etree.strip_tags(tree, etree.Comment, etree.ProcessingInstruction)
    depth, deep = 0, []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if event == "start" and depth == DEEPEST and len(element):
            deep.append(next(element.iterancestors("table"), element) if element.tag in _ROWS else element)
    for element in dict.fromkeys(deep):
        words = " ".join(element.itertext())
        for child in list(element):
            element.remove(child)
        element.text = words
        if element.tag in _STRUCTURES:  # Words alone do not stand in these.
            element.tag = "div"
    return tree


def xhtml(content_html: str) -> etree._Element:
    """The content as a `div` of XHTML."""
    return _named(parsed(content_html), None)


def _named(element: etree._Element, parent: etree._Element | None) -> etree._Element:
    tag = str(element.tag)
    name = f"{{{XHTML}}}{tag}" if _NAME.match(tag) else f"{{{XHTML}}}span"
    said = dict(_attributes(element))
    made = etree.Element(name, said, nsmap={None: XHTML}) if parent is None else etree.SubElement(parent, name, said)
    made.text, made.tail = element.text, element.tail
    for child in element:
        _named(child, made)
    return made


def _attributes(element: etree._Element) -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        if _NAME.match(str(name)):
            yield str(name), str(value)

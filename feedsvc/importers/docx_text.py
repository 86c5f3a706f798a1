"""The words of a .docx: which are its headline and its sub-head, and the rest as HTML. Runs in a confined process."""

import base64
import json
import re
from collections import Counter
from typing import Any

import mammoth
from lxml import etree
from lxml import html as lxml_html

from feedsvc.characters import clean, one_line
from feedsvc.importers import docx_archive

STYLES = """
p[style-name='Title'] => h1.title:fresh
p[style-name='Subtitle'] => p.subhead:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='Block Text'] => blockquote > p:fresh
p[style-name='Quotations'] => blockquote > p:fresh
p[style-name='List Bullet 2'] => ul|ol > li > ul > li:fresh
p[style-name='List Number 2'] => ul|ol > li > ol > li:fresh
p[style-name='List Bullet 3'] => ul|ol > li > ul|ol > li > ul > li:fresh
p[style-name='List Number 3'] => ul|ol > li > ul|ol > li > ol > li:fresh
"""
MOST_PICTURES = 10
MOST_OF_PICTURES = 20 * 1024 * 1024
_LOOKED_AT = 6
"""Paragraphs from the top among which a headline without a style of its own is looked for."""
_LONGEST = 250
_RUBRIC = re.compile(
    r"(for immediate release|(press|media|news) release|(press|media) (note|statement)|embargo.*"
    r"|пресс-релиз|для немедленн.*|эмбарго.*|mətbuat (relizi|üçün.*|açıqlaması)|press-reliz|pres-reliz|dərhal.*)[.:!]?",
    re.IGNORECASE,
)
"""Lines that stand above a headline and are none."""
_W = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
}
_LEFT = {
    "footnoteReference": "footnotes", "endnoteReference": "footnotes", "commentReference": "comments", "object": "objects",
    "ins": "changes", "del": "changes", "vanish": "hidden",
}  # fmt: skip
_LEFT_OF_OTHERS = {"chart": "charts", "relIds": "drawings", "oMath": "equations"}


def read(data: bytes) -> bytes:
    """What `docx.Found` is made of, as JSON. Raises Invalid."""
    archive, seen = docx_archive.checked(data)
    pictures: list[dict[str, str]] = []
    left = _left_behind(seen)
    written = mammoth.convert_to_html(
        archive,
        style_map=STYLES,
        include_embedded_style_map=False,
        convert_image=lambda image: _taken(image, pictures, left),
    ).value
    tree = lxml_html.fragment_fromstring(clean(written), create_parent="div")
    _tidy(tree)
    headline, how = _headline(tree)
    subhead = _subhead(tree)
    _level(tree)
    body = etree.tostring(tree, method="html", encoding="unicode", with_tail=False)[len("<div>") : -len("</div>")]
    found = {"headline": headline, "subhead": subhead, "body_html": body, "how": how}
    return json.dumps({**found, "left": left, "pictures": pictures}).encode()


def _left_behind(seen: Counter[str]) -> dict[str, int]:
    """What the text has and an item cannot, counted."""
    found: Counter[str] = Counter()
    for element, count in seen.items():
        namespace, _, name = element.rpartition(" ")
        kind = _LEFT.get(name) if namespace in _W else _LEFT_OF_OTHERS.get(name)
        if kind:
            found[kind] += count
    return dict(found)


def _taken(image: Any, pictures: list[dict[str, str]], left: dict[str, int]) -> list[Any]:
    """Takes a picture out of the text; where it stood nothing is left, since an item has its pictures apart."""
    try:
        with image.open() as stream:
            content = stream.read()
    except Exception:  # noqa: BLE001  # linked and not in the file, or broken
        content = b""
    held = sum(len(one["content"]) for one in pictures)
    encoded = base64.b64encode(content).decode()
    if content and len(pictures) < MOST_PICTURES and held + len(encoded) <= MOST_OF_PICTURES:
        pictures.append({"content": encoded, "alt": one_line(clean(image.alt_text or ""))})
    else:
        left["pictures"] = left.get("pictures", 0) + 1
    return []


def _tidy(tree: etree._Element) -> None:
    """Takes out what only the document had a use for: marks of notes, the notes, places that links of its own lead to."""
    for mark in tree.xpath(".//sup[a[starts-with(@href, '#footnote') or starts-with(@href, '#endnote')]]"):
        _drop(mark)
    for entry in tree.xpath(".//li[starts-with(@id, 'footnote') or starts-with(@id, 'endnote')]"):
        _drop(entry)
    for link in tree.xpath(".//a[not(@href) or starts-with(@href, '#')]"):
        link.drop_tag()
    for element in reversed(list(tree.iter("p", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "ul", "li", "blockquote"))):
        if not len(element) and not one_line(element.text or ""):
            _drop(element)


def _drop(element: Any) -> None:
    """Takes an element out; the words behind it stay."""
    element.drop_tree()


def _words(element: etree._Element) -> str:
    return one_line("".join(element.itertext()))


def _headline(tree: etree._Element) -> tuple[str, str]:
    """The headline, taken out of the text, and how it was known."""
    titles = [one for one in tree if one.tag == "h1" and one.get("class") == "title"]
    if titles:
        together = [one for n, one in enumerate(titles) if n == 0 or titles[n - 1].getnext() is one]
        return _out(together[:3]), "title"
    top = [one for one in list(tree)[:_LOOKED_AT] if not _RUBRIC.fullmatch(_words(one))]
    headings = [one for one in top if one.tag in ("h1", "h2")]
    if headings:
        return _out(headings[:1]), "heading"
    lines = [one for one in top if one.tag == "p" and one.get("class") != "subhead" and len(_words(one)) <= _LONGEST]
    bold = [one for one in lines if _is_bold(one)]
    if bold:
        return _out(bold[:1]), "bold"
    if lines and lines[0] is top[0] and len(tree) > 1 and not _words(lines[0]).endswith((".", ":", ";", ",")):
        return _out(lines[:1]), "line"
    return "", ""


def _out(elements: list[etree._Element]) -> str:
    """The words of these elements, which leave the text."""
    words = " ".join(_words(one) for one in elements)
    for one in elements:
        _drop(one)
    return words


def _is_bold(paragraph: etree._Element) -> bool:
    """Whether all its words are bold."""
    bold = "".join("".join(one.itertext()) for one in paragraph.iter("strong"))
    return bool(bold.strip()) and one_line(bold) == _words(paragraph)


def _subhead(tree: etree._Element) -> str:
    """The first paragraph in the style of a subtitle, taken out of the text."""
    found = [one for one in tree if one.tag == "p" and one.get("class") == "subhead"]
    return _out(found[:1]) if found else ""


def _level(tree: etree._Element) -> None:
    """Headings begin at the second level, whichever one the document began with, and leave none out."""
    levels = sorted({int(str(one.tag)[1]) for one in tree.iter("h1", "h2", "h3", "h4", "h5", "h6")})
    for one in list(tree.iter("h1", "h2", "h3", "h4", "h5", "h6")):
        one.tag = f"h{min(2 + levels.index(int(str(one.tag)[1])), 4)}"

"""NITF 3.6 for an item: IPTC's News Industry Text Format, which many editorial systems still take in.

Element names are those of https://iptc.org/std/NITF/3.6/. NITF has no word for a feed, nor for a text that was taken back
but a release status of its document: see `_canceled`.
"""

import re
from collections.abc import Iterable

from lxml import etree
from lxml.etree import _Element

from feedsvc.characters import one_line
from feedsvc.formats import markup
from feedsvc.formats.document import TOPICS, Entry, FeedDoc, Picture, Term, Withdrawal

NAMESPACE = "http://iptc.org/std/NITF/2006-10-18/"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_VERSION = "-//IPTC//DTD NITF 3.6//EN"
_BLOCKS = {"blockquote", "dl", "figure", "h2", "h3", "h4", "hr", "ol", "p", "pre", "table", "ul"}
_EMPHASIS = {"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "cite": "italic", "u": "underline"}
_CELL = ("colspan", "rowspan")
_SPECIES = {"person": "person", "place": "location", "theme": "classifier", "category": "classifier"}


def item(doc: FeedDoc) -> bytes:
    """The UTF-8 bytes of the one entry or withdrawal of `doc`."""
    [root] = [*map(_canceled, doc.withdrawn), *(_item(entry, doc) for entry in doc.entries)]
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _add(parent: _Element, name: str, text: str = "", attributes: dict[str, str] | None = None) -> _Element:
    made = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}", attributes or {})
    if text:
        made.text = text
    return made


def _begun(language: str, title: str) -> tuple[_Element, _Element]:
    """The document and its head."""
    said = {"version": _VERSION, "baselang": language, _LANG: language}
    root = etree.Element(f"{{{NAMESPACE}}}nitf", said, nsmap={None: NAMESPACE})
    head = _add(root, "head")
    _add(head, "title", title)
    return root, head


def _item(entry: Entry, doc: FeedDoc) -> _Element:
    root, head = _begun(entry.language, entry.title)
    data = _add(head, "docdata", attributes={"management-status": "usable"})
    for note in entry.notes:
        _add(data, "correction", attributes={"info": f"{note.at.isoformat()} {note.text}", "id-string": entry.id})
    _dated(
        data, entry.id, doc, issued=entry.published.isoformat(), released=(entry.revised or entry.updated).isoformat()
    )
    holder = entry.organisation or doc.author
    _add(data, "doc.copyright", attributes={"year": str(entry.published.year), "holder": holder})
    _rights(data, doc, holder)
    _subjects(data, entry.terms)
    if entry.url:
        said = {"type": "web", "date.publication": entry.published.isoformat(), "name": doc.author, "ex-ref": entry.url}
        _add(head, "pubdata", attributes=said)
    body = _add(root, "body")
    _headed(_add(body, "body.head"), entry, doc)
    content = _add(body, "body.content")
    _blocks(content, markup.parsed(entry.content_html))
    for picture in entry.pictures:
        _media(content, picture)
    return root


def _dated(data: _Element, guid: str, doc: FeedDoc, *, issued: str, released: str) -> None:
    _add(data, "doc-id", attributes={"id-string": guid, "regsrc": doc.home_url})
    _add(data, "date.issue", attributes={"norm": issued})
    _add(data, "date.release", attributes={"norm": released})


def _rights(data: _Element, doc: FeedDoc, holder: str) -> None:
    """doc.rights: who may do what, from the newsroom's one setting."""
    terms = f"{doc.rights} {doc.licence}".strip()
    _add(data, "doc.rights", attributes={"owner": holder} | ({"limitations": terms} if terms else {}))


def _subjects(data: _Element, terms: Iterable[Term]) -> None:
    """identified-content: what it is about, each with its vocabulary."""
    told = _add(data, "identified-content")
    for term in terms:
        species, name = _SPECIES.get(term.kind, "classifier"), term.label or term.term
        if species == "classifier":
            _add(told, species, attributes={"type": term.kind, "value": name, "idsrc": term.scheme})
        elif species == "person":
            _add(told, species, name, {"idsrc": term.scheme, "value": term.term})
        else:
            _add(told, species, name, {"code-source": term.scheme, "location-code": term.term})
        if term.topic:
            _add(told, "classifier", attributes={"type": "mediatopic", "value": term.topic, "idsrc": TOPICS})


def _headed(head: _Element, entry: Entry, doc: FeedDoc) -> None:
    _add(_add(head, "hedline"), "hl1", entry.title)
    for name in entry.authors:
        _add(_add(head, "byline"), "person", name)
    _add(head, "distributor", doc.author)
    if entry.dateline:
        _add(head, "dateline", entry.dateline)
    if entry.summary:
        _add(_add(head, "abstract"), "p", one_line(entry.summary))


def _media(parent: _Element, picture: Picture) -> None:
    file = picture.best
    media = _add(parent, "media", attributes={"media-type": "image"})
    if picture.rights:
        _add(media, "media-metadata", attributes={"name": "rights", "value": picture.rights})
    said = {
        "source": file.url,
        "mime-type": file.media_type,
        "width": str(file.width),
        "height": str(file.height),
        "alternate-text": picture.alt,
    }
    _add(media, "media-reference", attributes={name: value for name, value in said.items() if value})
    if picture.caption:
        _add(media, "media-caption", picture.caption)
    if picture.credit:
        _add(media, "media-producer", picture.credit)


def _canceled(gone: Withdrawal) -> _Element:
    """management-status: its own word for a document that must not be used any more."""
    root, head = _begun(gone.language, gone.title)
    data = _add(head, "docdata", attributes={"management-status": "canceled"})
    _add(data, "doc-id", attributes={"id-string": gone.id})
    _add(data, "date.issue", attributes={"norm": gone.published.isoformat()})
    _add(data, "date.release", attributes={"norm": gone.at.isoformat()})
    _add(data, "ed-msg", attributes={"info": gone.notice})
    body = _add(root, "body")
    _add(_add(_add(body, "body.head"), "hedline"), "hl1", gone.title)
    _add(_add(body, "body.content"), "p", gone.notice)
    return root


def _blocks(parent: _Element, element: _Element) -> None:
    """What stands in an element of HTML as blocks of NITF; loose words become paragraphs."""
    loose: _Element | None = None

    def say(text: str | None) -> None:
        nonlocal loose
        if loose is None and (text or "").strip():
            loose = _add(parent, "p")
        if loose is not None:
            _append(loose, text)

    say(element.text)
    for child in element:
        if child.tag in _BLOCKS:
            loose = None
            _block(parent, child)
        else:
            if loose is None and (child.tag != "br" and (len(child) or "".join(child.itertext()).strip())):
                loose = _add(parent, "p")
            if loose is not None:
                _inline(loose, child)
        say(child.tail)


def _block(parent: _Element, element: _Element) -> None:
    tag = str(element.tag)
    if tag in ("h2", "h3", "h4"):
        _words(_add(parent, "hl2"), element)
    elif tag == "p":
        _words(_add(parent, "p"), element)
    elif tag in ("ol", "ul"):
        _list(parent, element)
    elif tag == "table":
        _table(parent, element)
    elif tag == "blockquote":
        _blocks(_add(_add(parent, "bq"), "block"), element)
    elif tag == "pre":
        _add(parent, "pre", "".join(element.itertext()))
    elif tag == "hr":
        _add(parent, "hr")
    elif tag == "dl":
        _definitions(parent, element)
    else:
        _blocks(parent, _without_pictures(element))


def _without_pictures(figure: _Element) -> _Element:
    """A figure's words; its picture is a `media` with all that is known of it."""
    if figure.find(".//img") is not None:
        for caption in figure.findall("figcaption"):
            figure.remove(caption)
    return figure


def _list(parent: _Element, element: _Element) -> None:
    entries = [child for child in element if child.tag == "li"]
    if not entries:
        return
    made = _add(parent, str(element.tag))
    for child in entries:
        _mixed(_add(made, "li"), child)


def _definitions(parent: _Element, element: _Element) -> None:
    for child in element:
        _blocks(parent, child)


def _table(parent: _Element, element: _Element) -> None:
    rows = [row for row in element.iter("tr") if next(row.iterancestors("table")) is element]
    rows = [row for row in rows if row.find("td") is not None or row.find("th") is not None]
    if not rows:
        return
    made = _add(parent, "table")
    for caption in element.findall("caption")[:1]:
        _words(_add(made, "caption"), caption)
    for row in rows:
        line = _add(made, "tr")
        for cell in row.iterchildren("td", "th"):
            spans = {name: value for name in _CELL if re.fullmatch(r"\d{1,3}", value := cell.get(name, ""))}
            _mixed(_add(line, str(cell.tag), attributes=spans), cell)


def _mixed(parent: _Element, element: _Element) -> None:
    """Words and blocks side by side, as a cell or a list's entry may have them."""
    _append(parent, element.text)
    for child in element:
        if child.tag in _BLOCKS:
            _block(parent, child)
        else:
            _inline(parent, child)
        _append(parent, child.tail)


def _words(parent: _Element, element: _Element) -> None:
    """What stands in an element as running words; a block in it loses what made it one."""
    _append(parent, element.text)
    for child in element:
        _inline(parent, child)
        _append(parent, child.tail)


def _inline(parent: _Element, element: _Element) -> None:
    tag = str(element.tag)
    if tag == "br":
        _add(parent, "br")
    elif tag == "a" and element.get("href"):
        _words(_add(parent, "a", attributes={"href": element.get("href", "")}), element)
    elif tag in _EMPHASIS:
        _words(_add(parent, "em", attributes={"class": _EMPHASIS[tag]}), element)
    elif tag == "q":
        _words(_add(parent, "q"), element)
    elif tag != "img":
        _words(parent, element)


def _append(parent: _Element, text: str | None) -> None:
    """More words at the end of what an element holds so far."""
    if not text:
        return
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text

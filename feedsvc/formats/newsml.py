"""NewsML-G2 2.35, power conformance: a newsItem for an item, a newsMessage for a feed.

Element names are those of https://iptc.org/std/NewsML-G2/2.35/; comments name codes of IPTC's NewsCodes.
"""

from lxml import etree
from lxml.etree import _Element

from feedsvc.formats import markup
from feedsvc.formats.document import Entry, FeedDoc, Picture, Term, Withdrawal

NAMESPACE = "http://iptc.org/std/nar/2006-10-01/"
_CATALOG = "http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_41.xml"
_ALT = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/AltTextAccessibility"
"""What IPTC's photo metadata call the words for who cannot see a picture; NewsCodes have no name for them."""
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_TYPES = {"person": "cpnat:person", "place": "cpnat:geoArea"}
"""Kind of term → concept type (cpnat); all others are abstract."""


def feed(doc: FeedDoc) -> bytes:
    """The UTF-8 bytes of a newsMessage with all items; those that were taken back come first."""
    message = etree.Element(f"{{{NAMESPACE}}}newsMessage", nsmap={None: NAMESPACE})
    header = _add(message, "header")
    _add(header, "sent", doc.updated.isoformat())  # Not the moment of the request: the same items are the same bytes.
    _add(header, "catalogRef", href=_CATALOG)
    _add(header, "sender", doc.home_url)
    _add(header, "transmitId", doc.id)
    _add(header, "origin", doc.self_url("newsml.xml"))
    items = _add(message, "itemSet")
    items.extend([_canceled(gone, doc) for gone in doc.withdrawn])
    items.extend([_item(entry, doc) for entry in doc.entries])
    if not len(items):
        items.append(_nothing(doc))
    return _bytes(message)


def item(doc: FeedDoc) -> bytes:
    """The UTF-8 bytes of a newsItem: the one entry or withdrawal of `doc`."""
    [one] = [*(_canceled(gone, doc) for gone in doc.withdrawn), *(_item(entry, doc) for entry in doc.entries)]
    return _bytes(one)


def _bytes(root: _Element) -> bytes:
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _add(parent: _Element, name: str, text: str = "", **attributes: str) -> _Element:
    made = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}", attributes)
    if text:
        made.text = text
    return made


def _named(parent: _Element, element: str, name: str, **attributes: str) -> _Element:
    made = _add(parent, element, **attributes)
    _add(made, "name", name)
    return made


def _nothing(doc: FeedDoc) -> _Element:
    """The feed itself as an empty package: an itemSet must hold something, and a feed of nothing is still a feed."""
    root = _begun(doc.id, 1, doc.language, name="packageItem")
    moment = doc.updated.isoformat()
    meta = _management(root, doc, revised=moment, first=moment, status="usable", kind="composite")
    _add(meta, "title", doc.title)
    return root


def _begun(guid: str, version: int, language: str, name: str = "newsItem") -> _Element:
    root = etree.Element(f"{{{NAMESPACE}}}{name}", {"guid": guid, "version": str(version)}, nsmap={None: NAMESPACE})
    root.attrib.update({"standard": "NewsML-G2", "standardversion": "2.35", "conformance": "power", _LANG: language})
    _add(root, "catalogRef", href=_CATALOG)
    return root


def _management(root: _Element, doc: FeedDoc, *, revised: str, first: str, status: str, kind: str = "text") -> _Element:
    """itemMeta up to pubStatus: of which kind it is, who provides it, since when, and whether it may be used."""
    meta = _add(root, "itemMeta")
    _add(meta, "itemClass", qcode=f"ninat:{kind}")
    _named(meta, "provider", doc.author, uri=doc.home_url)
    _add(meta, "versionCreated", revised)
    _add(meta, "firstCreated", first)
    _add(meta, "pubStatus", qcode=f"stat:{status}")
    return meta


def _item(entry: Entry, doc: FeedDoc) -> _Element:
    root = _begun(entry.id, entry.version, entry.language)
    _rights(root, doc, entry.organisation or doc.author)
    revised = (entry.revised or entry.updated).isoformat()
    meta = _management(root, doc, revised=revised, first=entry.published.isoformat(), status="usable")
    _add(meta, "title", entry.title)
    for note in entry.notes:
        _add(meta, "edNote", f"{note.at.isoformat()} {note.text}")
    if entry.url:
        _add(meta, "altRep", entry.url, contenttype="text/html")
    for picture in entry.pictures:
        _linked(meta, picture)
    _content(root, entry)
    for term in entry.terms:
        if term.point is not None:
            _lies(root, term, *term.point)
    body = _add(_add(root, "contentSet"), "inlineXML", contenttype="application/xhtml+xml")
    page = etree.SubElement(body, f"{{{markup.XHTML}}}html", nsmap={None: markup.XHTML})
    head = etree.SubElement(page, f"{{{markup.XHTML}}}head")
    etree.SubElement(head, f"{{{markup.XHTML}}}title").text = entry.title
    etree.SubElement(page, f"{{{markup.XHTML}}}body").append(markup.xhtml(entry.content_html))
    return root


def _rights(root: _Element, doc: FeedDoc, holder: str) -> None:
    """rightsInfo: who may do what, from the newsroom's one setting."""
    rights = _add(root, "rightsInfo")
    _named(rights, "copyrightHolder", holder)
    if doc.rights:
        _add(rights, "usageTerms", doc.rights, **({"href": doc.licence} if doc.licence else {}))


def _linked(meta: _Element, picture: Picture) -> None:
    """A picture that belongs to the text, with hints about it: contentSet holds nothing but other forms of the text."""
    file = picture.best
    link = _add(meta, "link", rel="irel:seeAlso", href=file.url, contenttype=file.media_type, size=str(file.length))
    rights = _add(link, "rightsInfo")
    if picture.rights:
        _add(rights, "copyrightNotice", picture.rights)
    hints = _add(link, "contentMeta")
    if picture.credit:
        _add(hints, "creditline", picture.credit)
    if picture.caption:
        _add(hints, "description", picture.caption, role="drol:caption")
    if picture.alt:
        _add(hints, "description", picture.alt, roleuri=_ALT)


def _content(root: _Element, entry: Entry) -> None:
    """contentMeta: by whom, in which language, about what."""
    meta = _add(root, "contentMeta")
    _add(meta, "contentCreated", entry.published.isoformat())
    _add(meta, "contentModified", entry.updated.isoformat())
    if entry.organisation:
        _named(meta, "infoSource", entry.organisation)
    for name in entry.authors:
        _named(meta, "creator", name)
    _add(meta, "language", tag=entry.language)
    for term in entry.terms:
        _subject(meta, term)
    _add(meta, "headline", entry.title)
    if entry.dateline:
        _add(meta, "dateline", entry.dateline)
    if entry.authors:
        _add(meta, "by", ", ".join(entry.authors))
    if entry.summary:
        _add(meta, "description", entry.summary, role="drol:summary")


def _subject(meta: _Element, term: Term) -> None:
    said = {"type": _TYPES.get(term.kind, "cpnat:abstract"), "uri": term.scheme + term.term}
    _named(meta, "subject", term.label or term.term, **said)
    if term.topic:
        _named(meta, "subject", term.label or term.term, type="cpnat:abstract", qcode=f"medtop:{term.topic}")


def _lies(root: _Element, term: Term, latitude: float, longitude: float) -> None:
    """assert: what is known of a place that a subject names by the same uri; a subject itself has no room for it."""
    place = _named(root, "assert", term.label or term.term, uri=term.scheme + term.term)
    _add(_add(place, "geoAreaDetails"), "position", latitude=str(latitude), longitude=str(longitude))


def _canceled(gone: Withdrawal, doc: FeedDoc) -> _Element:
    """stat:canceled: whoever has it must not go on using it."""
    root = _begun(gone.id, gone.version, gone.language)
    meta = _management(root, doc, revised=gone.at.isoformat(), first=gone.published.isoformat(), status="canceled")
    _add(meta, "title", gone.title)
    _add(meta, "edNote", gone.notice)
    return root

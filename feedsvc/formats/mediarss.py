"""Pictures in Media RSS 1.5.1, in RSS and Atom alike: what is one picture stands in one `media:group`."""

from collections.abc import Iterable

from lxml import etree
from lxml.etree import _Element

from feedsvc.formats.document import Picture, Rendition

NAMESPACE = "http://search.yahoo.com/mrss/"
"""With the slash: without it, it is another namespace."""
_CREDIT = {"role": "photographer", "scheme": "urn:ebu"}


def add(parent: _Element, pictures: Iterable[Picture]) -> None:
    """Writes a group for each picture at the end of an item or an entry, whose root has declared the prefix."""
    for picture in pictures:
        group = _below(parent, "group")
        for rendition in picture.renditions:
            _below(group, "content", "", _content(rendition, is_best=rendition == picture.best))
        if picture.caption:
            _below(group, "title", picture.caption, {"type": "plain"})
        if picture.alt:
            _below(group, "description", picture.alt, {"type": "plain"})
        small = picture.jpegs[0]
        size = {"width": str(small.width), "height": str(small.height)}
        _below(group, "thumbnail", "", {"url": small.url, **size})
        if picture.credit:
            _below(group, "credit", picture.credit, _CREDIT)
        if picture.rights:
            _below(group, "copyright", picture.rights)


def _content(rendition: Rendition, *, is_best: bool) -> dict[str, str]:
    """The attributes of `media:content`, true to the file; the one that is the enclosure as well is the default."""
    told = {
        "url": rendition.url,
        "type": rendition.media_type,
        "medium": "image",
        "width": str(rendition.width),
        "height": str(rendition.height),
        "fileSize": str(rendition.length),
    }
    return told | ({"isDefault": "true"} if is_best else {})


def _below(parent: _Element, name: str, text: str = "", attributes: dict[str, str] | None = None) -> _Element:
    made = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}", attributes or {})
    if text:
        made.text = text
    return made

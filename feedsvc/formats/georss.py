"""Where the places of an entry lie, in RSS and Atom alike: GeoRSS Simple (https://docs.ogc.org/cs/17-002r1/17-002r1.html)."""

from collections.abc import Iterable

from lxml.etree import SubElement, _Element

from feedsvc.formats.document import Term

NAMESPACE = "http://www.georss.org/georss"


def add(parent: _Element, terms: Iterable[Term]) -> None:
    """Writes a point for each place that lies somewhere, latitude first, with its name."""
    for term in terms:
        if term.point is not None:
            SubElement(parent, f"{{{NAMESPACE}}}point").text = f"{term.point[0]} {term.point[1]}"
            SubElement(parent, f"{{{NAMESPACE}}}featurename").text = term.label or term.term

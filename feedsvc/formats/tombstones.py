"""Deleted entries in Atom (RFC 6721): what tells a reader that an entry it holds was taken back. Section numbers are that RFC's."""

from lxml import etree

from feedsvc.formats.document import Withdrawal

NAMESPACE = "http://purl.org/atompub/tombstones/1.0"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def write(gone: Withdrawal) -> bytes:
    """The UTF-8 bytes of one `at:deleted-entry`, which declares its own prefix: most documents have none (§3)."""
    made = etree.Element(
        f"{{{NAMESPACE}}}deleted-entry", {"ref": gone.id, "when": gone.at.isoformat()}, nsmap={"at": NAMESPACE}
    )
    made.set(_LANG, gone.language)
    # §4: a comment for people. The reason is the one that the newsroom gave its readers.
    etree.SubElement(made, f"{{{NAMESPACE}}}comment", {"type": "text"}).text = gone.notice
    return etree.tostring(made, encoding="unicode").encode("utf-8")

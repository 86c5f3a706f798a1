"""The archive that a .docx is, looked through before any of it is read: how much it unfolds to, and what its XML is made of.

Runs in a confined process. What comes out is another archive, of checked parts alone, so that nothing that reads it later
can be led to a part that nobody looked at.
"""

import io
import zipfile
from collections import Counter
from xml.parsers import expat

from feedsvc.errors import Invalid

MOST_PARTS = 2_000
MOST_XML = 8 * 1024 * 1024
"""Bytes of one part of XML: a press release of 500,000 characters has two million."""
MOST_IN_ALL = 40 * 1024 * 1024
MOST_ELEMENTS = 120_000
"""In all parts: reading each costs a kilobyte and ten microseconds."""
MOST_DEPTH = 120
MOST_ATTRIBUTES = 200
_PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"II*\x00", b"MM\x00*")
_END_RECORD = 22
"""Bytes of the archive's last record without its comment: APPNOTE §4.3.16."""
_STORED_OR_DEFLATED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def checked(data: bytes) -> tuple[io.BytesIO, Counter[str]]:
    """The same document of checked parts, and how often each element stands in its text (`namespace name`).

    Raises Invalid under the field that is asked for.
    """
    seen: Counter[str] = Counter()
    clean = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(clean, "w") as written:
            _check_shape(archive, data)
            room = MOST_IN_ALL
            for part in archive.infolist():
                content = _opened(archive, part, room)
                room -= len(content)
                if content.startswith(_PICTURES):
                    written.writestr(part.filename, content)
                elif part.filename.endswith((".xml", ".rels")):
                    _check_xml(content, seen, counted=part.filename.endswith("document.xml"))
                    written.writestr(part.filename, content)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, UnicodeError, ValueError, expat.ExpatError, OSError):
        raise _refused("word_broken") from None
    return clean, seen


def _refused(code: str) -> Invalid:
    return Invalid({"": (code, {})})


def _check_shape(archive: zipfile.ZipFile, data: bytes) -> None:
    """Raises Invalid for an archive that is no plain Word document: other kinds, too many parts, two files in one."""
    parts = archive.infolist()
    names = [part.filename for part in parts]
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_IN_ALL:
        raise _refused("word_unfolds")
    if len(set(names)) < len(names) or any(part.compress_type not in _STORED_OR_DEFLATED for part in parts):
        raise _refused("word_odd")
    if any(part.flag_bits & 0x1 for part in parts):
        raise _refused("word_locked")
    # Nothing before the first part or behind the directory: what is another kind of file as well is not opened.
    begins = min((part.header_offset for part in parts), default=-1)
    ends = data.rfind(b"PK\x05\x06") + _END_RECORD + len(archive.comment)
    if begins != 0 or ends != len(data):
        raise _refused("word_odd")
    if "[Content_Types].xml" not in names:
        raise _refused("word_other")
    said = _opened(archive, archive.getinfo("[Content_Types].xml"), MOST_XML)
    if b"wordprocessingml.document.main+xml" not in said and b"document.macroEnabled.main+xml" not in said:
        raise _refused("word_other")


def _opened(archive: zipfile.ZipFile, part: zipfile.ZipInfo, room: int) -> bytes:
    """A part's bytes, never more of them than it has room for. Raises Invalid."""
    most = min(room, MOST_IN_ALL)
    with archive.open(part) as stream:
        content = stream.read(most + 1)
    is_xml = not content.startswith(_PICTURES)
    if len(content) > most or (is_xml and len(content) > MOST_XML and part.filename.endswith((".xml", ".rels"))):
        raise _refused("word_unfolds")
    return content


def _check_xml(content: bytes, seen: Counter[str], *, counted: bool) -> None:
    """Raises Invalid for XML with a document type, which alone can have entities, and for more than a text has."""
    parser = expat.ParserCreate(namespace_separator=" ")
    depth = 0

    def doctype(*_: object) -> None:
        raise _refused("word_odd")

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        seen[""] += 1
        if depth > MOST_DEPTH or seen[""] > MOST_ELEMENTS or len(attributes) > MOST_ATTRIBUTES:
            raise _refused("word_unfolds")
        if counted:
            seen[name] += 1

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.Parse(content, True)

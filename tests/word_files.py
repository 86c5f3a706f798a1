"""Word files for tests: good ones, written by a library that is not ours, and hostile ones, made by hand."""

import io
import struct
import zipfile
from collections.abc import Callable

import docx
from PIL import Image

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)


def body(inner: str) -> str:
    return f'<?xml version="1.0"?><w:document {W}><w:body>{inner}</w:body></w:document>'


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def packed(parts: dict[str, str | bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def by_hand(document: str | bytes, more: dict[str, str | bytes] | None = None) -> bytes:
    return packed({"[Content_Types].xml": TYPES, "_rels/.rels": RELS, "word/document.xml": document, **(more or {})})


def saved(document: "docx.document.Document") -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def picture(colour: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (1_280, 720), colour).save(out, "PNG")
    return out.getvalue()


def release() -> bytes:
    """A press release as a careful person writes it."""
    made = docx.Document()
    made.add_heading("We open in Gəncə", 0)
    made.add_paragraph("A second line", style="Subtitle")
    first = made.add_paragraph("BAKI, 22 November. Prices rose by ")
    first.add_run("5 percent").bold = True
    first.add_run(", said “Aysel”.")
    made.add_heading("What is new", 1)
    made.add_paragraph("one", style="List Bullet")
    made.add_paragraph("in one", style="List Bullet 2")
    made.add_paragraph("first", style="List Number")
    made.add_heading("Figures", 2)
    table = made.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Year", "Users"
    made.add_paragraph("It is a good day.", style="Quote")
    made.add_picture(io.BytesIO(picture()))
    made.add_paragraph("The end.")
    return saved(made)


def plain(*lines: str, bold: int = -1) -> bytes:
    """A text without styles, one line of it perhaps in bold."""
    made = docx.Document()
    for number, line in enumerate(lines):
        made.add_paragraph().add_run(line).bold = number == bold
    return saved(made)


def reviewed() -> bytes:
    """A text on its way through an office: changes, hidden words, a comment, a note."""
    note = f'<w:footnotes {W}><w:footnote w:id="7">{paragraph("A note.")}</w:footnote></w:footnotes>'
    comment = f'<w:comments {W}><w:comment w:id="7">{paragraph("No!")}</w:comment></w:comments>'
    title = '<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr><w:r><w:t>Reviewed</w:t></w:r></w:p>'
    styles = f'<w:styles {W}><w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/></w:style></w:styles>'
    text = (
        "<w:p><w:r><w:t>Seen.</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>Not for the press.</w:t></w:r>"
        '<w:ins w:id="1" w:author="A"><w:r><w:t>Said.</w:t></w:r></w:ins><w:r><w:footnoteReference w:id="7"/></w:r>'
        '<w:r><w:commentReference w:id="7"/></w:r></w:p>'
    )
    parts = {"word/footnotes.xml": note, "word/comments.xml": comment, "word/styles.xml": styles}
    return by_hand(body(title + text), parts)


def entities() -> bytes:
    lines = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    return by_hand(
        f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e0 "lol">{lines}]><w:document {W}><w:body>{paragraph("&e11;")}</w:body></w:document>'
    )


def outside() -> bytes:
    return by_hand(
        f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document {W}><w:body>{paragraph("&x;")}</w:body></w:document>'
    )


def encrypted() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600


def flagged() -> bytes:
    """A good file whose parts say that they are encrypted."""
    data = bytearray(by_hand(body(paragraph("x"))))
    for sign, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = data.find(sign)
        while place >= 0:
            data[place + at : place + at + 2] = struct.pack(
                "<H", struct.unpack("<H", data[place + at : place + at + 2])[0] | 1
            )
            place = data.find(sign, place + 1)
    return bytes(data)


def lying() -> bytes:
    """A part that says it is small and unfolds to a lot."""
    data = bytearray(by_hand(body(paragraph("x" * 9_000_000))))
    place = data.rfind(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 1_000)
    return bytes(data)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "zip bomb": (lambda: by_hand(b" " * 60_000_000 + body("").encode()), "far more"),
    "bomb beside the text": (lambda: by_hand(body(paragraph("x")), {"word/media/image1.png": b"\0" * 45_000_000}), "far more"),
    "many small bombs": (lambda: by_hand(body(""), {f"word/x{n}.xml": b" " * 7_000_000 for n in range(6)}), "far more"),
    "a size that is a lie": (lying, "broken"),
    "entities": (entities, "not built"),
    "an entity from outside": (outside, "not built"),
    "entities in UTF-16": (lambda: by_hand(f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE d [<!ENTITY a "b">]><w:document {W}/>'.encode("utf-16")), "not built"),
    "entities in the relationships": (lambda: by_hand(body(""), {"word/_rels/document.xml.rels": '<!DOCTYPE d [<!ENTITY a "b">]><d>&a;</d>'}), "not built"),
    "ten thousand parts": (lambda: by_hand(body(""), {f"word/p{n}.xml": "<a/>" for n in range(10_000)}), "far more"),
    "a million elements": (lambda: by_hand(body("<w:p/>" * 1_000_000)), "far more"),
    "deep nesting": (lambda: by_hand(body("<w:p>" * 50_000 + "</w:p>" * 50_000)), "far more"),
    "a tag of many attributes": (lambda: by_hand(f"<w:document {W} {' '.join(f'a{n}=' + chr(34) * 2 for n in range(100_000))}/>"), "far more"),
    "text of eight megabytes": (lambda: by_hand(body(paragraph("word " * 1_700_000))), "far more"),
    "a picture before it": (lambda: b"GIF89a" + release(), "not a Word file"),
    "a page before it": (lambda: b"PK\x03\x04<script>" + release(), "not built"),
    "something behind it": (lambda: release() + b"<script>alert(1)</script>", "not built"),
    "encrypted": (encrypted, "password"),
    "encrypted parts": (flagged, "password"),
    "an old Word file": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2_000, "old kind"),
    "a PDF": (lambda: b"%PDF-1.7\n" + b"x" * 500, "PDF"),
    "rich text": (lambda: b"{\\rtf1 hello}", "not a Word file"),
    "a picture": (picture, "not a Word file"),
    "a table sheet": (lambda: packed({"[Content_Types].xml": TYPES.replace("wordprocessingml.document", "spreadsheetml.sheet"), "xl/workbook.xml": "<a/>"}), "not a Word file"),
    "any archive": (lambda: packed({"a.txt": "a"}), "not a Word file"),
    "an archive of nothing": (lambda: packed({}), "not a Word file"),
    "no text in it": (lambda: packed({"[Content_Types].xml": TYPES, "_rels/.rels": RELS}), "cannot be read"),
    "not XML": (lambda: by_hand("words"), "broken"),
    "cut off": (lambda: release()[:-300], "broken"),
    "cut in the middle": (lambda: release()[:9_000], "broken"),
    "one part twice": (lambda: packed({"[Content_Types].xml": TYPES}) and _twice(), "not built"),
    "another compression": (lambda: packed({"[Content_Types].xml": TYPES, "word/document.xml": body("")}, compression=zipfile.ZIP_LZMA), "not built"),
    "nothing": (lambda: b"", "Choose a file"),
    "noise": (lambda: bytes(range(256)) * 50, "not a Word file"),
}  # fmt: skip
"""Name → how it is made, and a word of the sentence that refuses it."""


def _twice() -> bytes:
    import warnings

    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w") as archive:
        warnings.simplefilter("ignore")
        for name, content in (
            ("[Content_Types].xml", TYPES),
            ("word/document.xml", body("")),
            ("word/document.xml", body("x")),
        ):
            archive.writestr(name, content)
    return out.getvalue()

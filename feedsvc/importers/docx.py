"""A press release as people write it in Word: its headline, sub-head, text and pictures.

What a file is, is told from its bytes and not from its name. It is opened in a confined process (`docx_archive`,
`docx_text`); nothing of what comes back is trusted: it goes through the same sanitiser as any text.
"""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from feedsvc import confined
from feedsvc.characters import one_line
from feedsvc.errors import Invalid
from feedsvc.newsroom import html

FIELD = "word_file"
MOST_BYTES = 20 * 1024 * 1024
"""Of a file as it is handed in, pictures and all."""
MOST_BACK = 32 * 1024 * 1024
LONGEST_LINE = 500
MOST_TEXT = 1_000_000
"""Characters that come back as the text, marks and all: twice the longest that can be saved."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The container of Word files up to 2003, and of all that are encrypted: [MS-CFB] §2.2."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the file, just as it was in there."""

    content: bytes
    alt: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds that an item can have."""

    headline: str
    subhead: str
    body_html: str
    how: str
    """By what the headline was known: `title`, `heading`, `bold`, `line`, or nothing where there was none."""
    left: dict[str, int] = field(default_factory=dict)
    """What stayed behind, and how often: footnotes, comments, charts, drawings, equations, objects, pictures; also
    `changes` and `hidden`, which came along and should be looked at."""
    pictures: tuple[Picture, ...] = ()


def read(data: bytes) -> Found:
    """What the file holds. Raises Invalid under `word_file`, and Crowded."""
    refuse_others(data)
    back = json.loads(confined.run("feedsvc.importers.docx_text:read", data, field=FIELD, most_back=MOST_BACK))
    if sum(len(str(back[name])) for name in ("headline", "subhead", "body_html")) > MOST_TEXT:
        raise Invalid({FIELD: ("word_unfolds", {})})
    return Found(
        headline=one_line(str(back["headline"])),
        subhead=one_line(str(back["subhead"])),
        body_html=html.sanitise(str(back["body_html"])),
        how=str(back["how"]),
        left={str(name): int(count) for name, count in back["left"].items()},
        pictures=tuple(_picture(one) for one in back["pictures"]),
    )


def _picture(told: dict[str, Any]) -> Picture:
    return Picture(base64.b64decode(told["content"]), one_line(str(told["alt"])))


def refuse_others(data: bytes) -> None:
    """Raises Invalid for what is no .docx by its first bytes, and says what it is where that helps."""
    code = ""
    if not data:
        code = "no_word_file"
    elif len(data) > MOST_BYTES:
        limit = MOST_BYTES // 1024**2
        raise Invalid({FIELD: ("word_large", {"limit": limit})})
    elif data.startswith(_OLE):
        code = "word_locked" if "EncryptedPackage".encode("utf-16-le") in data else "word_old"
    elif data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"%PDF"):
        code = "word_pdf"
    elif not data.startswith(b"PK\x03\x04"):
        code = "word_other"
    if code:
        raise Invalid({FIELD: (code, {})})

"""Three hundred uploads that nobody means well: `make uploads` sends each through the door and prints the worst of them.

Each is refused in words or made anew without a byte of what was hidden in it, within 5 seconds and 256 MB. The same
seed gives the same files; a sample of every kind is sent in tests/integration/test_hostile_uploads.py.
"""

import logging
import os
import pickle
import random
import resource
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any

import structlog
from PIL import Image

from feedsvc import words
from feedsvc.errors import Invalid
from feedsvc.newsroom import pictures

SECONDS, MEMORY = 5.0, 256
"""Most for a case, to the end of its process; megabytes."""
MARK = b"zqxcanary<script>alert(document.domain)</script>"
"""Hidden in polyglots: no rendition may contain it."""
TYPES = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")


@dataclass(frozen=True, slots=True)
class Case:
    """One upload. `refused`: True and False where it must be so, None where either is right."""

    kind: str
    name: str
    data: bytes | Callable[[], bytes]
    """What makes it where that takes long."""
    refused: bool | None = None

    def made(self) -> bytes:
        """The file."""
        return self.data if isinstance(self.data, bytes) else self.data()


@cache
def good(kind: str = "JPEG", size: tuple[int, int] = (320, 240), mode: str = "RGB", **saved: Any) -> bytes:
    """A picture with something on it."""
    noise = Image.effect_noise(size, 50)
    written = BytesIO()
    noise.convert(mode if kind != "GIF" else "P").save(written, kind, **saved)
    return written.getvalue()


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(
    width: int, height: int, depth: int = 8, colour: int = 2, *, body: bytes | None = None, more: bytes = b""
) -> bytes:
    """A PNG of nothing but zeros, however large it says it is; a few kilobytes that unpack to all of it."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    if body is None:
        packer, line = zlib.compressobj(9), bytes(1 + (width * channels * depth + 7) // 8)
        lines = max(1, 4_000_000 // len(line))
        body = (
            b"".join(packer.compress(line * min(lines, height - at)) for at in range(0, height, lines)) + packer.flush()
        )
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    palette = _chunk(b"PLTE", bytes(768)) if colour == 3 else b""
    return b"\x89PNG\r\n\x1a\n" + head + palette + more + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _padded(name: bytes) -> bytes:
    """A small PNG with a chunk that unpacks to 200 MB."""
    between = b"x\0\0" if name != b"iTXt" else b"x\0\1\0\0\0"
    return png(64, 64, more=_chunk(name, between + zlib.compress(bytes(200_000_000), 9)))


def _flat(kind: str) -> bytes:
    """36 million pixels of nothing."""
    written = BytesIO()
    Image.new("P" if kind == "GIF" else "RGB", (6000, 6000)).save(written, kind)
    return written.getvalue()


def _scans(times: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again."""
    written = BytesIO()
    Image.new("L", (4000, 4000)).save(written, "JPEG", progressive=True)
    whole = written.getvalue()
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * times + b"\xff\xd9"


def bombs() -> Iterator[Case]:
    """Little that unpacks to much: some of it is just within what is allowed, and must be mastered."""
    for colour, depth in ((0, 1), (0, 8), (0, 16), (2, 8), (2, 16), (3, 8), (4, 8), (4, 16), (6, 8), (6, 16)):
        yield Case("bomb", f"40 Mpx, colour {colour}, depth {depth}", partial(png, 8000, 5000, depth, colour))
        yield Case(
            "bomb", f"49 Mpx, colour {colour}, depth {depth}", partial(png, 7000, 7000, depth, colour), refused=True
        )
    for name in (b"zTXt", b"iTXt", b"iCCP"):
        yield Case("bomb", f"{name.decode()} of 200 MB", partial(_padded, name))
    for kind in ("JPEG", "WEBP", "GIF", "AVIF"):
        yield Case("bomb", f"36 Mpx of nothing in {kind}", partial(_flat, kind))
    for times in (200, 2_000):
        yield Case("bomb", f"{times} scans", partial(_scans, times))
    yield Case("bomb", "zlib without end", lambda: png(3000, 3000, body=zlib.compress(bytes(300_000_000), 9)))


def claims() -> Iterator[Case]:
    """Headers that claim sizes beyond all measure, with next to nothing behind them."""
    for width, height in (
        (65_500, 65_500), (2**31 - 1, 1), (1, 2**31 - 1), (2**31 - 1, 2**31 - 1), (40_000_001, 1), (100_000, 100_000), (0, 5), (5, 0),
    ):  # fmt: skip
        yield Case("claim", f"PNG {width}×{height}", png(width, height, body=b"x\x9c"), refused=True)
    for size in (8_000, 30_000, 65_500):
        jpeg = bytearray(good())
        at = jpeg.index(b"\xff\xc0")
        jpeg[at + 5 : at + 9] = struct.pack(">HH", size, size)
        yield Case("claim", f"JPEG {size}", bytes(jpeg), refused=True)
        gif = bytearray(good("GIF"))
        gif[6:10] = struct.pack("<HH", size, size)
        yield Case("claim", f"GIF screen {size}", bytes(gif), refused=True)
        gif = bytearray(good("GIF"))
        at = gif.index(b"\x2c", 13 + 768)
        gif[at + 5 : at + 9] = struct.pack("<HH", size, size)
        yield Case("claim", f"GIF frame {size}", bytes(gif), refused=True)
        body = struct.pack("<I", 0x10) + struct.pack("<I", size - 1)[:3] * 2
        yield Case("claim", f"WebP {size}", b"RIFF\xff\xff\0\0WEBPVP8X" + struct.pack("<I", 10) + body, refused=True)
    yield Case("claim", "long and thin", png(20_000_000, 1), refused=None)
    yield Case("claim", "thin and long", png(1, 20_000_000), refused=None)


def _frames(kind: str, number: int) -> bytes:
    """An animation."""
    frames = [Image.new("P", (600, 600), n % 256) for n in range(number)]
    if kind != "GIF":
        frames = [one.convert("RGB") for one in frames]
    written = BytesIO()
    frames[0].save(written, kind, save_all=True, append_images=frames[1:], duration=1, loop=0)
    return written.getvalue()


def animated() -> Iterator[Case]:
    """Thousands of frames of which one is wanted."""
    for kind in ("GIF", "WEBP", "PNG"):
        for number in (2, 60, 300):
            yield Case("animated", f"{number} frames of {kind}", partial(_frames, kind, number), refused=False)
    head = good("GIF")
    frame = head[head.index(b"\x2c", 13 + 768) : -1]
    yield Case("animated", "20,000 frames", head[:-1] + frame[:64] * 20_000 + b";")


def polyglots() -> Iterator[Case]:
    """Pictures that are something else as well. What is hidden in them does not come out again."""
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("index.html", MARK)
    hidden = {
        "HTML": b"<!doctype html><html>" + MARK + b"</html>",
        "JavaScript": b"*/=1;" + MARK + b"/*",
        "PHP": b"<?php /*" + MARK + b"*/ system($_GET['x']); ?>",
        "zip": archive.getvalue(),
        "PDF": b"%PDF-1.7\n" + MARK,
        "SVG": b"<svg xmlns='http://www.w3.org/2000/svg'>" + MARK + b"</svg>",
    }
    for what, said in hidden.items():
        for kind in TYPES:
            yield Case("polyglot", f"{kind} and {what} behind it", good(kind) + said, refused=False)
        yield Case("polyglot", f"{what} alone, called a picture", said, refused=True)
        yield Case("polyglot", f"{what}, then a picture", said + good(), refused=True)
        yield Case("polyglot", f"{what} in a JPEG's comment", good(comment=said), refused=False)
        yield Case(
            "polyglot", f"{what} in a PNG's text", png(64, 64, more=_chunk(b"tEXt", b"x\0" + said)), refused=False
        )
        exif = Image.Exif()
        exif[0x010E] = said.decode("latin-1").replace("\0", " ")
        yield Case("polyglot", f"{what} in Exif", good(exif=exif.tobytes()), refused=False)
    yield Case("polyglot", "GIF that is a script", b"GIF89a/*" + good("GIF")[8:] + b"*/=1;" + MARK)
    yield Case(
        "polyglot",
        "XML with entities",
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><svg>&b;</svg>',
        refused=True,
    )


def strangers() -> Iterator[Case]:
    """Other things under a picture's name."""
    image = Image.new("RGB", (64, 64))
    for kind in ("BMP", "TIFF", "ICO", "PPM", "TGA", "PCX", "JPEG2000", "PDF", "EPS", "DDS", "SGI"):
        written = BytesIO()
        try:
            image.save(written, kind)
        except (OSError, KeyError):  # a Pillow without it
            written = BytesIO(kind.encode())
        yield Case("stranger", kind, written.getvalue(), refused=True)
    for name, data in (
        ("ELF", b"\x7fELF" + bytes(200)), ("MZ", b"MZ" + bytes(200)), ("gzip", b"\x1f\x8b" + bytes(99)), ("mp4", b"\0\0\0 ftypisom" + bytes(99)),
        ("HEIC", b"\0\0\0 ftypheic" + bytes(99)), ("nothing but zeros", bytes(9_999)), ("one byte", b"\xff"), ("nothing", b""),
    ):  # fmt: skip
        yield Case("stranger", name, data, refused=True)


def metadata() -> Iterator[Case]:
    """Profiles and Exif that lie."""
    for name, profile in (
        ("garbage", b"x" * 5_000),
        ("20 MB", bytes(20_000_000)),
        ("half", b"\0\0\x0c\x48Lino" + bytes(120)),
    ):
        for kind in ("JPEG", "PNG", "WEBP"):
            if kind == "JPEG" and len(profile) > 10_000_000:
                continue
            yield Case("metadata", f"profile of {name} in {kind}", good(kind, icc_profile=profile))
    for value in (0, 9, 65_535):
        exif = Image.Exif()
        exif[0x0112] = value
        yield Case("metadata", f"orientation {value}", good(exif=exif.tobytes()), refused=False)
    for tail in (b"", b"MM\0*\0\0\0\x08\xff\xff", b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\xff\xff\xff\xff" + bytes(8)):
        yield Case("metadata", f"broken Exif {tail[:4]!r}", good(exif=b"Exif\0\0" + tail))


def broken(dice: random.Random, number: int) -> Iterator[Case]:
    """Cut off, or with bytes turned over, as lines and attackers do it."""
    whole = {kind: good(kind) for kind in TYPES}
    for n in range(number):
        kind = TYPES[n % len(TYPES)]
        data = bytearray(whole[kind])
        if n % 3 == 0:
            yield Case("broken", f"{kind} cut off", bytes(data[: dice.randrange(1, len(data) * 9 // 10)]))
            continue
        for _ in range(dice.choice((1, 5, 50))):
            data[dice.randrange(8, min(len(data), dice.choice((200, len(data)))))] = dice.randrange(256)
        yield Case("broken", f"{kind} with wrong bytes", bytes(data))


def cases(number: int = 300) -> list[Case]:
    """All of them, the last kind filling up to the number."""
    found = [one for kind in (bombs, claims, animated, polyglots, strangers, metadata) for one in kind()]
    return found + list(broken(random.Random(4), number - len(found)))


def sent(case: Case) -> str:
    """What became of a case: a problem's code, or `made anew`. Raises AssertionError where that is not right."""
    try:
        made = pictures.prepared(case.made(), case.name)
    except Invalid as error:
        code, values = error.problems["file"]
        assert words.problem("en", code, values), case
        assert case.refused is not False, (case.kind, case.name, code)
        return code
    assert case.refused is not True, (case.kind, case.name)
    for name, part in made.parts.items():
        assert MARK not in part, (case.name, name)
        assert b"<script" not in part.lower(), (case.name, name)
        image = Image.open(BytesIO(part), formats=["JPEG" if name.endswith("jpg") else "WEBP"])
        image.load()
        assert max(image.size) <= 2 * 1_920, case.name
    return "made anew"


def send_all(folder: Path) -> int:
    """Sends every file of the folder, says what came of them, and gives 1 where a limit was passed."""
    slowest, ends, kinds = (0.0, ""), Counter[str](), Counter[str]()
    for path in sorted(folder.iterdir()):
        case = pickle.loads(path.read_bytes())  # our own, of a moment ago
        began = time.monotonic()
        ends[sent(case)] += 1
        slowest = max(slowest, (time.monotonic() - began, f"{case.kind}: {case.name}"))
        kinds[case.kind] += 1
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
    print(f"{kinds.total()} uploads:", ", ".join(f"{number} {kind}" for kind, number in kinds.most_common()))
    print("what became of them:", ", ".join(f"{number} {end}" for end, number in ends.most_common()))
    print(f"worst time: {slowest[0]:.2f} s ({slowest[1]}); worst memory: {memory:.0f} MB")
    return int(slowest[0] > SECONDS or memory > MEMORY)


def main() -> int:
    """Makes all of them here and has them sent from a process that is small: what a child is said to have had at most is
    never less than what the one had that began it.
    """
    if len(sys.argv) > 1:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        return send_all(Path(sys.argv[1]))
    with tempfile.TemporaryDirectory() as folder:
        for number, case in enumerate(cases()):
            (Path(folder) / f"{number:03}").write_bytes(pickle.dumps(replace(case, data=case.made())))
        # As a module, since a case must be of the same class there as here.
        code = "import sys, hostile_uploads; sys.exit(hostile_uploads.main())"
        here = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
        return subprocess.run([sys.executable, "-c", code, folder], env=here, check=False).returncode


if __name__ == "__main__":
    import hostile_uploads

    sys.exit(hostile_uploads.main())

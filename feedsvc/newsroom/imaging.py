"""Pictures made anew: opened, turned, in sRGB, without a word about camera or place, in the sizes that pages need.

Runs in the confined child alone (see confined.py), with 256 MB for everything. So a picture of 40 million pixels is never
there twice: JPEG is decoded at a fraction of its size, and all else is made smaller strip by strip.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO

from PIL import Image, ImageCms

from feedsvc.errors import Invalid

MOST_PIXELS = 40_000_000
STEPS = (320, 640, 1280, 1920)
"""Widths of the renditions, none larger than the picture itself; none is more than twice as high as its step."""
_KINDS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
_SIGNS = ((b"\xff\xd8\xff", 0), (b"\x89PNG\r\n\x1a\n", 0), (b"GIF8", 0), (b"WEBP", 8), (b"ftypavi", 4))
"""What such files begin with, and where."""
_HEIC = (b"ftyphei", b"ftyphev", b"ftypmif", b"ftypmsf")
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""Exif's orientation → what puts the picture upright."""
_LYING = 5
"""From this orientation on width and height change places."""
_ORIENTATION = 0x0112
_STRIP = 1_000_000
"""Pixels that are converted and made smaller at a time."""
_REACH = 4
"""How far a pixel of the smaller picture reaches around itself, in pixels of its own size: Lanczos, with one to spare."""
Size = tuple[int, int]

Image.MAX_IMAGE_PIXELS = None  # ours is said in words, and counted before anything is decoded


def renditions(data: bytes) -> bytes:
    """A line of JSON, `width`, `height`, `sizes` and `parts` (name and length), and behind it the parts' bytes.

    Raises Invalid for what is no picture or too large a one, and whatever Pillow raises for a broken one.
    """
    _need_picture(data)
    image = Image.open(BytesIO(data), formats=_KINDS)
    _need_few_pixels(*image.size)
    turn = _turn(image)
    full = image.size[::-1] if turn >= _LYING else image.size
    largest = _upright(_master(image, _steps(full)[-1][1], lying=turn >= _LYING), turn)
    del image
    parts: dict[str, bytes] = {}
    sizes = []
    for name, size in _steps(full):
        made = largest if size == largest.size else largest.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
        parts[f"{name}.jpg"], parts[f"{name}.webp"] = _jpeg(made), _webp(made)
        lengths = {kind: len(parts[f"{name}.{kind}"]) for kind in ("jpg", "webp")}
        sizes.append({"name": name, "width": size[0], "height": size[1], **lengths})
    head = {"width": full[0], "height": full[1], "sizes": sizes, "parts": [(n, len(b)) for n, b in parts.items()]}
    return json.dumps(head).encode() + b"\n" + b"".join(parts.values())


def _refuse(code: str, **values: object) -> None:
    raise Invalid({"": (code, values)})


def _need_picture(data: bytes) -> None:
    """Refuses by its first bytes what is no picture, and names the kinds that people try."""
    if not any(data.startswith(sign, at) for sign, at in _SIGNS):
        start = data[:1_024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        is_drawing = b"<svg" in start or start.startswith(b"<?xml")
        _refuse("svg" if is_drawing else "heic" if data.startswith(_HEIC, 4) else "not_a_picture")
    if data[8:12] == b"WEBP":
        _need_few_pixels(*_webp_size(data))


def _need_few_pixels(width: int, height: int) -> None:
    pixels = width * height
    if pixels > MOST_PIXELS:
        _refuse("too_many_pixels", pixels=-(-pixels // 1_000_000), limit=MOST_PIXELS // 1_000_000)


def _webp_size(data: bytes) -> Size:
    """Width and height from a WebP's header (RFC 9649 §2): Pillow makes room for them before it tells them."""
    kind, body = data[12:16], data[20:30]
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8L":
        packed = int.from_bytes(body[1:5], "little")
        return 1 + (packed & 0x3FFF), 1 + (packed >> 14 & 0x3FFF)
    return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF


def _turn(image: Image.Image) -> int:
    """Exif's orientation, 1 where there is none that can be read."""
    try:
        turn = int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001  # what a camera wrote there may be anything
        return 1
    return turn if turn in _TURNS else 1


def _steps(full: Size) -> list[tuple[str, Size]]:
    """Name and size of every rendition, from small to large, for a picture of this size."""
    found: list[tuple[str, Size]] = []
    for step in STEPS:
        scale = min(1.0, step / full[0], 2 * step / full[1])
        size = max(1, round(full[0] * scale)), max(1, round(full[1] * scale))
        if not found or size != found[-1][1]:
            found.append((str(step), size))
    return found


def _master(image: Image.Image, size: Size, *, lying: bool) -> Image.Image:
    """The picture as large as the largest rendition, in RGB, or RGBA where something of it can be seen through."""
    size = size[::-1] if lying else size
    profile = image.info.get("icc_profile")
    image.draft(None, size)  # no other mode is asked for; only JPEG knows it
    image.load()
    mode = "RGBA" if image.has_transparency_data else "CMYK" if image.mode == "CMYK" else "RGB"
    small = Image.new(mode, size)
    for top, strip in _strips(image, size, mode):
        small.paste(strip, (0, top))
    image.close()
    return _in_srgb(small, profile)


def _strips(image: Image.Image, size: Size, mode: str) -> Iterator[tuple[int, Image.Image]]:
    """The smaller picture in strips, each with its top; no more than a few of their pixels are there twice."""
    scale = image.height / size[1]
    rows = max(1, int(_STRIP / max(1.0, image.width * scale)))
    margin = int(_REACH * max(1.0, scale)) + 1
    for top in range(0, size[1], rows):
        bottom = min(size[1], top + rows)
        first, last = top * scale, min(bottom * scale, image.height)
        above, below = max(0, int(first) - margin), min(image.height, int(last) + 1 + margin)
        strip = _converted(image.crop((0, above, image.width, below)), mode)
        box = (0, first - above, image.width, min(last - above, strip.height))
        yield top, strip.resize((size[0], bottom - top), Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)


def _converted(strip: Image.Image, mode: str) -> Image.Image:
    """In another mode; of sixteen bits the upper eight."""
    if strip.mode.startswith("I"):
        strip = strip.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return strip if strip.mode == mode else strip.convert(mode)


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The colours as sRGB has them; as they are where the profile is missing, broken or for other colours."""
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    colours = image.convert("RGB") if alpha else image
    if profile:
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            srgb = ImageCms.createProfile("sRGB")
            colours = ImageCms.profileToProfile(colours, BytesIO(profile), srgb, outputMode="RGB") or colours
    colours = colours if colours.mode == "RGB" else colours.convert("RGB")
    if alpha and alpha.getextrema() != (255, 255):
        colours.putalpha(alpha)
    return colours


def _upright(image: Image.Image, turn: int) -> Image.Image:
    return image.transpose(_TURNS[turn]) if turn in _TURNS else image


def _jpeg(image: Image.Image) -> bytes:
    """As JPEG; what can be seen through stands on white."""
    if image.mode == "RGBA":
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    written = BytesIO()
    image.save(written, "JPEG", quality=82, optimize=True, progressive=True)
    return written.getvalue()


def _webp(image: Image.Image) -> bytes:
    written = BytesIO()
    image.save(written, "WEBP", quality=80, method=3)
    return written.getvalue()

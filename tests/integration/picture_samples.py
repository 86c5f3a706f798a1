"""Pictures for the tests, made when they are needed."""

from io import BytesIO
from typing import Any

from PIL import Image


def picture(width: int = 640, height: int = 480, kind: str = "JPEG", *, seed: int = 0, **saved: Any) -> bytes:
    """A picture with a gradient, so that its upper left corner is dark and its lower right one is not."""
    across = Image.linear_gradient("L").transpose(Image.Transpose.ROTATE_90).resize((width, height))
    down = Image.linear_gradient("L").resize((width, height))
    image = Image.merge("RGB", (across, down, Image.new("L", (width, height), seed % 256)))
    written = BytesIO()
    image.save(written, kind, **saved)
    return written.getvalue()

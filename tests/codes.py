"""Reads QR codes as a telephone does: from a picture of the page, or from the drawing in it."""

import io
import re

import zxingcpp
from PIL import Image

MODULE = 8
_STEP = re.compile(r"([Mmh])(-?[\d.]+)(?: ?(-?[\d.]+))?")


def read_picture(png: bytes) -> str:
    """Return what the code in a picture says."""
    return _read(Image.open(io.BytesIO(png)).convert("L"))


def read_code(svg: str, modules: int) -> str:
    """Return what a drawing of black strokes, one module high each, says."""
    picture = Image.new("L", (modules * MODULE, modules * MODULE), 255)
    x = y = 0.0
    for step, first, second in _STEP.findall(re.search(r'd="([^"]+)"', svg)[1]):
        if step == "h":
            box = (x, y - 0.5, x + float(first), y + 0.5)
            picture.paste(0, tuple(round(side * MODULE) for side in box))
            x += float(first)
        elif step == "m":
            x, y = x + float(first), y + float(second)
        else:
            x, y = float(first), float(second)
    return _read(picture)


def _read(picture: Image.Image) -> str:
    (found,) = zxingcpp.read_barcodes(picture)
    return found.text

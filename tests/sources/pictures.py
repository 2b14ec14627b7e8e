"""Pictures, and what pretends to be some."""

import io
import struct
import zlib

from PIL import Image, ImageDraw

RED, BLUE = (220, 20, 20), (20, 20, 220)


def picture(width_px: int = 1500, height_px: int = 1500, mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width_px, height_px), RED)
    ImageDraw.Draw(image).rectangle((width_px // 2, 0, width_px, height_px), fill=BLUE)
    return image.convert(mode)


def saved(image: Image.Image, form: str = "JPEG", **options: object) -> bytes:
    """Return a picture as a file."""
    output = io.BytesIO()
    image.save(output, form, **options)
    return output.getvalue()


def png_header(width_px: int, height_px: int) -> bytes:
    """Return the beginning of a PNG, which says that it is of some size."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    data = b"IDAT" + zlib.compress(b"")
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk
        + struct.pack(">I", len(data) - 4)
        + data
        + struct.pack(">I", zlib.crc32(data))
    )

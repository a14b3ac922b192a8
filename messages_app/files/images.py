"""Images: the outline read by our own walk, the pixels by Pillow, both within bounds (ATT-2, ATT-3)."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from messages_app.files.kinds import Kind, Problem

MAX_PIXELS = 50_000_000  # of all frames together, decoded
MAX_FRAMES = 2_000
MAX_SCANS = 100  # of a JPEG; each one is a pass over all its pixels
PNG_START = b"\x89PNG\r\n\x1a\n"
GIF_STARTS = (b"GIF87a", b"GIF89a")
JPEG_START = b"\xff\xd8\xff"
_PAGE_IN_IMAGE = re.compile(rb"<script|<html|<!doctype html|<\?php", re.IGNORECASE)
_PADDING = b"\0\r\n\t "


@dataclass(frozen=True, slots=True)
class Outline:
    """What the structure of an image says before anything is decoded."""

    end: int  # offset after the last byte that belongs to the image
    width: int
    height: int
    frames: int


def inspect_image(kind: Kind, content: bytes) -> Problem | None:
    """None when the whole image decodes. Raises what Pillow raises for images that do not."""
    outline = _OUTLINES[kind](content)
    if outline is None:
        return Problem.DAMAGED
    if outline.frames > MAX_FRAMES or (kind is Kind.JPEG and content.count(b"\xff\xda") > MAX_SCANS):
        return Problem.TOO_COMPLEX
    if outline.width * outline.height * max(outline.frames, 1) > MAX_PIXELS:
        return Problem.TOO_MANY_PIXELS
    # phones append depth maps and clips to a JPEG; nothing honest follows a PNG or GIF
    if kind is not Kind.JPEG and content[outline.end :].strip(_PADDING):
        return Problem.TWO_TYPES
    if _PAGE_IN_IMAGE.search(content):
        return Problem.TWO_TYPES
    return _decode(kind, content)


def _decode(kind: Kind, content: bytes) -> Problem | None:
    """Every pixel of every frame; a JPEG's further pictures are not shown by anybody."""
    formats = [kind.name]
    with Image.open(BytesIO(content), formats=formats) as image:
        image.verify()
    with Image.open(BytesIO(content), formats=formats) as image:
        for frame in range(1 if kind is Kind.JPEG else getattr(image, "n_frames", 1)):
            image.seek(frame)
            if image.width * image.height > MAX_PIXELS:
                return Problem.TOO_MANY_PIXELS
            image.load()
    return None


def _png_outline(content: bytes) -> Outline | None:
    """Chunks up to IEND, checksums included (PNG 3rd edition, 5.3)."""
    position, frames = len(PNG_START), 0
    width = height = 0
    while position + 12 <= len(content):
        length = int.from_bytes(content[position : position + 4], "big")
        name = content[position + 4 : position + 8]
        after = position + 12 + length
        body = content[position + 4 : after - 4]
        if after > len(content) or zlib.crc32(body) != int.from_bytes(content[after - 4 : after], "big"):
            return None
        if name == b"IHDR":
            width, height = int.from_bytes(body[4:8], "big"), int.from_bytes(body[8:12], "big")
        frames += name == b"fcTL"
        position = after
        if name == b"IEND":
            return Outline(position, width, height, frames)
    return None


def _gif_outline(content: bytes) -> Outline | None:
    """Blocks up to the trailer; the canvas grows to the frame that reaches furthest (GIF89a, 17-27)."""
    if len(content) < 13:
        return None
    width, height, frames = _u16(content, 6), _u16(content, 8), 0
    position = 13 + color_table(content[10])
    while position < len(content):
        block = content[position]
        if block == 0x3B:
            return Outline(position + 1, width, height, frames)
        if block == 0x2C and position + 10 < len(content):
            width = max(width, _u16(content, position + 1) + _u16(content, position + 5))
            height = max(height, _u16(content, position + 3) + _u16(content, position + 7))
            frames += 1
            position += 11 + color_table(content[position + 9])
        elif block == 0x21:
            position += 2
        else:
            return None
        position = after_sub_blocks(content, position)
    return None


def color_table(flags: int) -> int:
    """Length of the color table that these flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def after_sub_blocks(content: bytes, position: int) -> int:
    """Where the data sub-blocks that begin at `position` end: behind the empty one that closes them, or past
    the end of a file that was cut off (GIF89a, 15)."""
    while position < len(content) and content[position]:
        position += 1 + content[position]
    return position + 1


def _jpeg_outline(content: bytes) -> Outline | None:
    """Segments up to the first scan, and the end of image after it (ITU T.81, B.1.1)."""
    position, width, height = 2, 0, 0
    while position + 9 < len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        if marker == 0xFF:  # fill byte
            position += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height = int.from_bytes(content[position + 5 : position + 7], "big")
            width = int.from_bytes(content[position + 7 : position + 9], "big")
        if marker == 0xDA:
            end = content.find(b"\xff\xd9", position)
            return Outline(end + 2, width, height, 1) if end >= 0 and width and height else None
        position += 2 + int.from_bytes(content[position + 2 : position + 4], "big")
    return None


def _u16(content: bytes, position: int) -> int:
    return int.from_bytes(content[position : position + 2], "little")


_OUTLINES: dict[Kind, Callable[[bytes], Outline | None]] = {
    Kind.PNG: _png_outline,
    Kind.GIF: _gif_outline,
    Kind.JPEG: _jpeg_outline,
}

"""PNG without anything but its pictures, moving ones included (ATT-4; PNG 3rd edition)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO

from PIL import Image

from messages_app.files.images import PNG_START
from messages_app.files.repaint import orientation_of, repainted

# What a decoder needs for the right pixels, colours and moments. Not here: texts, EXIF, times, profiles.
_KEPT = {b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"cICP", b"sBIT", b"bKGD", b"pHYs", b"acTL"}
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_STEP = 1024 * 1024
_LEVEL = 6


def clean_png(content: bytes) -> bytes:
    """The scan lines packed anew, bit for bit the same pixels; a still one that lies on its side or has a
    colour profile of its own is painted anew. Raises ValueError where pixels are missing."""
    with Image.open(BytesIO(content), formats=["PNG"]) as image:
        moving = getattr(image, "is_animated", False)
        turned = orientation_of(image)
        if not moving and (turned != 1 or image.info.get("icc_profile")):
            content = _repacked(image)
    return b"".join(_cleaned(content, turned if moving else 1))


def _repacked(image: Image.Image) -> bytes:
    out = BytesIO()
    dots = image.info.get("dpi")
    picture = repainted(image)
    picture.save(out, "PNG", compress_level=1, **({"dpi": dots} if dots else {}))
    return out.getvalue()


def _cleaned(content: bytes, orientation: int) -> Iterator[bytes]:
    """The file in pieces. A moving picture's orientation stays, as the only entry of its EXIF."""
    packer = _Packer()
    yield PNG_START
    for name, body in _chunks(content):
        yield from packer.finish(name)
        if name == b"IHDR":
            packer.header = body
            yield _chunk(name, body)
            if orientation != 1:
                yield _chunk(
                    b"eXIf", b"MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0" + bytes([orientation]) + bytes(6)
                )
        elif name in (b"IDAT", b"fdAT"):
            packer.add(name, body)
        elif name == b"fcTL":
            yield _chunk(name, packer.begin_frame(body))
        elif name in _KEPT:
            yield _chunk(name, body)
    yield _chunk(b"IEND", b"")


class _Packer:
    """Packs the scan lines of one picture after the other; numbers the frames anew."""

    def __init__(self) -> None:
        self.header = b""
        self._size = (0, 0)
        self._data: list[bytes] = []
        self._name = b""
        self._number = 0

    def begin_frame(self, control: bytes) -> bytes:
        """The frame control chunk under its new number."""
        self._size = struct.unpack(">II", control[4:12])
        return self._numbered() + control[4:26]

    def add(self, name: bytes, body: bytes) -> None:
        self._name = name
        self._data.append(body[4:] if name == b"fdAT" else body)

    def finish(self, following: bytes) -> Iterator[bytes]:
        """What was collected, when another kind of chunk follows."""
        if not self._data or following == self._name:
            return
        whole = self._name == b"IDAT"
        size = struct.unpack(">II", self.header[:8]) if whole else self._size
        packed = _repack(b"".join(self._data), _lines_length(size, self.header))
        yield _chunk(self._name, packed if whole else self._numbered() + packed)
        self._data = []

    def _numbered(self) -> bytes:
        self._number += 1
        return struct.pack(">I", self._number - 1)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Up to IEND, which is the last one given."""
    position, name = len(PNG_START), b""
    while name != b"IEND" and position + 8 <= len(content):
        length = int.from_bytes(content[position : position + 4], "big")
        name = content[position + 4 : position + 8]
        yield name, content[position + 8 : position + 8 + length]
        position += 12 + length


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _lines_length(size: tuple[int, ...], header: bytes) -> int:
    """Bytes of all scan lines, each with its filter byte; those of seven passes where it is interlaced."""
    width, height = size
    bits = header[8] * _CHANNELS[header[9]]
    if not header[12]:
        return height * (1 + (width * bits + 7) // 8)
    total = 0
    for left, top, across, down in _ADAM7:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        total += rows * (1 + (columns * bits + 7) // 8) if columns > 0 and rows > 0 else 0
    return total


def _repack(data: bytes, length: int) -> bytes:
    """`length` unpacked bytes packed anew; whatever else lies in the stream is left out."""
    unpacker, packer = zlib.decompressobj(), zlib.compressobj(_LEVEL)
    parts, left = [], length
    while left:
        part = unpacker.decompress(data, min(left, _STEP))
        data = unpacker.unconsumed_tail
        if not part:
            raise ValueError("pixels are missing")
        left -= len(part)
        parts.append(packer.compress(part))
    return b"".join([*parts, packer.flush()])


def stripped_png(content: bytes) -> bytes:
    """The same picture, byte for byte, without texts, profiles and what cameras say: for pictures inside
    documents. Unchanged where it is no PNG."""
    if not content.startswith(PNG_START):
        return content
    needed = _KEPT | {b"IHDR", b"IDAT", b"IEND", b"fcTL", b"fdAT"}
    return PNG_START + b"".join(_chunk(name, body) for name, body in _chunks(content) if name in needed)

"""GIF without anything but its pictures, moving ones included (ATT-4; GIF89a)."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from PIL import Image

from messages_app.files.images import GIF_STARTS, after_sub_blocks, color_table

_HEAD = 13  # bytes: signature and screen
_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_GREY = b"".join(bytes([level] * 3) for level in range(256))
_INTERLACED = 0x40


def clean_gif(content: bytes) -> bytes:
    """Every frame packed anew: the same indices, palettes, moments and repetitions. Comments, text and what
    programs add are gone. Raises what Pillow raises for frames that do not unpack."""
    return b"".join(_cleaned(content, pack=True))


def stripped_gif(content: bytes) -> bytes:
    """The same frames, byte for byte, without comments, text and what programs add: for pictures inside
    documents. Unchanged where it is no GIF."""
    if not content.startswith(GIF_STARTS) or len(content) < _HEAD:
        return content
    return b"".join(_cleaned(content, pack=False))


def _cleaned(content: bytes, *, pack: bool) -> Iterator[bytes]:
    position = _HEAD + color_table(content[10])
    yield b"GIF89a" + content[6:12] + b"\0" + content[13:position]  # without its aspect of pixels
    while position < len(content):
        block = content[position]
        if block == 0x21:
            end = after_sub_blocks(content, position + 2)
            yield _extension(content[position:end])
        elif block == 0x2C and position + 9 < len(content):
            data = position + 10 + color_table(content[position + 9])
            end = after_sub_blocks(content, data + 1)
            if pack:
                descriptor = content[position : position + 9] + bytes([content[position + 9] & ~_INTERLACED])
                yield descriptor + content[position + 10 : data]
                yield _packed(content[position + 5 : position + 10], content[data:end])
            else:
                yield content[position:end]
        else:
            break
        position = end
    yield b";"


def _extension(block: bytes) -> bytes:
    """The block where it says when or how often to show something, nothing where it says anything else."""
    if block.startswith(b"\x21\xf9\x04"):
        return block[:7] + b"\0"
    if block[3:14] in _LOOPS and block[14:16] == b"\3\1":
        return block[:18] + b"\0"
    return b""


def _packed(size_and_flags: bytes, data: bytes) -> bytes:
    """The frame's indices, packed by our own encoder: read and written as a grey picture of its own."""
    size, flags = size_and_flags[:4], size_and_flags[4] & _INTERLACED
    single = b"GIF89a" + size + b"\xf7\0\0" + _GREY + b",\0\0\0\0" + size + bytes([flags]) + data + b";"
    out = BytesIO()
    with Image.open(BytesIO(single), formats=["GIF"]) as image:
        image.load()
        image.info.clear()
        image.save(out, "GIF", optimize=False, interlace=0)
    return _data_of(out.getvalue())


def _data_of(content: bytes) -> bytes:
    """The packed indices of the only frame."""
    position = _HEAD + color_table(content[10])
    while content[position] == 0x21:
        position = after_sub_blocks(content, position + 2)
    start = position + 10 + color_table(content[position + 9])
    return content[start : after_sub_blocks(content, start + 1)]

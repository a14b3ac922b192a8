"""Seal files of any length in segments, holding one segment in memory at a time (PRV-1).

A sealed stream is a header `version (1 byte) | stream id (16) | segment size (4)` and then the
segments, each `nonce (12) | ciphertext and tag (16)`. Associated data of every segment are the
header, its index, whether it is the last one, and the identity: a segment that is missing, moved,
repeated, added or taken from another stream does not open. All segments but the last are full;
an empty file is one empty segment.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag

from messages_app.sealing.seal import NONCE_BYTES, TAG_BYTES, SealBroken, cipher

SEGMENT_BYTES = 256 * 1024
MAX_SEGMENT_BYTES = 16 * 1024 * 1024
_VERSION = b"\x01"
_STREAM_ID_BYTES = 16
_HEADER_BYTES = len(_VERSION) + _STREAM_ID_BYTES + 4


def seal_segments(
    key: bytes, chunks: Iterable[bytes], *, identity: bytes, segment_size: int = SEGMENT_BYTES
) -> Iterator[bytes]:
    """Seal a file given in chunks of any size; yields the header and then segment by segment.

    `segment_size` is in plaintext bytes, 1 to MAX_SEGMENT_BYTES, else ValueError.
    """
    if not 0 < segment_size <= MAX_SEGMENT_BYTES:
        raise ValueError(f"A segment has 1 to {MAX_SEGMENT_BYTES} bytes, not {segment_size}.")
    header = _VERSION + os.urandom(_STREAM_ID_BYTES) + segment_size.to_bytes(4, "big")
    yield header
    aead = cipher(key)
    for index, (piece, last) in enumerate(_pieces(chunks, segment_size)):
        nonce = os.urandom(NONCE_BYTES)
        yield nonce + aead.encrypt(nonce, piece, _associated(header, index, last, identity))


def open_segments(key: bytes, blocks: Iterable[bytes], *, identity: bytes) -> Iterator[bytes]:
    """Open a sealed stream given in blocks of any size; yields the file segment by segment.

    Raises SealBroken at the first segment that is not the one sealed here. What was yielded
    before is genuine, but whether the file is whole is known only when the iterator ends.
    """
    source = iter(blocks)
    header, rest = _read_header(source)
    aead = cipher(key)
    sealed_size = int.from_bytes(header[-4:], "big") + NONCE_BYTES + TAG_BYTES
    for index, (piece, last) in enumerate(_pieces(_chain(rest, source), sealed_size)):
        nonce, sealed = piece[:NONCE_BYTES], piece[NONCE_BYTES:]
        try:
            plain = aead.decrypt(nonce, sealed, _associated(header, index, last, identity))
        except (InvalidTag, ValueError):  # ValueError: too short to hold nonce and tag
            raise SealBroken(f"Segment {index} is not the one that was sealed here.") from None
        yield plain


def _read_header(source: Iterator[bytes]) -> tuple[bytes, bytes]:
    """The header and what came after it in the same block."""
    start = bytearray()
    while len(start) < _HEADER_BYTES:
        block = next(source, None)
        if block is None:
            raise SealBroken("The stream ends before its header does.")
        start += block
    header = bytes(start[:_HEADER_BYTES])
    size = int.from_bytes(header[-4:], "big")
    if not header.startswith(_VERSION) or not 0 < size <= MAX_SEGMENT_BYTES:
        raise SealBroken("Not a sealed stream of a known version.")
    return header, bytes(start[_HEADER_BYTES:])


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _pieces(chunks: Iterable[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """Cut into pieces of `size` bytes, each with whether it is the last; at least one piece."""
    buffer = bytearray()
    for chunk in chunks:
        buffer += chunk
        while len(buffer) > size:  # one byte more must be there to know that it is not the last
            yield bytes(buffer[:size]), False
            del buffer[:size]
    yield bytes(buffer), True


def _associated(header: bytes, index: int, last: bool, identity: bytes) -> bytes:
    return header + index.to_bytes(8, "big") + (b"\x01" if last else b"\x00") + identity

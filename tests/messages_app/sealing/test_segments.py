"""Files sealed in segments open whole or not at all, however they are chunked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.sealing.seal import SealBroken
from messages_app.sealing.segments import MAX_SEGMENT_BYTES, open_segments, seal_segments

pytestmark = pytest.mark.rule("PRV-1")

KEY = bytes(range(32))
PLACE = b"attachment"
SIZE = 8


def chunked(content: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def sealed(content: bytes, *, key: bytes = KEY, place: bytes = PLACE) -> list[bytes]:
    """Header first, then one item per segment."""
    return list(seal_segments(key, [content], identity=place, segment_size=SIZE))


def opened(blocks: list[bytes], *, key: bytes = KEY, place: bytes = PLACE) -> bytes:
    return b"".join(open_segments(key, blocks, identity=place))


@given(
    content=st.binary(max_size=80),
    segment_size=st.integers(1, 20),
    in_chunks=st.integers(1, 90),
    out_blocks=st.integers(1, 200),
)
def test_any_chunking_opens_to_the_same_file(
    content: bytes, segment_size: int, in_chunks: int, out_blocks: int
) -> None:
    whole = b"".join(
        seal_segments(KEY, chunked(content, in_chunks), identity=PLACE, segment_size=segment_size)
    )
    assert b"".join(open_segments(KEY, chunked(whole, out_blocks), identity=PLACE)) == content


@pytest.mark.parametrize(
    ("length", "segments"),
    [(0, 1), (1, 1), (SIZE - 1, 1), (SIZE, 1), (SIZE + 1, 2), (2 * SIZE, 2), (2 * SIZE + 1, 3)],
)
def test_segments_are_full_but_the_last(length: int, segments: int) -> None:
    blocks = sealed(bytes(length))
    assert len(blocks) == 1 + segments
    assert opened(blocks) == bytes(length)


def test_no_chunks_and_empty_chunks_are_an_empty_file() -> None:
    for chunks in ([], [b""], [b"", b""]):
        assert opened(list(seal_segments(KEY, chunks, identity=PLACE))) == b""


THREE = b"first---second--third"


@pytest.mark.parametrize(
    ("what", "order"),
    [
        ("the last segment is missing", [0, 1, 2]),
        ("all segments are missing", [0]),
        ("the first segment is missing", [0, 2, 3]),
        ("two segments are exchanged", [0, 2, 1, 3]),
        ("a segment is repeated", [0, 1, 1, 2, 3]),
        ("the last segment is repeated", [0, 1, 2, 3, 3]),
        ("the header is missing", [1, 2, 3]),
        ("everything is missing", []),
    ],
)
def test_rearranged_segments_are_broken(what: str, order: list[int]) -> None:
    blocks = sealed(THREE)
    assert len(blocks) == 4
    with pytest.raises(SealBroken):
        opened([blocks[index] for index in order])


def test_every_truncation_is_broken() -> None:
    whole = b"".join(sealed(THREE))
    for kept in range(len(whole)):
        with pytest.raises(SealBroken):
            opened([whole[:kept]])


def test_an_extension_is_broken() -> None:
    with pytest.raises(SealBroken):
        opened([*sealed(THREE), b"\0"])


def test_every_changed_byte_is_broken() -> None:
    whole = b"".join(sealed(b"two segments"))
    for position in range(len(whole)):
        changed = bytearray(whole)
        changed[position] ^= 0x80
        with pytest.raises(SealBroken):
            opened([bytes(changed)])


def test_segments_of_another_version_of_the_same_file_are_broken() -> None:
    first, second = sealed(THREE), sealed(THREE)
    with pytest.raises(SealBroken):
        opened([*first[:2], second[2], first[3]])


def test_another_key_or_place_does_not_open() -> None:
    with pytest.raises(SealBroken):
        opened(sealed(THREE), key=bytes(32))
    with pytest.raises(SealBroken):
        opened(sealed(THREE), place=b"another attachment")


@pytest.mark.parametrize("size", [0, -1, MAX_SEGMENT_BYTES + 1])
def test_a_segment_size_out_of_bounds_is_a_bug(size: int) -> None:
    with pytest.raises(ValueError, match="A segment has 1 to"):
        next(seal_segments(KEY, [b"text"], identity=PLACE, segment_size=size))


@pytest.mark.parametrize("size", [1, MAX_SEGMENT_BYTES])
def test_the_smallest_and_the_largest_segment_size_work(size: int) -> None:
    blocks = list(seal_segments(KEY, [b"text"], identity=PLACE, segment_size=size))
    assert opened(blocks) == b"text"


def test_sealing_starts_before_the_file_was_read_to_its_end() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield bytes(SIZE)

    stream = open_segments(
        KEY, seal_segments(KEY, endless(), identity=PLACE, segment_size=SIZE), identity=PLACE
    )
    assert next(stream) == bytes(SIZE)

"""One sealed value opens with its own key, in its own place, unchanged, and in no other way."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.sealing.seal import OVERHEAD_BYTES, SealBroken, open_sealed, row_identity, seal

pytestmark = pytest.mark.rule("PRV-1")

KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))
PLACE = row_identity("message", "body", UUID(int=7))


@given(plaintext=st.binary(max_size=400))
def test_what_was_sealed_opens(plaintext: bytes) -> None:
    sealed = seal(KEY, plaintext, identity=PLACE)
    assert open_sealed(KEY, sealed, identity=PLACE) == plaintext
    assert len(sealed) == len(plaintext) + OVERHEAD_BYTES


@given(plaintext=st.binary(max_size=60), data=st.data())
def test_any_flipped_bit_breaks_it(plaintext: bytes, data: st.DataObject) -> None:
    sealed = bytearray(seal(KEY, plaintext, identity=PLACE))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SealBroken):
        open_sealed(KEY, bytes(sealed), identity=PLACE)


@given(junk=st.binary(max_size=80))
def test_arbitrary_bytes_never_open(junk: bytes) -> None:
    with pytest.raises(SealBroken):
        open_sealed(KEY, junk, identity=PLACE)


@pytest.mark.parametrize("kept", [0, 1, 12, OVERHEAD_BYTES - 1, OVERHEAD_BYTES])
def test_a_shortened_value_is_broken(kept: int) -> None:
    with pytest.raises(SealBroken):
        open_sealed(KEY, seal(KEY, b"text", identity=PLACE)[:kept], identity=PLACE)


def test_an_added_byte_breaks_it() -> None:
    with pytest.raises(SealBroken):
        open_sealed(KEY, seal(KEY, b"text", identity=PLACE) + b"\0", identity=PLACE)


@pytest.mark.parametrize(
    "place",
    [
        row_identity("message", "body", UUID(int=8)),
        row_identity("message", "subject", UUID(int=7)),
        row_identity("draft", "body", UUID(int=7)),
    ],
)
def test_a_value_moved_to_another_place_does_not_open(place: bytes) -> None:
    with pytest.raises(SealBroken):
        open_sealed(KEY, seal(KEY, b"text", identity=PLACE), identity=place)


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(SealBroken):
        open_sealed(OTHER_KEY, seal(KEY, b"text", identity=PLACE), identity=PLACE)


def test_the_plaintext_does_not_show_and_no_two_seals_are_equal() -> None:
    first, second = (seal(KEY, b"where is my parcel", identity=PLACE) for _ in range(2))
    assert b"parcel" not in first
    assert first != second


@pytest.mark.parametrize("length", [0, 16, 24, 31, 33])
def test_a_key_of_another_length_is_a_bug(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        seal(bytes(length), b"text", identity=PLACE)


def test_an_id_and_its_text_are_the_same_place() -> None:
    assert row_identity("message", "body", str(UUID(int=7))) == PLACE


@given(
    st.lists(
        st.tuples(*[st.text("ab.:/\\-", min_size=1, max_size=4)] * 3), min_size=2, max_size=6, unique=True
    )
)
def test_no_two_places_share_an_identity(places: list[tuple[str, str, str]]) -> None:
    assert len({row_identity(*place) for place in places}) == len(places)


@pytest.mark.parametrize("place", [("", "c", "1"), ("t", "", "1"), ("t", "c", ""), ("t\0c", "d", "1")])
def test_a_place_that_could_be_mistaken_is_a_bug(place: tuple[str, str, str]) -> None:
    with pytest.raises(ValueError, match="empty or hold NUL"):
        row_identity(*place)

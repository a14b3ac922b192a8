"""Master keys from the environment wrap data keys; rotation rewraps and changes no data key."""

from __future__ import annotations

import pytest

from messages_app.sealing.keys import (
    MasterKey,
    MasterKeys,
    UnknownMasterKey,
    needs_rewrap,
    new_data_key,
    unwrap_key,
    wrap_key,
)
from messages_app.sealing.seal import SealBroken

pytestmark = pytest.mark.rule("PRV-1")

OLD = bytes([0xFB, 0xEF] * 16)  # its base64 holds both + and /
NEW = bytes(range(32))
PLACE = b"thread"


def masters(*keys: bytes) -> MasterKeys:
    return MasterKeys(tuple(MasterKey(key) for key in keys))


def test_no_keys_at_all_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        masters()


def test_the_same_key_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        masters(OLD, OLD)


def test_keys_do_not_show_in_their_representation() -> None:
    assert repr(OLD)[2:-1] not in repr(masters(OLD))
    assert OLD.hex() not in repr(masters(OLD))


def test_a_wrapped_key_unwraps_and_does_not_show() -> None:
    key = new_data_key()
    wrapped = wrap_key(masters(NEW), key, identity=PLACE)
    assert key not in wrapped
    assert unwrap_key(masters(NEW), wrapped, identity=PLACE) == key


def test_data_keys_are_fresh_and_32_bytes() -> None:
    assert len({new_data_key() for _ in range(20)}) == 20
    assert len(new_data_key()) == 32


def test_rotation_keeps_the_data_key() -> None:
    key = new_data_key()
    wrapped = wrap_key(masters(OLD), key, identity=PLACE)
    both = masters(NEW, OLD)
    assert not needs_rewrap(masters(OLD), wrapped)
    assert needs_rewrap(both, wrapped)
    assert unwrap_key(both, wrapped, identity=PLACE) == key
    rewrapped = wrap_key(both, unwrap_key(both, wrapped, identity=PLACE), identity=PLACE)
    assert not needs_rewrap(both, rewrapped)
    assert unwrap_key(masters(NEW), rewrapped, identity=PLACE) == key


def test_a_key_of_a_retired_master_is_unknown() -> None:
    wrapped = wrap_key(masters(OLD), new_data_key(), identity=PLACE)
    with pytest.raises(UnknownMasterKey):
        unwrap_key(masters(NEW), wrapped, identity=PLACE)


def test_a_key_wrapped_for_another_row_does_not_open() -> None:
    wrapped = wrap_key(masters(NEW), new_data_key(), identity=PLACE)
    with pytest.raises(SealBroken):
        unwrap_key(masters(NEW), wrapped, identity=b"another thread")


def test_every_changed_byte_breaks_a_wrapped_key() -> None:
    wrapped = wrap_key(masters(NEW), new_data_key(), identity=PLACE)
    for position in range(len(wrapped)):
        changed = bytearray(wrapped)
        changed[position] ^= 0x01
        with pytest.raises(SealBroken):
            unwrap_key(masters(NEW), bytes(changed), identity=PLACE)


@pytest.mark.parametrize("wrapped", [b"", b"\x01", b"\x01" + bytes(7), b"\x02" + bytes(100)])
def test_what_is_no_wrapped_key_is_broken(wrapped: bytes) -> None:
    with pytest.raises(SealBroken):
        needs_rewrap(masters(NEW), wrapped)
    with pytest.raises(SealBroken):
        unwrap_key(masters(NEW), wrapped, identity=PLACE)

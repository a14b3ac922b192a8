"""Data keys and the master keys that wrap them (PRV-1).

A wrapped key is `version (1 byte) | master id (8) | sealed key`. Rotation puts a new master key in
front of the list and wraps again what `needs_rewrap`; the data key, and so all content, stays.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from hashlib import sha256

from messages_app.sealing.seal import KEY_BYTES, SealBroken, open_sealed, seal

MASTER_ID_BYTES = 8
WRAP_VERSION = b"\x01"
_HEADER_BYTES = len(WRAP_VERSION) + MASTER_ID_BYTES


class UnknownMasterKey(SealBroken):
    """The key was wrapped by a master key that is not (or no longer) in the list."""


@dataclass(frozen=True, slots=True)
class MasterKey:
    """A 32-byte key from the environment and the public id by which wrapped keys name it."""

    key: bytes = field(repr=False)

    @property
    def id(self) -> bytes:
        return sha256(b"master key id\0" + self.key).digest()[:MASTER_ID_BYTES]


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """All master keys that still open something, newest first; the newest wraps."""

    keys: tuple[MasterKey, ...]

    def __post_init__(self) -> None:
        if not self.keys:
            raise ValueError("There must be at least one master key.")
        if len({master.id for master in self.keys}) != len(self.keys):
            raise ValueError("The same master key stands in the list twice.")

    @property
    def newest(self) -> MasterKey:
        return self.keys[0]

    def find(self, master_id: bytes) -> MasterKey:
        """The key of that id, else UnknownMasterKey."""
        for master in self.keys:
            if master.id == master_id:
                return master
        raise UnknownMasterKey(f"No master key with the id {master_id.hex()}.")


def new_data_key() -> bytes:
    """32 fresh random bytes."""
    return os.urandom(KEY_BYTES)


def wrap_key(masters: MasterKeys, key: bytes, *, identity: bytes) -> bytes:
    """Seal a key by the newest master key, for the row that will hold it."""
    header = WRAP_VERSION + masters.newest.id
    return header + seal(masters.newest.key, key, identity=header + identity)


def unwrap_key(masters: MasterKeys, wrapped: bytes, *, identity: bytes) -> bytes:
    """The key that `wrap_key` was given; SealBroken or UnknownMasterKey when it does not open."""
    header, sealed = wrapped[:_HEADER_BYTES], wrapped[_HEADER_BYTES:]
    master = masters.find(_master_id(header))
    return open_sealed(master.key, sealed, identity=header + identity)


def needs_rewrap(masters: MasterKeys, wrapped: bytes) -> bool:
    """Whether another than the newest master key wrapped it; SealBroken when it is no wrapped key."""
    return _master_id(wrapped[:_HEADER_BYTES]) != masters.newest.id


def _master_id(header: bytes) -> bytes:
    if len(header) < _HEADER_BYTES or not header.startswith(WRAP_VERSION):
        raise SealBroken("Not a wrapped key of a known version.")
    return header[len(WRAP_VERSION) :]

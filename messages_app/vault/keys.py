"""Data keys: made, wrapped and opened. The master keys stay in the environment."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from django.conf import settings

from messages_app.models import SealingKey
from messages_app.sealing.keys import MasterKey, MasterKeys, new_data_key, unwrap_key, wrap_key
from messages_app.sealing.seal import row_identity


@lru_cache(maxsize=1)
def _masters(keys: tuple[bytes, ...]) -> MasterKeys:
    return MasterKeys(tuple(MasterKey(key) for key in keys))


def master_keys() -> MasterKeys:
    """The master keys of the environment, newest first."""
    return _masters(tuple(settings.MASTER_KEYS))


def _identity(key_id: UUID) -> bytes:
    return row_identity("sealingkey", "wrapped", key_id)


def new_sealing_key(purpose: str) -> SealingKey:
    """A fresh key as an unsaved row; save it in the transaction of what it seals."""
    row = SealingKey(purpose=purpose)
    row.wrapped = wrap_key(master_keys(), new_data_key(), identity=_identity(row.id))
    return row


@lru_cache(maxsize=4096)
def _unwrapped(masters: MasterKeys, key_id: UUID, wrapped: bytes) -> bytes:
    return unwrap_key(masters, wrapped, identity=_identity(key_id))


def open_key(row: SealingKey) -> bytes:
    """The 32 bytes of a data key. Raises SealBroken when no master key of ours opens it."""
    return open_wrapped(row.id, row.wrapped)


def open_wrapped(key_id: UUID, wrapped: bytes | memoryview) -> bytes:
    """As `open_key`, of a row that was read as plain values."""
    return _unwrapped(master_keys(), key_id, bytes(wrapped))


def rewrapped(row: SealingKey) -> bytes:
    """The same data key, wrapped by the newest master key. Raises SealBroken as `open_key` does."""
    return wrap_key(master_keys(), open_key(row), identity=_identity(row.id))


@lru_cache(maxsize=len(SealingKey.INSTALLATION))
def installation_key(purpose: str) -> bytes:
    """The installation's own key for a purpose of SealingKey.INSTALLATION.

    Made by the migrations and never changed (rotation rewraps it), so a process reads it once.
    """
    return open_key(SealingKey.objects.get(purpose=purpose))

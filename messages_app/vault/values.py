"""Sealed columns: text and JSON, bound to their row (design: a sealed value)."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from messages_app.sealing.seal import open_sealed, row_identity, seal
from messages_app.sealing.tokens import blind_token
from messages_app.vault.keys import installation_key


def seal_json(key: bytes, value: object, *, table: str, column: str, row_id: UUID) -> bytes:
    """`value` as sealed JSON for that very column of that very row."""
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return seal(key, plain, identity=row_identity(table, column, row_id))


def open_json(key: bytes, sealed: bytes | memoryview, *, table: str, column: str, row_id: UUID) -> Any:
    """What `seal_json` sealed. Raises SealBroken when it is not this row's, or was changed."""
    return json.loads(open_sealed(key, bytes(sealed), identity=row_identity(table, column, row_id)))


def token(value: str, *, purpose: str) -> bytes:
    """A blind, keyed token of a value: equal values give equal tokens, nothing leads back (PRV-2)."""
    return blind_token(installation_key("tokens"), value, purpose=purpose)

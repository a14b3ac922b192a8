from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from messages_app.policy.facts import Side
from messages_app.sealing.search_tokens import TOKEN_BYTES


class TokensField(models.Field[Sequence[int], list[int]]):
    """Numbers of 63 bits: `bigint[]` on PostgreSQL, eight bytes each in a row elsewhere."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "bigint[]" if connection.vendor == "postgresql" else "blob"

    def get_placeholder(self, value: Any, compiler: Any, connection: BaseDatabaseWrapper) -> str:
        return "%s::bigint[]" if connection.vendor == "postgresql" else "%s"

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        if value is None or connection.vendor == "postgresql":
            return value
        return packed_tokens(value)

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> list[int]:
        return value if isinstance(value, list) else unpacked_tokens(value)


def packed_tokens(tokens: Sequence[int]) -> bytes:
    """Eight bytes each, one after the other."""
    return b"".join(token.to_bytes(TOKEN_BYTES) for token in tokens)


def unpacked_tokens(packed: bytes) -> list[int]:
    """What `packed_tokens` was given."""
    starts = range(0, len(packed), TOKEN_BYTES)
    return [int.from_bytes(packed[start : start + TOKEN_BYTES]) for start in starts]


class SearchEntry(models.Model):
    """A message in one side's search: the blind tokens of what that side sees of it (BOX-6, PRV-2).

    PostgreSQL finds tokens by a GIN index. SQLite by the table `messages_app_searchwords` (FTS5 without
    content), whose rowid is the entry's `place`."""

    message = models.ForeignKey(
        "messages_app.Message", on_delete=models.CASCADE, related_name="search_entries", db_index=False
    )
    thread = models.ForeignKey(
        "messages_app.Thread", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    side = models.CharField(max_length=6, choices=[(side, side) for side in Side])
    owner = models.BigIntegerField()  # of that side: the seller or the buyer
    place = models.BigIntegerField()  # rises with the message's moment; see queries.search_places
    tokens = TokensField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "side"], name="one_search_entry_per_side")]
        indexes = [
            models.Index(fields=["side", "owner", "place"], name="search_entries_of_owner"),
            models.Index(fields=["thread", "side", "place"], name="search_entries_of_thread"),
        ]

    def __str__(self) -> str:
        return f"{self.side} search entry of {self.message_id}"

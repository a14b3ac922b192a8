"""Who writes in the benchmark."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Writer:
    """A buyer's address, the alias of the seller they write to, and an order to write about."""

    address: str
    alias: str
    order: str

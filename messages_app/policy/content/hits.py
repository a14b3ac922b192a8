"""What a detector hands back before spans are carried over to the original."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hit:
    """A place in a view; `allowed` ones are not reported, but nothing else is looked for there."""

    start: int
    end: int
    sure: bool = True
    allowed: bool = False

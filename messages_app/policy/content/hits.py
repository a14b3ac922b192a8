"""What a detector hands back before spans are carried over to the original."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hit:
    """A place in a view, where nothing else is looked for.

    `allowed` ones are not reported. An `open` one may as well be a host behind the word "at", so that
    place is also searched for links.
    """

    start: int
    end: int
    sure: bool = True
    allowed: bool = False
    open: bool = False

"""How a moderator's decision ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from messages_app.policy.verdict import Finding


class Outcome(StrEnum):
    """What became of it. Everything but DONE changed nothing."""

    DONE = "done"
    ALREADY = "already"  # somebody else decided, or the thing has moved on
    OWN = "own"  # the moderator is a party of that thread (MOD-6)
    NO_REASON = "no_reason"  # none was typed
    OBJECTED = "objected"  # something stops it now: see the objections
    NOT_POSSIBLE = "not_possible"  # no decision of that kind about that thing
    LOOK_FIRST = "look_first"  # too grave to be decided together with others


@dataclass(frozen=True, slots=True)
class Decided:
    """The outcome, with what the rules object where they do."""

    outcome: Outcome
    objections: tuple[Finding, ...] = ()


DONE = Decided(Outcome.DONE)
ALREADY = Decided(Outcome.ALREADY)
NOT_POSSIBLE = Decided(Outcome.NOT_POSSIBLE)

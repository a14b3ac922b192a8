"""What the gate says: findings, and the decision that the most severe of them makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class Severity(IntEnum):
    """How far a finding goes; the highest of a message decides (relay.md, decision table)."""

    DELIVER = 0  # said to the author, the message passes (masked or cleaned)
    HOLD = 1
    BLOCK = 2


class Verdict(StrEnum):
    DELIVER = "deliver"
    HOLD = "hold"
    BLOCK = "block"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule that spoke. `code` is stable and names the rule; `data` feeds the words of it."""

    code: str
    severity: Severity
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The gate's one answer (GATE-1, GATE-2). Findings stand in the order of the checks."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    critical: bool
    proactive: bool
    policy_version: str

"""How much of a long text is looked at closely (REL-4, POL's "never more than 1 s").

The beginning is judged whole. What lies behind it, up to the 10 MB of ATT-1, is judged around
signs of an address or a link, as far as a budget goes; a text with more of them than that is for a
person to look at.
"""

from __future__ import annotations

from dataclasses import dataclass

WHOLE = 8_000  # characters judged whole
BUDGET = 4_000  # characters judged further on
AROUND = 150  # characters each side of a sign
_STEP = AROUND // 2  # signs closer than that are one: what stands around them lies in the same window

_SIGNS = (
    *(
        "@",
        "＠",
        "%40",
        "&#",
        "://",
        "www.",
        "gmail",
        "(at)",
        "[at]",
        "arobas",
        "chiocciola",
        "malpa",
        "małpa",
    ),
    *("arroba", " dot ", " point ", " punto ", " punkt ", " kropka ", ".com", ".net", ".org", ".example"),
)


@dataclass(frozen=True, slots=True)
class Windows:
    """The spans to judge, ascending, and where the budget ran out, if it did."""

    spans: tuple[tuple[int, int], ...]
    given_up_at: int | None = None


def windows(text: str, whole: int = WHOLE) -> Windows:
    """Which parts of a text to judge."""
    if len(text) <= whole:
        return Windows(((0, len(text)),))
    spans = [(0, whole)]
    left = BUDGET
    for sign in _signs_from(text.lower(), whole - AROUND):
        start, end = max(sign - AROUND, spans[-1][1]), min(sign + AROUND, len(text))
        if end <= start:
            continue
        left -= end - start
        if left < 0:
            return Windows(_joined(spans), given_up_at=sign)
        spans.append((start, end))
    return Windows(_joined(spans))


def _signs_from(text: str, position: int) -> list[int]:
    """Where signs stand, ascending; of each kind no more than the budget could take."""
    found: list[int] = []
    most = (BUDGET + AROUND) // _STEP + 1
    for sign in _SIGNS:
        at = text.find(sign, position)
        count = 0
        while at >= 0 and count < most:
            found.append(at)
            count += 1
            at = text.find(sign, at + _STEP)
    return sorted(found)


def _joined(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined = spans[:1]
    for start, end in spans[1:]:
        if start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)

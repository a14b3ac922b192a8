"""Fields of Word documents: what their instructions would do, and where they lead (ATT-3)."""

from __future__ import annotations

import re

from messages_app.files.kinds import Problem

_DDE = re.compile(r"\bDDE(AUTO)?\b", re.IGNORECASE)
_OBJECT = re.compile(r"\b(LINK|EMBED)\s+\w+\.\w+", re.IGNORECASE)  # a program's class: Excel.Sheet.12
_LOADS = re.compile(
    r"\b(INCLUDE(PICTURE|TEXT)?|IMPORT|RD)\b[^\n]{0,40}?([a-z][a-z0-9+.-]{1,15}:[/\\]{2}|\\\\\w|//\w)"
    r"|\bDATABASE\s+\\",
    re.IGNORECASE,
)
_LINK = re.compile(r"\bHYPERLINK\s+(?:\"([^\"]{1,2000})|([^\"\s\\]\S{0,2000}))", re.IGNORECASE)


def problem_of(instructions: str) -> Problem | None:
    """Programs that are spoken to, objects of other programs, pictures and texts that are loaded."""
    if _DDE.search(instructions):
        return Problem.ACTION
    if _OBJECT.search(instructions):
        return Problem.EMBEDDED
    return Problem.REMOTE if _LOADS.search(instructions) else None


def links_of(instructions: str) -> tuple[str, ...]:
    """Targets of links, each once."""
    return tuple(dict.fromkeys(quoted or plain for quoted, plain in _LINK.findall(instructions)))

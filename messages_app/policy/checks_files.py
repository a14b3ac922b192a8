"""Checks on size and files: of a message at the gate, and of the files that wait in a draft for one."""

from __future__ import annotations

from typing import Protocol

from messages_app.policy.facts import FileFacts
from messages_app.policy.limits import MAX_FILES, Limits
from messages_app.policy.verdict import Finding, Severity


class Carried(Protocol):
    """What a message carries; `Facts` is one."""

    @property
    def files(self) -> tuple[FileFacts, ...]: ...

    @property
    def total_bytes(self) -> int: ...


def too_large(message: Carried, limits: Limits) -> Finding | None:
    """Body and decoded files together keep to the limit, itself included (ATT-1)."""
    if message.total_bytes <= limits.max_message_bytes:
        return None
    data = {
        "size": message.total_bytes,
        "limit": limits.max_message_bytes,
        "files": [{"name": file.name, "size": file.size} for file in message.files],
    }
    return Finding(code="too_large", severity=Severity.BLOCK, data=data)


def too_many_files(message: Carried, limits: Limits) -> Finding | None:
    """At most 20 attachments, inline images aside (ATT-3)."""
    count = sum(not file.inline for file in message.files)
    if count <= MAX_FILES:
        return None
    data = {"count": count, "limit": MAX_FILES}
    return Finding(code="too_many_files", severity=Severity.BLOCK, data=data)


def file_type(message: Carried, limits: Limits) -> Finding | None:
    """Every file is surely one of the seven types and sound (ATT-2); each that is not is named."""
    bad = [
        {"name": file.name, "problem": file.problem, "found": file.found}
        for file in message.files
        if file.kind is None or file.problem is not None
    ]
    return Finding(code="file_type", severity=Severity.BLOCK, data={"files": bad}) if bad else None


def infected(message: Carried, limits: Limits) -> Finding | None:
    """A virus is passed on to nobody (ATT-7)."""
    names = [file.name for file in message.files if file.infected]
    return Finding(code="infected", severity=Severity.BLOCK, data={"files": names}) if names else None


def unscanned(message: Carried, limits: Limits) -> Finding | None:
    """Nothing is passed unseen while the scanner is down, or where the file is too much for it (ATT-7)."""
    names = [file.name for file in message.files if file.unscanned]
    return Finding(code="unscanned", severity=Severity.HOLD, data={"files": names}) if names else None


def file_reveals(message: Carried, limits: Limits) -> Finding | None:
    """A file that shows a real address of the pair or the buyer's full name would be stopped by the leak gate
    when the mail leaves (MAIL-17); so nobody gets it on a page either."""
    names = [file.name for file in message.files if file.reveals]
    return Finding(code="file_reveals", severity=Severity.HOLD, data={"files": names}) if names else None


# What refuses a file, in the order in which its author hears of it.
REFUSING = (too_large, too_many_files, infected, file_type)


def refusal_of(carried: Carried, limits: Limits) -> Finding | None:
    """The first reason for which the gate would stop a message with these files (ATT-1 to ATT-3, ATT-7)."""
    return next((found for check in REFUSING if (found := check(carried, limits)) is not None), None)

"""The samples as files: what goes in, what must come out, and differences for people to read."""

from __future__ import annotations

import difflib
import email
import email.policy
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

RENEWAL = pytest.StashKey[Callable[[str, bytes], None]]()  # who takes the results instead of a comparison
FOLDER = Path(__file__).resolve().parent


def sample_names() -> list[str]:
    """The cases that lie in this folder."""
    return sorted(file.name.removesuffix(".in.eml") for file in FOLDER.glob("*.in.eml"))


def sample(name: str) -> bytes:
    return (FOLDER / f"{name}.in.eml").read_bytes()


def expected(name: str) -> bytes:
    """What must come of a sample; empty for one that nobody has written down yet."""
    file = FOLDER / f"{name}.out.eml"
    return file.read_bytes() if file.is_file() else b""


def readable(result: bytes) -> str:
    """A result for people: headers and text parts decoded, files by type, name and size."""
    mail = email.message_from_bytes(result, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    lines = []
    for depth, part in _walk(mail):
        lines += [f"{'  ' * depth}{name}: {value}" for name, value in part.items()]
        if part.get_content_maintype() != "multipart":
            lines += ["", *_words(part).replace("\r\n", "\n").split("\n")]
    return "\n".join(lines)


def _words(part: EmailMessage) -> str:
    if part.is_multipart():  # a delivery status: fields in blocks
        return "\n".join(str(block) for block in part.iter_parts())
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode() if part.get_content_maintype() == "text" else f"[{len(content)} bytes]"


def _walk(mail: EmailMessage, depth: int = 0) -> Iterator[tuple[int, EmailMessage]]:
    yield depth, mail
    if mail.get_content_maintype() == "multipart":
        for part in mail.iter_parts():
            assert isinstance(part, EmailMessage)
            yield from _walk(part, depth + 1)


def difference(before: bytes, now: bytes, name: str) -> str:
    """What changed, in decoded lines; in raw ones where no decoded line did."""
    readings = [(readable(before), readable(now)), (before.decode("latin-1"), now.decode("latin-1"))]
    for old, new in readings:
        lines = difflib.unified_diff(
            old.splitlines(), new.splitlines(), f"{name}.out.eml", f"{name} now", lineterm="", n=2
        )
        if told := "\n".join(lines):
            return told
    return ""

"""The header block: where it ends, and its fields, from bytes of any kind (MAIL-6, MAIL-7)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from messages_app.mail.charsets import decode_bytes

HEADER_BLOCK_LIMIT = 131_072  # bytes, without the empty line (MAIL-7)

_FIELD_START = re.compile(rb"[!-9;-~]+[ \t]*:")
_ENVELOPE_LINE = re.compile(rb">?From ")
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_CHARSET = re.compile(rb"charset=\"?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Field:
    """One header field: lower-case name, unfolded value; encoded words are not yet decoded."""

    name: str
    value: str


Fields = tuple[Field, ...]


def first(fields: Fields, name: str) -> str:
    """The value of the first field of that (lower-case) name, or ""."""
    return next((field.value for field in fields if field.name == name), "")


def every(fields: Fields, name: str) -> tuple[str, ...]:
    """The values of all fields of that (lower-case) name, topmost first."""
    return tuple(field.value for field in fields if field.name == name)


def header_block_too_large(raw: bytes) -> bool:
    """Whether the header block is over 131,072 bytes (MAIL-7: the door answers 552)."""
    return head_bounds(raw, 0, len(raw))[0] > HEADER_BLOCK_LIMIT


def head_bounds(raw: bytes, start: int, end: int) -> tuple[int, int]:
    """(end of the header block, start of the body) of the entity in raw[start:end].

    The block ends at the first empty line or, where that is missing, at the first line that
    can be no field. Past the limit only the empty line is looked for.
    """
    position = start
    while position < end:
        if position - start > HEADER_BLOCK_LIMIT:
            return _next_empty_line(raw, position, end)
        newline = raw.find(b"\n", position, end)
        after = end if newline < 0 else newline + 1
        line = raw[position : min(after, position + 1000)].rstrip(b"\r\n")
        if not line:
            return position, after
        if not _belongs_to_header(line, at_start=position == start):
            return position, position
        position = after
    return position, position


def _belongs_to_header(line: bytes, *, at_start: bool) -> bool:
    if line[:1] in (b" ", b"\t"):
        return not at_start
    return bool(_FIELD_START.match(line) or (at_start and _ENVELOPE_LINE.match(line)))


def _next_empty_line(raw: bytes, position: int, end: int) -> tuple[int, int]:
    found = [
        (at + 1, at + len(pattern))
        for pattern in (b"\n\n", b"\n\r\n")
        if (at := raw.find(pattern, position - 1, end)) >= 0
    ]
    return min(found, default=(end, end))


def read_fields(block: bytes) -> Fields:
    """The fields of a header block, in order; what lies beyond the limit is ignored.

    8-bit bytes are read as UTF-8, else in the charset that the block itself names.
    """
    block = block[:HEADER_BLOCK_LIMIT]
    named = _CHARSET.search(block)
    charset = named[1].decode("ascii") if named else ""
    fields: list[Field] = []
    for line in _FOLD.sub(b"", block).split(b"\n"):
        if _FIELD_START.match(line):
            name, _, value = line.partition(b":")
            text = decode_bytes(value.strip(), charset if not value.isascii() else "")
            fields.append(Field(name.decode("ascii").strip().lower(), text))
    return tuple(fields)

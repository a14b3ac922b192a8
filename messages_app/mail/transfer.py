"""Content-Transfer-Encoding: decoders that take any bytes and never raise (MAIL-6). Linear time."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))
_UU_BEGIN = re.compile(rb"begin [0-7]{3,4} (\S[^\r\n]{0,254})")


def decode_transfer(body: bytes, encoding: str) -> bytes:
    """The bytes behind a transfer encoding; an unknown one leaves them as they are."""
    name = encoding.strip(" \t\"'").partition(";")[0].partition(" ")[0].lower()
    if name == "base64":
        return decode_base64(body)
    if name == "quoted-printable":
        return binascii.a2b_qp(body)
    if name in ("x-uuencode", "uuencode", "x-uue", "uue"):
        found = split_uuencoded(body)[1]
        return found[0].content if found else body
    return body


def decode_base64(data: bytes) -> bytes:
    """Base64 with foreign characters skipped and missing padding allowed; ends at the first padding."""
    letters = data.translate(None, _NOT_BASE64).partition(b"=")[0]
    if len(letters) % 4 == 1:
        letters = letters[:-1]  # six bits alone are no byte
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


@dataclass(frozen=True, slots=True)
class UuFile:
    """A uuencoded block found in a text: its name as written (bytes) and what it holds."""

    name: bytes
    content: bytes


def split_uuencoded(body: bytes) -> tuple[bytes, list[UuFile]]:
    """Take complete `begin`...`end` blocks out of a text: (the text without them, the files)."""
    if b"begin " not in body:
        return body, []
    lines = body.split(b"\n")
    kept: list[bytes] = []
    files: list[UuFile] = []
    index = 0
    while index < len(lines):
        found = _UU_BEGIN.fullmatch(lines[index].rstrip(b"\r"))
        end, content = _uu_block(lines, index + 1) if found else (0, b"")
        if found and end:
            files.append(UuFile(found[1].strip(), content))
            index = end
        else:
            kept.append(lines[index])
            index += 1
    return b"\n".join(kept), files


def _uu_block(lines: list[bytes], start: int) -> tuple[int, bytes]:
    """(index after the `end` line, content); (0, b"") when the block breaks off or is empty.

    Every line that is no data stops the block, a further `begin` included, so each line is
    looked at once by the block it would belong to.
    """
    content = bytearray()
    for index in range(start, len(lines)):
        line = lines[index].rstrip(b"\r")
        if line == b"end":
            return (index + 1, bytes(content)) if content else (0, b"")
        data = _uu_line(line)
        if data is None:
            break
        content += data
    return 0, b""


def _uu_line(line: bytes) -> bytes | None:
    if not line.strip():
        return b""
    length = (line[0] - 32) & 63
    if not 32 <= line[0] <= 96 or len(line) > 86 or len(line) - 1 < (length * 4 + 2) // 3:
        return None
    try:
        return binascii.a2b_uu(line[: 1 + (length + 2) // 3 * 4])
    except binascii.Error:
        return None

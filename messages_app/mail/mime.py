"""Parts of a mail and their bytes: quoted-printable, base 64 and boundaries (RFC 2045, 2046)."""

from __future__ import annotations

import re
from binascii import b2a_base64, b2a_qp
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

_LINE_BYTES = 57  # makes 76 letters of base 64
_BLOCK_BYTES = _LINE_BYTES * 1024  # files are encoded block by block, never held twice whole
_HIGH_BYTES = bytes(range(128, 256))
_LINE_ENDS = re.compile(r"\r\n?")
_CONTROLS = re.compile("[\0-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part with content: its header fields (folded, ASCII) and its encoded body in pieces."""

    fields: tuple[str, ...]
    body: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Multipart:
    """Parts within a part; `subtype` may carry parameters."""

    subtype: str
    parts: tuple[Part, ...]


Part = Leaf | Multipart


def encoded_text(content_type: str, text: str) -> Leaf:
    """Text in UTF-8, quoted-printable, or base 64 where that is shorter. Controls are left out."""
    content = _CONTROLS.sub("", _LINE_ENDS.sub("\n", text)).encode()
    if not content.endswith(b"\n"):
        content += b"\n"
    body: Iterable[bytes] = (b2a_qp(content, istext=True).replace(b"\n", b"\r\n"),)
    encoding = "quoted-printable"
    # Quoted-printable makes three of each such byte, base 64 four of three.
    if len(content) - len(content.translate(None, _HIGH_BYTES)) > len(content) // 5:
        body, encoding = base64_lines(content.replace(b"\n", b"\r\n")), "base64"
    return Leaf(
        (f'Content-Type: {content_type}; charset="utf-8"', f"Content-Transfer-Encoding: {encoding}"), body
    )


_HIGH_BYTES = bytes(range(128, 256))


def encoded_file(content_type: str, fields: tuple[str, ...], content: bytes) -> Leaf:
    """Any bytes as base 64 under their type and further header fields."""
    return Leaf((content_type, "Content-Transfer-Encoding: base64", *fields), base64_lines(content))


def base64_lines(content: bytes) -> Iterator[bytes]:
    """Lines of 76 letters with CRLF, a block of them at a time."""
    view = memoryview(content)
    for start in range(0, len(view), _BLOCK_BYTES):
        letters = b2a_base64(view[start : start + _BLOCK_BYTES], newline=False)
        yield b"\r\n".join(letters[at : at + 76] for at in range(0, len(letters), 76)) + b"\r\n"


def serialise(fields: list[str], body: Part, seed: bytes) -> bytes:
    """The whole mail. Boundaries hold `=_`, which no encoded body can contain (RFC 2045 section 6.7)."""
    out = BytesIO()
    out.write("".join(f"{field}\r\n" for field in [*fields, "MIME-Version: 1.0"]).encode("ascii"))
    _write(out, body, sha256(b"boundary\0" + seed).digest())
    return out.getvalue()


def _write(out: BytesIO, part: Part, seed: bytes) -> None:
    if isinstance(part, Leaf):
        out.write("".join(f"{field}\r\n" for field in part.fields).encode("ascii") + b"\r\n")
        out.writelines(part.body)
        return
    boundary = f"=_{seed.hex()[:40]}"
    out.write(f'Content-Type: multipart/{part.subtype};\r\n boundary="{boundary}"\r\n\r\n'.encode("ascii"))
    for number, inner in enumerate(part.parts):
        out.write(f"--{boundary}\r\n".encode("ascii"))
        _write(out, inner, sha256(seed + b"%d" % number).digest())
        out.write(b"\r\n")
    out.write(f"--{boundary}--\r\n".encode("ascii"))

"""A strict reader of finished mails, for the leak gate alone: no code shared with what writes or reads mail.

Our own mails are simple and regular. Whatever is not is `Unreadable`: the gate is closed by default.
"""

from __future__ import annotations

import codecs
import re
from binascii import Error as BinasciiError
from binascii import a2b_base64, a2b_qp
from collections.abc import Iterator
from dataclasses import dataclass

MAX_DEPTH = 20
MAX_PARTS = 500

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_FOLDING = re.compile(r"\r?\n(?=[ \t])")
_FIELD = re.compile(r"([\x21-\x39\x3b-\x7e]+):[ \t]*(.*)", re.DOTALL)
_BOUNDARY = re.compile(r";\s*boundary\s*=\s*(?:\"([^\"]+)\"|([^\s;\"]+))", re.IGNORECASE)
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([A-Za-z0-9._:+-]+)", re.IGNORECASE)
_FILE_MARK = re.compile(r"^\s*attachment\b|;\s*filename\b", re.IGNORECASE)
_TEXT_CODECS = re.compile(
    r"utf-(?:8|16(?:-[bl]e)?)|ascii|iso8859-\d+|cp(?:125\d|437|850|852|932|936|949|950|1361)|koi8-[ru]"
    r"|gb(?:2312|k|18030)|big5|shift_jis|euc_(?:jp|kr)"
)
_BASE64_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n\t "


class Unreadable(Exception):
    """A part that cannot be taken apart with certainty."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Something to search: header fields, a text, or a file's bytes."""

    place: str
    text: str = ""
    file: bytes | None = None


def read_pieces(raw: bytes) -> Iterator[Piece]:
    """Everything in the mail, decoded. Raises Unreadable, also after some pieces have come out."""
    yield from _read_part(raw, "mail", [])


def _read_part(raw: bytes, place: str, above: list[str]) -> Iterator[Piece]:
    """One part. `above` collects the places on the way, so that depth and number have their bounds."""
    if place.count(".") > MAX_DEPTH or len(above) > MAX_PARTS:
        raise Unreadable(place)
    above.append(place)
    head, body = _split(raw, place)
    fields = _fields(head, place)
    yield Piece(f"header of {place}", "\n".join(f"{name}: {value}" for name, value in fields))
    kind = _single(fields, "content-type", "text/plain", place)
    media_type = kind.partition(";")[0].strip().lower()
    encoding = _single(fields, "content-transfer-encoding", "7bit", place).strip().lower()
    if media_type.startswith("multipart/"):
        if encoding not in ("7bit", "8bit", "binary"):
            raise Unreadable(place)
        yield from _read_multipart(body, kind, place, above)
        return
    content = _decode(body, encoding, place)
    if media_type in ("message/rfc822", "message/global"):
        yield from _read_part(content, f"{place}.1", above)
    elif _is_file(media_type, _single(fields, "content-disposition", "", place)):
        yield Piece(place, file=content)
    else:
        yield Piece(place, _text(content, kind, place))


def _split(raw: bytes, place: str) -> tuple[str, bytes]:
    raw = raw.lstrip(b"\r\n") if place != "mail" and raw[:1] in (b"\r", b"\n") else raw
    end = _HEAD_END.search(raw)
    head, body = (raw[: end.start()], raw[end.end() :]) if end else (raw, b"")
    try:
        return head.decode("ascii"), body
    except UnicodeDecodeError:
        raise Unreadable(place) from None


def _fields(head: str, place: str) -> list[tuple[str, str]]:
    fields = []
    for line in re.split(r"\r?\n", _FOLDING.sub("", head)):
        found = _FIELD.fullmatch(line)
        if found is None:
            raise Unreadable(place)
        fields.append((found[1].lower(), found[2]))
    return fields


def _single(fields: list[tuple[str, str]], name: str, default: str, place: str) -> str:
    values = [value for field, value in fields if field == name]
    if len(values) > 1:
        raise Unreadable(place)
    return values[0] if values else default


def _is_file(media_type: str, disposition: str) -> bool:
    if _FILE_MARK.search(disposition):
        return True
    return not media_type.startswith(("text/", "message/"))


def _read_multipart(body: bytes, kind: str, place: str, above: list[str]) -> Iterator[Piece]:
    found = _BOUNDARY.search(kind)
    if found is None:
        raise Unreadable(place)
    delimiter = b"\n--" + (found[1] or found[2]).encode("ascii")
    before, *parts = (b"\n" + body).split(delimiter)
    if not parts:
        raise Unreadable(place)
    for number, part in enumerate(parts, start=1):
        if part.startswith(b"--"):
            yield Piece(f"around {place}", (before + b"\n" + part[2:]).decode("latin-1"))
            if number < len(parts):
                break
            return
        line, end, inner = part.partition(b"\n")
        if line.strip() or not end:
            break
        yield from _read_part(inner, f"{place}.{number}", above)
    raise Unreadable(place)


def _decode(body: bytes, encoding: str, place: str) -> bytes:
    if encoding in ("7bit", "8bit", "binary", ""):
        return body
    if encoding == "quoted-printable":
        return a2b_qp(body)
    if encoding != "base64" or body.translate(None, _BASE64_LETTERS):
        raise Unreadable(place)
    try:
        return a2b_base64(body)
    except BinasciiError:
        raise Unreadable(place) from None


def _text(content: bytes, kind: str, place: str) -> str:
    found = _CHARSET.search(kind)
    try:
        codec = codecs.lookup(found[1] if found else "utf-8").name
    except LookupError:
        raise Unreadable(place) from None
    if not _TEXT_CODECS.fullmatch(codec):
        raise Unreadable(place)
    return content.decode(codec, "replace")

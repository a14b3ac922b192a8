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

_AS_IT_IS = ("7bit", "8bit", "binary", "")
_LINE_END = re.compile(rb"\r?\n")
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
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=\r\n\t ]")
_REST_OF_DELIMITER = re.compile(rb"(--)?[ \t]*(?:\r?\n|\Z)")


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
    yield from _Reader(raw).part(0, len(raw), "mail")


class _Reader:
    """Walks over one mail by offsets, so that a large file is copied once, when it is decoded."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._parts = 0

    def part(self, start: int, end: int, place: str) -> Iterator[Piece]:
        """One part with everything in it."""
        self._parts += 1
        if place.count(".") > MAX_DEPTH or self._parts > MAX_PARTS:
            raise Unreadable(place)
        head, body = self._head(start, end, place)
        fields = _fields(head, place)
        yield Piece(f"header of {place}", "\n".join(f"{name}: {value}" for name, value in fields))
        kind = _single(fields, "content-type", "text/plain", place)
        media_type = kind.partition(";")[0].strip().lower()
        encoding = _single(fields, "content-transfer-encoding", "7bit", place).strip().lower()
        if media_type.startswith("multipart/"):
            if encoding not in _AS_IT_IS:
                raise Unreadable(place)
            yield from self._multipart(body, end, kind, place)
            return
        content = self._decoded(body, end, encoding, place)
        if media_type in ("message/rfc822", "message/global"):
            yield from _Reader(content).part(0, len(content), f"{place}.1")
        elif _is_file(media_type, _single(fields, "content-disposition", "", place)):
            yield Piece(place, file=content)
        else:
            yield Piece(place, _text(content, kind, place))

    def _head(self, start: int, end: int, place: str) -> tuple[str, int]:
        """The header block and where the body begins."""
        empty = _LINE_END.match(self._raw, start, end)
        found = empty or _HEAD_END.search(self._raw, start, end)
        head = self._raw[start : found.start() if found else end]
        if not head.isascii() or (place == "mail" and not head):
            raise Unreadable(place)
        return head.decode("ascii"), found.end() if found else end

    def _multipart(self, start: int, end: int, kind: str, place: str) -> Iterator[Piece]:
        found = _BOUNDARY.search(kind)
        if found is None:
            raise Unreadable(place)
        delimiter = b"--" + (found[1] or found[2]).encode("ascii")
        before, opened = start, 0
        for number, (line, after, closing) in enumerate(self._delimiters(start, end, delimiter)):
            if number:
                yield from self.part(opened, line, f"{place}.{number}")
            else:
                before = line
            opened = after
            if closing:
                around = self._raw[start:before] + b"\n" + self._raw[after:end]
                yield Piece(f"around {place}", around.decode("latin-1"))
                return
        raise Unreadable(place)

    def _delimiters(self, start: int, end: int, delimiter: bytes) -> Iterator[tuple[int, int, bool]]:
        """Of each delimiter line: where the text before it ends, where the next begins, if it closes."""
        position = start
        while (position := self._raw.find(delimiter, position, end)) >= 0:
            line = _REST_OF_DELIMITER.match(self._raw, position + len(delimiter), end)
            if line and (position == start or self._raw[position - 1 : position] == b"\n"):
                yield max(position - 1, start), line.end(), bool(line[1])
                position = line.end()
            else:
                position += len(delimiter)

    def _decoded(self, start: int, end: int, encoding: str, place: str) -> bytes:
        if encoding in _AS_IT_IS:
            return self._raw[start:end]
        if encoding == "quoted-printable":
            return a2b_qp(self._raw[start:end])
        if encoding != "base64" or _NOT_BASE64.search(self._raw, start, end):
            raise Unreadable(place)
        try:
            return a2b_base64(memoryview(self._raw)[start:end])
        except BinasciiError:
            raise Unreadable(place) from None


def _fields(head: str, place: str) -> list[tuple[str, str]]:
    fields: list[tuple[str, str]] = []
    if not head:
        return fields
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


def _text(content: bytes, kind: str, place: str) -> str:
    found = _CHARSET.search(kind)
    try:
        codec = codecs.lookup(found[1] if found else "utf-8").name
    except LookupError:
        raise Unreadable(place) from None
    if not _TEXT_CODECS.fullmatch(codec):
        raise Unreadable(place)
    return content.decode(codec, "replace")

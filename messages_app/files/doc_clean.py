"""Word's older format without what it says about its author, written over in place ([MS-DOC], [MS-OLEPS])."""

from __future__ import annotations

import struct
from io import BytesIO

import olefile

_TABLE_FLAG = 0x0200  # FibBase.fWhichTblStm
_SUMMARIES = {
    "\x05SummaryInformation": bytes.fromhex("e0859ff2f94f6810ab9108002b27b3d9"),
    "\x05DocumentSummaryInformation": bytes.fromhex("02d5cdd59c2e1b10939708002b2cf9ae"),
}
_EMPTY = struct.Struct("<HHI16sI16sIII")  # a property set of one section without properties
# Places in FibRgFcLcb97 of lists of strings: associated ones (author, template), who changed, who saved it
_STRING_LISTS = (32, 51, 71)
_COMMENTERS = 36  # GrpXstAtnOwners: strings one after the other
_FIRST_PAIR = 154  # offset in the WordDocument stream
_COUNT_AT = 152


def clean_doc(content: bytes) -> bytes:
    """The same file with its summaries emptied and the people's names in it blanked; every length stays, so
    that nothing else moves. What does not look as described is left as it is. Raises what olefile raises."""
    file = BytesIO(content)
    with olefile.OleFileIO(file, write_mode=True) as ole:
        for name, identity in _SUMMARIES.items():
            if ole.exists(name) and ole.get_size(name) >= _EMPTY.size:
                empty = _EMPTY.pack(0xFFFE, 0, 0, bytes(16), 1, identity, 48, 8, 0)
                ole.write_stream(name, empty.ljust(ole.get_size(name), b"\0"))
        _blank_names(ole)
        return file.getvalue()


def _blank_names(ole: olefile.OleFileIO) -> None:
    word = ole.openstream("WordDocument").read()
    if len(word) < _FIRST_PAIR:
        return
    table_name = "1Table" if int.from_bytes(word[10:12], "little") & _TABLE_FLAG else "0Table"
    table = bytearray(ole.openstream(table_name).read())
    before = bytes(table)
    for index in _STRING_LISTS:
        _blank_list(table, *_place(word, index))
    _blank_strings(table, *_place(word, _COMMENTERS))
    if table != before:
        ole.write_stream(table_name, bytes(table))


def _place(word: bytes, index: int) -> tuple[int, int]:
    """(start, end) in the table stream; empty where the document has no such list."""
    at = _FIRST_PAIR + 8 * index
    if index >= int.from_bytes(word[_COUNT_AT : _COUNT_AT + 2], "little") or at + 8 > len(word):
        return 0, 0
    start, length = struct.unpack_from("<II", word, at)
    return start, start + length


def _blank_list(table: bytearray, start: int, end: int) -> None:
    """An STTB of two-byte characters: a mark, a count, the length of extra data, then strings with it."""
    if end > len(table) or end - start < 6 or table[start : start + 2] != b"\xff\xff":
        return
    extra = int.from_bytes(table[start + 4 : start + 6], "little")
    _blank_strings(table, start + 6, end, extra)


def _blank_strings(table: bytearray, start: int, end: int, extra: int = 0) -> None:
    """Strings behind their count of characters become as many blanks."""
    if end > len(table):
        return
    while start + 2 <= end:
        length = 2 * int.from_bytes(table[start : start + 2], "little")
        if start + 2 + length > end:
            return
        table[start + 2 : start + 2 + length] = b" \0" * (length // 2)
        start += 2 + length + extra

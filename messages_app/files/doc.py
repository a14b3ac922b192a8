"""Word documents of the older kind: an OLE compound file with a WordDocument stream ([MS-DOC])."""

from __future__ import annotations

import re
from io import BytesIO

import olefile

from messages_app.files.fields import links_of, problem_of
from messages_app.files.kinds import Inspected, Problem

OLE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORD_IDENT = 0xA5EC  # FibBase.wIdent
_ENCRYPTED_FLAG = 0x0100  # FibBase.fEncrypted: RC4, CryptoAPI or XOR obfuscation
_TABLE_FLAG = 0x0200  # FibBase.fWhichTblStm
_FIB_BYTES = 32
_MACROS = {"macros", "_vba_project_cur", "vba", "_vba_project", "vbaproject"}
_OBJECTS = {"objectpool", "\x01ole10native", "package"}
_OTHER_MAINS = {"workbook", "book", "powerpoint document", "visiodocument", "__properties_version1.0"}
# a field begins with 0x13, its result with 0x14; it stands in one-byte or in two-byte characters
_FIELD = re.compile(rb"\x13([^\x13\x14\x15]{1,2000})")
_WIDE_FIELD = re.compile(rb"\x13\0((?:(?!\x13\0|\x14\0|\x15\0)..){1,2000})", re.DOTALL)


def inspect_doc(content: bytes) -> Inspected:
    """Without problem for a sound document without macros, objects or encryption (ATT-3).

    Raises what olefile raises for files that are none.
    """
    with olefile.OleFileIO(BytesIO(content)) as ole:
        paths = [[part.lower() for part in path] for path in ole.listdir(streams=True, storages=False)]
        roots = {path[0] for path in paths if len(path) == 1}
        storages = {path[0] for path in paths}
        if "encryptedpackage" in roots or "encryptioninfo" in roots:
            return Inspected(Problem.ENCRYPTED)
        if "worddocument" not in roots:
            return Inspected(Problem.NOT_ALLOWED_TYPE)
        if roots & _OTHER_MAINS:
            return Inspected(Problem.TWO_TYPES)
        with ole.openstream("WordDocument") as stream:
            word = stream.read()
    fields = _fields(word)
    problem = _inspect_head(word, roots) or problem_of(fields) or _inspect_paths(paths)
    return Inspected(problem, links_of(fields), signed="_signatures" in roots or "_xmlsignatures" in storages)


def _inspect_head(word: bytes, roots: set[str]) -> Problem | None:
    """The head of the document (FibBase)."""
    flags = int.from_bytes(word[10:12], "little")
    if len(word) < _FIB_BYTES or int.from_bytes(word[:2], "little") != _WORD_IDENT:
        return Problem.DAMAGED
    if flags & _ENCRYPTED_FLAG:
        return Problem.ENCRYPTED
    if ("1table" if flags & _TABLE_FLAG else "0table") not in roots:
        return Problem.DAMAGED
    return None


def _fields(word: bytes) -> str:
    """The instructions of all fields, apart from each other."""
    narrow = [found.decode("cp1252", "replace") for found in _FIELD.findall(word)]
    wide = [found.decode("utf-16-le", "replace") for found in _WIDE_FIELD.findall(word)]
    return "\n".join(narrow + wide)


def _inspect_paths(paths: list[list[str]]) -> Problem | None:
    """Streams anywhere that hold macros or objects; Word's empty storages for them are harmless."""
    parts = {part for path in paths for part in path}
    if parts & _MACROS:
        return Problem.MACRO
    return Problem.EMBEDDED if parts & _OBJECTS else None

"""PDF: everything that a reader can reach from the trailer, walked within bounds (ATT-2, ATT-3)."""

from __future__ import annotations

import re
from io import BytesIO

from pypdf import PdfReader, apply_configuration
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject, StreamObject

from messages_app.files.kinds import Problem
from messages_app.files.text import decode_text

_START = re.compile(rb"%PDF-\d")
_WITHIN = 1024  # readers look this far for the start, and this far from the end for the end
MAX_OBJECTS = 100_000  # dictionaries, arrays and references
_MAX_STREAM = 20 * 1024 * 1024  # unpacked bytes of one stream
_ENCRYPT = re.compile(rb"/Encrypt\s*(\d+\s+\d+\s+R|<<)")
_RAW_ACTION = re.compile(rb"/S\s*/(JavaScript|Launch|SubmitForm|ImportData)\b")
_SCRIPT_KEYS = {"/JS", "/JavaScript", "/XFA"}
_ACTIONS = {
    "/JavaScript": Problem.SCRIPT,
    "/Launch": Problem.ACTION,
    "/SubmitForm": Problem.ACTION,
    "/ImportData": Problem.ACTION,
    "/GoToE": Problem.EMBEDDED,
    "/RichMediaExecute": Problem.EMBEDDED,
}
_MEDIA = {"/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/3D", "/Screen"}
_INVOICE = re.compile(r"(factur-x|zugferd(-invoice)?|xrechnung)\.xml", re.IGNORECASE)
_CONTAINERS = (IndirectObject, DictionaryObject, ArrayObject)
_NO_ACTIONS_BELOW = {"/StructTreeRoot"}  # tags of the text; large, and never holds an action


def starts_as_pdf(content: bytes) -> bool:
    """Whether a reader would take it for a PDF: the mark near the start, and an object."""
    return bool(_START.search(content, 0, _WITHIN)) and b" obj" in content


def inspect_pdf(content: bytes) -> Problem | None:
    """None for a sound PDF without scripts, actions and files (one invoice XML aside, ATT-3).

    Raises what pypdf raises for files that it cannot read.
    """
    tail = content.rstrip(b"\0\r\n\t ")[-_WITHIN:]
    if b"%%EOF" not in tail or b"startxref" not in tail:
        return Problem.DAMAGED
    if _ENCRYPT.search(content):
        return Problem.ENCRYPTED
    raw = _RAW_ACTION.search(content)  # in older versions of the file too, which a reader may show
    if raw:
        return _ACTIONS["/" + raw[1].decode()]
    with apply_configuration(
        maximum_declared_stream_length=_MAX_STREAM,
        zlib_maximum_output_length=_MAX_STREAM,
        lzw_maximum_output_length=_MAX_STREAM,
        run_length_maximum_output_length=_MAX_STREAM,
        array_based_stream_maximum_output_length=_MAX_STREAM,
        stream_decoding_work_maximum_length=4 * _MAX_STREAM,
    ):
        reader = PdfReader(BytesIO(content), root_object_recovery_limit=1_000)
        return Problem.ENCRYPTED if reader.is_encrypted else _Walk().inspect(reader)


class _Walk:
    """One walk over all objects from the catalog on, each visited once."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._pages = 0
        self._file_names: set[str] = set()
        self._files: dict[int, PdfObject | None] = {}

    def inspect(self, reader: PdfReader) -> Problem | None:
        waiting: list[PdfObject | None] = [reader.root_object]
        visited = 0
        while waiting:
            visited += 1
            if visited > MAX_OBJECTS:
                return Problem.TOO_COMPLEX
            value = waiting.pop()
            if isinstance(value, IndirectObject):
                if value.idnum in self._seen:
                    continue
                self._seen.add(value.idnum)
                value = value.get_object()
            if isinstance(value, DictionaryObject):
                problem = self._inspect_dictionary(value)
                if problem:
                    return problem
                inner = [item for key, item in value.items() if key not in _NO_ACTIONS_BELOW]
            else:
                inner = list(value) if isinstance(value, ArrayObject) else []
            waiting += [item for item in inner if isinstance(item, _CONTAINERS)]
        return self._inspect_files() if self._pages else Problem.DAMAGED

    def _inspect_dictionary(self, value: DictionaryObject) -> Problem | None:
        self._pages += _name(value, "/Type") == "/Page"
        if _SCRIPT_KEYS & value.keys():
            return Problem.SCRIPT
        action = _ACTIONS.get(_name(value, "/S"))
        if action:
            return action
        if _name(value, "/Subtype") in _MEDIA and "/Rect" in value:
            return Problem.EMBEDDED
        if "/EF" in value:
            self._add_file(value)
        return None

    def _add_file(self, specification: DictionaryObject) -> None:
        self._file_names |= {_text(specification, key) for key in ("/F", "/UF") if key in specification}
        files = _resolved(specification, "/EF")
        for file in files.values() if isinstance(files, DictionaryObject) else ():
            number = file.idnum if isinstance(file, IndirectObject) else -len(self._files) - 1
            self._files[number] = file.get_object()

    def _inspect_files(self) -> Problem | None:
        """One embedded file is allowed: the XML of an electronic invoice."""
        if not self._files and not self._file_names:
            return None
        named = bool(self._file_names) and all(_INVOICE.fullmatch(name) for name in self._file_names)
        is_invoice = named and len(self._files) == 1 and all(map(_is_xml, self._files.values()))
        return None if is_invoice else Problem.EMBEDDED


def _resolved(value: DictionaryObject, key: str) -> PdfObject | None:
    item = value.get(key)
    return item.get_object() if isinstance(item, PdfObject) else None


def _name(value: DictionaryObject, key: str) -> str:
    item = _resolved(value, key)
    return item if isinstance(item, str) else ""


def _text(value: DictionaryObject, key: str) -> str:
    return _name(value, key).strip()


def _is_xml(file: PdfObject | None) -> bool:
    if not isinstance(file, StreamObject):
        return False
    text = decode_text(file.get_data())
    return text is not None and text.lstrip("\ufeff \t\r\n").startswith("<")

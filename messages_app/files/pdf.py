"""PDF: every object of the file looked at, within bounds (ATT-2, ATT-3). qpdf reads names, strings and
object streams."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO

import pikepdf

from messages_app.files.kinds import Inspected, Problem
from messages_app.files.pdf_objects import Collection, collections_of, name_at, text_at
from messages_app.files.text import decode_text

_START = re.compile(rb"%PDF-\d")
_WITHIN = 1024  # readers look this far for the start, and this far from the end for the end
MAX_OBJECTS = 500_000  # dictionaries, arrays and streams
MAX_LINKS = 1_000
_LINK_LENGTH = 2_000  # characters; a longer one is judged by its beginning
_ENCRYPT = re.compile(rb"/Encrypt\s*(\d+\s+\d+\s+R|<<)")
_RAW_ACTION = re.compile(rb"/S\s*/(JavaScript|Launch|SubmitForm|ImportData)\b")
_SCRIPT_KEYS = ("/JS", "/JavaScript", "/XFA")
_ACTIONS = {
    "/JavaScript": Problem.SCRIPT,
    "/Launch": Problem.ACTION,
    "/SubmitForm": Problem.ACTION,
    "/ImportData": Problem.ACTION,
    "/GoToE": Problem.EMBEDDED,
    "/RichMediaExecute": Problem.EMBEDDED,
    "/Rendition": Problem.EMBEDDED,
    "/Movie": Problem.EMBEDDED,
    "/Sound": Problem.EMBEDDED,
}
_TO_OTHER_FILES = ("/GoToR", "/Thread")
_MEDIA = {"/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/3D", "/Screen"}
_INVOICE = re.compile(r"(factur-x|zugferd(-invoice)?|xrechnung)\.xml", re.IGNORECASE)
_SCRIPT_LINK = re.compile(r"\s*(javascript|vbscript|data):", re.IGNORECASE)
_ANOTHER_PLACE = re.compile(r"[/\\]{2}|:")  # of another machine or drive; a bare name leads nowhere


class _Refused(Exception):
    """Leaves the walk at the first thing that decides."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


def starts_as_pdf(content: bytes) -> bool:
    """Whether a reader would take it for a PDF: the mark near the start, and an object."""
    return bool(_START.search(content, 0, _WITHIN)) and b" obj" in content


def inspect_pdf(content: bytes) -> Inspected:
    """Without problem for a sound PDF without scripts, actions and files (one invoice XML aside, ATT-3).

    Raises what pikepdf raises for files that it cannot read. Memory and time are those of the streams that
    hold objects: call it where they are bounded.
    """
    tail = content.rstrip(b"\0\r\n\t ")[-_WITHIN:]
    if b"%%EOF" not in tail or b"startxref" not in tail:
        return Inspected(Problem.DAMAGED)
    if _ENCRYPT.search(content):
        return Inspected(Problem.ENCRYPTED)
    raw = _RAW_ACTION.search(content)  # in older versions of the file too, which a reader may show
    if raw:
        return Inspected(_ACTIONS["/" + raw[1].decode()])
    try:
        with pikepdf.open(BytesIO(content)) as pdf:
            return _Walk().inspect(pdf)
    except pikepdf.PasswordError:
        return Inspected(Problem.ENCRYPTED)
    except _Refused as refused:
        return Inspected(refused.problem)


class _Walk:
    """One look at all objects, those that nothing refers to included."""

    def __init__(self) -> None:
        self._links: dict[str, None] = {}
        self._file_names: set[str] = set()
        self._files: dict[tuple[int, int], Collection] = {}
        self._signed = False

    def inspect(self, pdf: pikepdf.Pdf) -> Inspected:
        if pdf.is_encrypted:
            return Inspected(Problem.ENCRYPTED)
        for count, value in enumerate(collections_of(pdf), start=1):
            if count > MAX_OBJECTS:
                return Inspected(Problem.TOO_COMPLEX)
            if not isinstance(value, pikepdf.Array):
                self._inspect_dictionary(value)
        if not len(pdf.pages):
            return Inspected(Problem.DAMAGED)
        return Inspected(self._inspect_files(), tuple(self._links), self._signed)

    def _inspect_dictionary(self, value: Collection) -> None:
        if any(key in value for key in _SCRIPT_KEYS):
            raise _Refused(Problem.SCRIPT)
        if "/S" in value:
            self._inspect_action(value)
        if "/Rect" in value and name_at(value, "/Subtype") in _MEDIA:
            raise _Refused(Problem.EMBEDDED)
        if isinstance(value, pikepdf.Stream):
            self._inspect_stream(value)
        if "/EF" in value:
            self._add_file(value)
        if "/ByteRange" in value and "/Contents" in value:
            self._signed = True
        if "/Base" in value:  # what all links of the document begin with
            self._add_link(text_at(value, "/Base"))

    def _inspect_action(self, value: Collection) -> None:
        action = name_at(value, "/S")
        if action in _ACTIONS:
            raise _Refused(_ACTIONS[action])
        if action in _TO_OTHER_FILES and any(map(_ANOTHER_PLACE.search, _file_targets(value))):
            raise _Refused(Problem.ACTION)
        if action == "/URI":
            self._add_link(text_at(value, "/URI"))

    def _inspect_stream(self, value: Collection) -> None:
        if "/F" in value or "/Ref" in value:  # its data lies in another file
            raise _Refused(Problem.REMOTE)
        if name_at(value, "/Type") == "/EmbeddedFile":
            self._files[value.objgen] = value

    def _add_link(self, target: str) -> None:
        if _SCRIPT_LINK.match(target):
            raise _Refused(Problem.SCRIPT)
        if target:
            self._links[target[:_LINK_LENGTH]] = None
        if len(self._links) > MAX_LINKS:
            raise _Refused(Problem.TOO_COMPLEX)

    def _add_file(self, specification: Collection) -> None:
        self._file_names |= {text_at(specification, key) for key in ("/F", "/UF") if key in specification}
        files = specification.get("/EF")
        for file in files.values() if isinstance(files, pikepdf.Dictionary) else ():
            if not isinstance(file, pikepdf.Stream):
                raise _Refused(Problem.EMBEDDED)
            self._files[file.objgen] = file

    def _inspect_files(self) -> Problem | None:
        """One embedded file is allowed: the XML of an electronic invoice."""
        if not self._files and not self._file_names:
            return None
        named = bool(self._file_names) and all(_INVOICE.fullmatch(name) for name in self._file_names)
        is_invoice = named and len(self._files) == 1 and all(map(_is_xml, self._files.values()))
        return None if is_invoice else Problem.EMBEDDED


def _file_targets(action: Collection) -> Iterator[str]:
    """The names of the file that an action leads to."""
    target = action.get("/F")
    if isinstance(target, pikepdf.Dictionary):
        yield from (text_at(target, key) for key in ("/F", "/UF"))
    else:
        yield text_at(action, "/F")


def _is_xml(file: Collection) -> bool:
    text = decode_text(file.read_bytes())
    return text is not None and text.lstrip("\ufeff \t\r\n").startswith("<")

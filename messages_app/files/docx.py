"""Word documents of the newer kind: a ZIP of XML parts (ECMA-376), bounded before it is unpacked."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterator
from io import BytesIO
from xml.parsers import expat

from messages_app.files.fields import links_of, problem_of
from messages_app.files.kinds import Inspected, Problem

MAX_ENTRIES = 2_000
MAX_UNPACKED = 100 * 1024 * 1024  # bytes of all entries together
_MAX_DIRECTORY = 1024 * 1024  # bytes of the ZIP's directory: MAX_ENTRIES of 500 bytes each
_END = struct.Struct("<4s4H2LH")
_END_START = b"PK\x05\x06"
_CHUNK = 64 * 1024
MAX_XML = 50 * 1024 * 1024  # bytes of all XML parts together
MAX_LINKS = 1_000
_LINK_LENGTH = 2_000  # characters; a longer one is judged by its beginning
MAX_DEPTH = 1_000  # elements inside each other
_MAX_TAG = 4 * 1024 * 1024  # bytes without a closing angle; Word packs whole drawings into attributes
_CONTENT_TYPES = "[Content_Types].xml"
_MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_XML_PARTS = (".xml", ".rels", ".vml", ".svg", ".psmdcp")
_OTHER_PARTS = re.compile(
    r".*printersettings\d*\.bin|.*\.(png|jpe?g|gif|bmp|tiff?|emf|wmf|wdp|webp|odttf|ttf|otf|fntdata|sigs)",
    re.IGNORECASE,
)
_CLIMBING = re.compile(r"(^|[/\\])\.\.([/\\]|$)|^[/\\]|^[A-Za-z]:|\\|\0")
_MACRO_PARTS = re.compile(r"(^|/)vba(project|data)[^/]*$", re.IGNORECASE)
_OBJECT_PARTS = re.compile(r"^word/(embeddings|activex)/", re.IGNORECASE)
_MACRO_TYPES = re.compile(r"macroenabled|vbaproject|vbadata", re.IGNORECASE)
_OBJECT_RELATIONS = {"oleobject", "package", "control", "activexcontrolbinary", "afchunk", "subdocument"}
# where most templates lie: on the author's own disk; file://server, \\server and https:// do not match
_LOCAL = re.compile(r"(file:///)?([A-Za-z]:[/\\])?(?![/\\%])[^:]*", re.IGNORECASE)
_SIGNATURES = "_xmlsignatures/"
_FIELD_TAGS = {"instrText", "delInstrText"}
_PICTURE_TAGS = {"imagedata", "fill", "stroke", "image", "use", "feImage"}  # of VML and SVG
_OUTSIDE = re.compile(r"\s*(?!data:)([a-z][a-z0-9+.-]{1,15}:|[/\\]{2})", re.IGNORECASE)
_WATCHED = (
    _FIELD_TAGS
    | _PICTURE_TAGS
    | {
        "Relationship",
        "Override",
        "Default",
        "OLEObject",
        "altChunk",
        "fldSimple",
        "fldChar",
    }
)


class _Refused(Exception):
    """Leaves the parser at the first thing that decides."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


def ends_as_zip(content: bytes) -> bool:
    """Whether a program that looks for a ZIP from the end would find one here."""
    position = content.rfind(_END_START, max(0, len(content) - 65_557))
    if position < 0 or len(content) - position < _END.size:
        return False
    *_, size, offset, _comment = _END.unpack_from(content, position)
    return bool(0 < size <= position and offset <= position)


def inspect_docx(content: bytes) -> Inspected:
    """Without problem for a sound document without macros, objects, DTDs or outside parts (ATT-3).

    Raises what zipfile and expat raise for files that are none.
    """
    problem = _inspect_directory(content)
    if problem:
        return Inspected(problem)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        problem = _inspect_entries(archive.infolist())
        if problem:
            return Inspected(problem)
        try:
            return _inspect_parts(archive)
        except _Refused as refused:
            return Inspected(refused.problem)


def _inspect_directory(content: bytes) -> Problem | None:
    """The end record alone says how much there is to read; it must end the file."""
    position = content.rfind(_END_START, max(0, len(content) - 65_557))
    if position < 0 or len(content) - position < _END.size:
        return Problem.DAMAGED
    _, disk, first_disk, here, entries, size, offset, comment = _END.unpack_from(content, position)
    if entries > MAX_ENTRIES or size > _MAX_DIRECTORY:
        return Problem.BOMB
    whole = position + _END.size + comment == len(content) and offset + size == position
    return None if whole and not disk and not first_disk and here == entries else Problem.DAMAGED


def _inspect_entries(entries: list[zipfile.ZipInfo]) -> Problem | None:
    names = [entry.orig_filename for entry in entries]
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        return Problem.BOMB
    if sum(entry.file_size for entry in entries if is_xml(entry.orig_filename)) > MAX_XML:
        return Problem.TOO_COMPLEX
    if any(_CLIMBING.search(name) for name in names):
        return Problem.BOMB
    if any(entry.flag_bits & 0x1 for entry in entries):
        return Problem.ENCRYPTED
    if len({name.lower() for name in names}) != len(names):  # two readers might choose differently
        return Problem.DAMAGED
    if _CONTENT_TYPES not in names:
        return Problem.NOT_ALLOWED_TYPE
    return next((problem for name in names if (problem := _inspect_name(name))), None)


def _inspect_name(name: str) -> Problem | None:
    if _MACRO_PARTS.search(name):
        return Problem.MACRO
    if _OBJECT_PARTS.search(name) and not name.endswith("/"):
        return Problem.EMBEDDED
    known = is_xml(name) or name.endswith("/") or _OTHER_PARTS.fullmatch(name)
    return None if known else Problem.EMBEDDED


def _inspect_parts(archive: zipfile.ZipFile) -> Inspected:
    """Read every entry to its end: checksums, real sizes, and each XML part by a parser."""
    names, links = archive.namelist(), dict[str, None]()
    types = _Part()
    types.read(_chunks(archive, _CONTENT_TYPES))
    if any(_MACRO_TYPES.search(declared) for _, declared in types.content_types):
        return Inspected(Problem.MACRO)
    main = {part.lstrip("/") for part, declared in types.content_types if declared == _MAIN_TYPE}
    if not main & set(names):
        return Inspected(Problem.NOT_ALLOWED_TYPE)
    for name in names:
        if is_xml(name):
            part = _Part()
            part.read(_chunks(archive, name))
            links |= dict.fromkeys(part.links)
        else:
            for _chunk in _chunks(archive, name):
                pass
    if len(links) > MAX_LINKS:
        return Inspected(Problem.TOO_COMPLEX)
    return Inspected(None, tuple(links), signed=any(name.startswith(_SIGNATURES) for name in names))


def is_xml(name: str) -> bool:
    """Whether an entry of that name is read as XML (parts and relations; ECMA-376, part 2)."""
    return name.lower().endswith(_XML_PARTS)


def _chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with archive.open(name) as part:
        while chunk := part.read(_CHUNK):
            yield chunk


class _Part:
    """One XML part, streamed: DTDs, outside relations, objects and DDE fields end the reading."""

    def __init__(self) -> None:
        self.links: list[str] = []
        self.content_types: list[tuple[str, str]] = []  # (part or extension, type)
        self._field: list[str] = []
        self._in_field = False
        self._depth = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def read(self, chunks: Iterator[bytes]) -> None:
        unclosed = 0
        for chunk in chunks:
            unclosed = 0 if b">" in chunk else unclosed + len(chunk)
            if unclosed > _MAX_TAG:  # the parser starts such a tag anew with every chunk
                raise _Refused(Problem.TOO_COMPLEX)
            self._parser.Parse(chunk, False)
        self._parser.Parse(b"", True)
        instructions = "".join(self._field)
        problem = problem_of(instructions)
        if problem:
            raise _Refused(problem)
        self.links += links_of(instructions)

    def _doctype(self, *_declaration: object) -> None:
        raise _Refused(Problem.REMOTE)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _Refused(Problem.TOO_COMPLEX)
        name = tag[tag.rfind(":") + 1 :]
        if name in _WATCHED:
            self._watch(name, attributes)

    def _watch(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            _check_relation(attributes)
            if attributes.get("Type", "").endswith("/hyperlink"):
                self.links.append(attributes.get("Target", "")[:_LINK_LENGTH])
        elif name in _PICTURE_TAGS:
            _check_picture(attributes)
        elif name in ("Override", "Default"):
            part = attributes.get("PartName", "")
            self.content_types.append((part, attributes.get("ContentType", "")))
        elif name in ("OLEObject", "altChunk"):
            raise _Refused(Problem.EMBEDDED)
        elif name in _FIELD_TAGS:
            self._in_field = True
        else:  # a field begins or ends: its text may be cut over many runs, but not over two fields
            instruction = [value for key, value in attributes.items() if key.endswith("instr")]
            self._field += ["\n", *instruction, "\n"]

    def _end(self, _tag: str) -> None:
        self._depth -= 1
        self._in_field = False

    def _characters(self, text: str) -> None:
        if self._in_field:
            self._field.append(text)


def _check_relation(attributes: dict[str, str]) -> None:
    """Links may lead outside; templates, images and anything else that loads may not."""
    kind = attributes.get("Type", "").rpartition("/")[2].lower()
    if kind == "vbaproject":
        raise _Refused(Problem.MACRO)
    if kind in _OBJECT_RELATIONS:
        raise _Refused(Problem.EMBEDDED)
    outside = attributes.get("TargetMode", "").lower() == "external"
    if kind == "attachedtemplate" and _LOCAL.fullmatch(attributes.get("Target", "")):
        return
    if outside and kind != "hyperlink":
        raise _Refused(Problem.REMOTE)


def _check_picture(attributes: dict[str, str]) -> None:
    """Pictures named by their address instead of a relation."""
    for key, value in attributes.items():
        if key.rpartition(":")[2] in ("src", "href", "althref") and _OUTSIDE.match(value):
            raise _Refused(Problem.REMOTE)

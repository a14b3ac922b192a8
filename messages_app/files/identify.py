"""What a file really is, decided by its structure; what is not surely one of the seven is refused (ATT-2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from messages_app.files.doc import OLE_START, inspect_doc
from messages_app.files.docx import ends_as_zip, inspect_docx
from messages_app.files.hint import is_vetoed, media_type_hint
from messages_app.files.images import GIF_STARTS, JPEG_START, PNG_START, inspect_image
from messages_app.files.kinds import EXTENSIONS, Identified, Inspected, Kind, Problem
from messages_app.files.names import clean_name, extensions
from messages_app.files.pdf import inspect_pdf, starts_as_pdf
from messages_app.files.text import decode_text, inspect_text

_STARTS: tuple[tuple[bytes | tuple[bytes, ...], Kind], ...] = (
    (PNG_START, Kind.PNG),
    (GIF_STARTS, Kind.GIF),
    (JPEG_START, Kind.JPEG),
    (OLE_START, Kind.DOC),
    (b"PK\x03\x04", Kind.DOCX),
)
_PDF_AT_START = re.compile(rb"(\xef\xbb\xbf)?[\0\s]{0,16}%PDF-\d")
_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_PLACED = ((257, b"ustar"), (32_769, b"CD001"))  # marks of TAR and of disk images
# Programs, whatever follows. Not here: endings that honest names hold (shop.com.pdf, page.html.pdf).
_PROGRAMS = frozenset(
    "apk bat chm cmd cpl dll exe gadget hta jar jse lnk msc msi msp pif ps1 psm1 reg scf scr sct "
    "vbe vbs wsf wsh".split()
)


def identify(name: str, content: bytes) -> Identified:
    """Judge one file by its bytes and by the name its author gave it; never raises (ATT-2, ATT-3).

    An empty name claims no type and agrees with all. Memory stays within what ATT-3 allows to be
    unpacked (50 million pixels, 100 MB); a PDF's only where its caller bounds it.
    """
    if not content:
        return Identified(None, Problem.EMPTY, "")
    claims = extensions(clean_name(name)) if name.strip() else None
    if claims is not None and not (claims and claims[-1] in EXTENSIONS):
        return Identified(None, Problem.NOT_ALLOWED_TYPE, media_type_hint(content))
    judged = _judge(content)
    if judged.problem is None and judged.kind and claims:
        return replace(judged, problem=_name_problem(claims, judged.kind))
    return judged


def _name_problem(claims: list[str], kind: Kind) -> Problem | None:
    """Whether the extensions promise another type, or hide a program's among them."""
    if EXTENSIONS[claims[-1]] is not kind:
        return Problem.NAME_MISMATCH
    return Problem.DANGEROUS_NAME if _PROGRAMS.intersection(claims) else None


def _judge(content: bytes) -> Identified:
    """The content alone."""
    hint = media_type_hint(content)
    text = decode_text(content)
    kind = _kind_at_start(content, is_text=text is not None)
    if kind is None:
        return Identified(None, Problem.NOT_ALLOWED_TYPE, hint)
    if _is_another_too(kind, content):
        return Identified(kind, Problem.TWO_TYPES, hint)
    text = text if kind is Kind.TXT else None
    inspected = _inspect(kind, content) if text is None else Inspected(inspect_text(text))
    problem = inspected.problem
    if problem is None and is_vetoed(hint, text=kind is Kind.TXT):
        problem = Problem.NOT_ALLOWED_TYPE
    if problem is Problem.NOT_ALLOWED_TYPE or (problem and kind is Kind.TXT):
        return Identified(None, problem, hint)
    return Identified(kind, problem, kind.media_type, inspected.links, inspected.signed)


def _kind_at_start(content: bytes, *, is_text: bool) -> Kind | None:
    """The one type whose mark stands at the very start; text has none. All others hold controls."""
    if _PDF_AT_START.match(content):
        return Kind.PDF
    if is_text:
        return Kind.TXT
    return next((kind for start, kind in _STARTS if content.startswith(start)), None)


def _is_another_too(kind: Kind, content: bytes) -> bool:
    """Whether other programs would find a PDF, an archive or a disk image in the same bytes."""
    return (
        (kind is not Kind.PDF and starts_as_pdf(content))
        or (kind is not Kind.DOCX and ends_as_zip(content))
        or any(mark in content for mark in _ARCHIVES)
        or any(content.startswith(mark, place) for place, mark in _PLACED)
    )


def _inspect(kind: Kind, content: bytes) -> Inspected:
    try:
        if kind in _DOCUMENTS:
            return _DOCUMENTS[kind](content)
        return Inspected(inspect_image(kind, content))
    except Exception:  # noqa: BLE001 - parsers answer hostile bytes with anything up to RecursionError
        return Inspected(Problem.DAMAGED)


_DOCUMENTS: dict[Kind, Callable[[bytes], Inspected]] = {
    Kind.PDF: inspect_pdf,
    Kind.DOC: inspect_doc,
    Kind.DOCX: inspect_docx,
}

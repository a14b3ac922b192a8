"""What a file says: its text, its metadata, its bytes, as far as a reader of it could get (MAIL-17)."""

from __future__ import annotations

import logging
import re
import zlib
from collections.abc import Iterator
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from pypdf import PdfReader

from messages_app.mail.leak_reader import Unreadable

MAX_PDF_PAGES = 300
MAX_UNPACKED_BYTES = 60_000_000
MAX_ENTRIES = 2_000

_TEXT_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_PDF_PARTS = re.compile(rb"/Page\b|/Pages\b|endobj|endstream")

# pypdf tells of every oddity of a file, with pieces of it (PRV-5).
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def file_texts(content: bytes) -> Iterator[str]:
    """Texts to search. The bytes themselves are searched by the caller.

    Raises Unreadable for what is none of the known kinds, is encrypted, broken or beyond the bounds.
    """
    if content.startswith(b"%PDF"):
        yield from _pdf_texts(content)
    elif content.startswith(b"PK\x03\x04"):
        yield from _zip_texts(content)
    elif content.startswith(b"\x89PNG\r\n\x1a\n"):
        yield from _png_texts(content)
    elif content.startswith((b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
        return  # their texts stand in the bytes as they are
    elif content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        yield content.decode("utf-16", "replace")
    elif _TEXT_CONTROLS.search(content):
        raise Unreadable("a file of no known kind")
    else:
        yield from _plain_texts(content)


def _plain_texts(content: bytes) -> Iterator[str]:
    """Text that does not say how it is encoded: UTF-8, else as western and as central Europe writes."""
    try:
        yield content.decode("utf-8")
    except UnicodeDecodeError:
        yield content.decode("cp1252", "replace")
        yield content.decode("iso8859-2", "replace")


def _pdf_texts(content: bytes) -> Iterator[str]:
    if not _PDF_PARTS.search(content):
        return  # a name and no pages: there is nothing in it that a viewer could show
    try:
        yield from _read_pdf(PdfReader(BytesIO(content)))
    except Unreadable:
        raise
    except Exception as error:  # pypdf raises all kinds of errors for hostile files
        raise Unreadable("pdf") from error


def _read_pdf(reader: PdfReader) -> Iterator[str]:
    if len(reader.pages) > MAX_PDF_PAGES:  # with a password that is not empty this raises
        raise Unreadable("pdf")
    yield "\n".join(str(value) for value in (reader.metadata or {}).values())
    if (metadata := reader.root_object.get("/Metadata")) is not None:
        yield metadata.get_object().get_data().decode("utf-8", "replace")
    for page in reader.pages:
        yield page.extract_text()
        for note in page.get("/Annots") or ():
            yield str(note.get_object())


def _zip_texts(content: bytes) -> Iterator[str]:
    """Every entry of an Office file: XML without its tags, so that words split over runs are whole again."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
                raise Unreadable("archive")
            for entry in entries:
                yield entry.filename
                unpacked = archive.read(entry)
                yield unpacked.decode("utf-8" if unpacked[:1] == b"<" else "latin-1", "replace")
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise Unreadable("archive") from error


def _png_texts(content: bytes) -> Iterator[str]:
    """Compressed text and profile chunks; the plain ones stand in the bytes."""
    position = 8
    while position + 8 <= len(content):
        size = int.from_bytes(content[position : position + 4])
        kind = content[position + 4 : position + 8]
        chunk = content[position + 8 : position + 8 + size]
        if kind in (b"zTXt", b"iTXt", b"iCCP"):
            yield _inflated(chunk)
        position += size + 12


def _inflated(chunk: bytes) -> str:
    """What is compressed in the chunk, wherever its header ends: a keyword, flags, then a zlib stream."""
    start = chunk.find(b"\x78", chunk.find(b"\0"))
    if start < 0:
        return chunk.decode("utf-8", "replace")
    try:
        return zlib.decompressobj().decompress(chunk[start:], MAX_UNPACKED_BYTES).decode("utf-8", "replace")
    except zlib.error:
        return chunk.decode("utf-8", "replace")

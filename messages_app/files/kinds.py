"""The seven types of file that a message may carry, and what can be wrong with one (ATT-2, ATT-3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a file is by its content. Values are stable: rows and policies store them."""

    TXT = "txt"
    PDF = "pdf"
    JPEG = "jpeg"
    GIF = "gif"
    PNG = "png"
    DOC = "doc"
    DOCX = "docx"

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self]


MEDIA_TYPES = {
    Kind.TXT: "text/plain",
    Kind.PDF: "application/pdf",
    Kind.JPEG: "image/jpeg",
    Kind.GIF: "image/gif",
    Kind.PNG: "image/png",
    Kind.DOC: "application/msword",
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
EXTENSIONS = {kind.value: kind for kind in Kind} | {"jpg": Kind.JPEG}  # without the dot, lower-case


class Problem(StrEnum):
    """Why a file is refused. Values are stable: rows, words and the API use them."""

    EMPTY = "empty"
    NOT_ALLOWED_TYPE = "not_allowed_type"  # by content or by extension none of the seven
    NAME_MISMATCH = "name_mismatch"  # one of the seven, but another one than its name says
    DANGEROUS_NAME = "dangerous_name"  # a program's extension inside: invoice.exe.pdf
    TWO_TYPES = "two_types"  # valid as another type as well
    DAMAGED = "damaged"  # truncated or not readable as what it claims to be
    ENCRYPTED = "encrypted"
    MACRO = "macro"
    SCRIPT = "script"
    ACTION = "action"  # starts programs, submits forms or runs field commands (DDE)
    EMBEDDED = "embedded"  # carries other files or objects
    REMOTE = "remote"  # loads templates, images or DTDs from outside
    BOMB = "bomb"  # unpacks to too much, too many or climbing entries
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_COMPLEX = "too_complex"  # more frames, scans or objects than one file may need


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a look inside a document of a known type finds."""

    problem: Problem | None = None
    links: tuple[str, ...] = ()
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Identified:
    """What a file is: fit to be sent only when `problem` is None, and then `kind` is never None."""

    kind: Kind | None  # by content; None: none of the seven
    problem: Problem | None
    found: str  # media type of what the bytes look like, for the sentence to the author
    links: tuple[str, ...] = ()  # where the document leads outside (POL-3)
    signed: bool = False  # a signature seals it: not a byte may change (ATT-4)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A file as it is passed on (ATT-4). What is refused has neither content nor pictures."""

    identified: Identified
    content: bytes | None = field(default=None, repr=False)  # None: as it came
    preview: bytes = field(default=b"", repr=False)  # WebP; empty: none
    thumbnail: bytes = field(default=b"", repr=False)

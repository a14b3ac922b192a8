"""The leak gate: the last look at a finished mail before it leaves (MAIL-17). Closed by default."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from messages_app.mail.address_forms import AddressForms
from messages_app.mail.leak_files import file_texts
from messages_app.mail.leak_reader import Piece, Unreadable, read_pieces
from messages_app.mail.leak_search import Wanted, decode_header, holds_any, wanted

_APART = "\n\0\n"  # keeps two texts from being read as one when gaps are closed


@dataclass(frozen=True, slots=True)
class Protected:
    """What the recipient must not learn: the other side's real addresses, phrases such as the full name."""

    addresses: frozenset[str]
    phrases: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Leak:
    """One find. Names the place, never the value: it stands in alerts and logs (PRV-5)."""

    kind: str  # address, phrase, unreadable
    place: str


def find_leaks(
    raw: bytes,
    protected: Protected,
    *,
    exempt_in_files: frozenset[str] = frozenset(),
    in_files: bool = True,
) -> tuple[Leak, ...]:
    """Every place of the finished mail that shows a protected value or cannot be read; empty: it may leave.

    `exempt_in_files` are addresses that may stand in the content of attached files (a seller's
    customer-service address in invoice, warranty and legal_disclosure); file names are not exempt.
    Not `in_files`: a person has looked into the files, and what stands around them is searched all the same.
    """
    want = wanted(protected.addresses, protected.phrases)
    texts: list[Piece] = []
    leaks: list[Leak] = []
    want_in_files = wanted(protected.addresses - exempt_in_files, protected.phrases)
    try:
        for piece in read_pieces(raw):
            if piece.file is None:
                texts.append(_with_decoded_header(piece))
            elif in_files:
                leaks += _search_file(piece, want_in_files)
    except Unreadable as defect:
        leaks.append(Leak("unreadable", str(defect)))
    # One search over everything, and only for a find another one piece by piece to say where.
    if holds_any(_APART.join(piece.text for piece in texts), want):
        found = [Leak(kind, piece.place) for piece in texts if (kind := holds_any(piece.text, want))]
        leaks += found or [Leak("address", "mail")]
    return tuple(leaks)


def files_with_leaks(files: Sequence[bytes], protected: Protected) -> tuple[int, ...]:
    """Which of the files, by place, show a protected value or cannot be read; what their names say aside."""
    want = wanted(protected.addresses, protected.phrases)
    return tuple(
        place for place, content in enumerate(files) if any(_search_file(Piece("", file=content), want))
    )


def _with_decoded_header(piece: Piece) -> Piece:
    return Piece(piece.place, decode_header(piece.text)) if piece.place.startswith("header") else piece


def _search_file(piece: Piece, want: Wanted) -> Iterator[Leak]:
    content = piece.file or b""
    if _in_bytes(content, want):
        yield Leak("address", piece.place)
        return
    try:
        for text in file_texts(content):
            if kind := holds_any(text, want):
                yield Leak(kind, piece.place)
                return
    except Unreadable:
        yield Leak("unreadable", piece.place)


def _in_bytes(content: bytes, want: Wanted) -> bool:
    """The letters of an address or phrase anywhere in the file, in one or two bytes each."""
    lowered = content.translate(_LOWER, b"\0")
    if any(phrase.words.encode() in lowered for phrase in want.phrases):
        return True
    return any(_address_in_bytes(lowered, forms) for forms in want.addresses)


def _address_in_bytes(lowered: bytes, forms: AddressForms) -> bool:
    if not any(host in lowered for host in forms.hosts):
        return False
    return forms.bounded.search(lowered.decode("latin-1")) is not None


_LOWER = bytes(range(256)).lower()

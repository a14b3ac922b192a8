"""The place in a message where a search found it, and whether a phrase stands in it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from messages_app.sealing.stems import stems_of
from messages_app.sealing.words import Word, words_of

LENGTH = 200  # characters of a snippet
_BEFORE = 60  # of them before the first word found


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the snippet. `found` is what the search asked for."""

    text: str
    found: bool


def snippet_of(text: str, wanted: Collection[str]) -> tuple[Piece, ...]:
    """The text around the first wanted word, in one line; its beginning where none stands in it. `wanted` are
    folded words and stems."""
    line = " ".join(text.split())
    words = words_of(line)
    first = next((word for word in words if _is_wanted(word, wanted)), None)
    start = _start(line, first.start) if first else 0
    end = _end(line, start + LENGTH)
    spans = [(first.start, first.end)] if first and first.end <= end else []
    near = takewhile(lambda word: word.end <= end, words)
    spans += [(word.start, word.end) for word in near if _is_wanted(word, wanted)]
    pieces = _pieces(line, spans, start, end)
    if start:
        pieces.insert(0, Piece("… ", found=False))
    if end < len(line):
        pieces.append(Piece(" …", found=False))
    return tuple(piece for piece in pieces if piece.text)


def shows_any(text: str, wanted: Collection[str]) -> bool:
    """Whether a wanted word stands in the text."""
    return any(_is_wanted(word, wanted) for word in words_of(text))


def says(texts: Iterable[str], phrase: Sequence[str]) -> bool:
    """Whether the folded words stand in one of the texts, one after the other."""
    return any(_follow(phrase, [word.folded for word in words_of(text)]) for text in texts)


def _follow(phrase: Sequence[str], words: Sequence[str]) -> bool:
    length = len(phrase)
    wanted = list(phrase)
    starts = (place for place, word in enumerate(words) if word == wanted[0])
    return any(list(words[place : place + length]) == wanted for place in starts)


def _is_wanted(word: Word, wanted: Collection[str]) -> bool:
    return word.folded in wanted or not stems_of(word).isdisjoint(wanted)


def _start(line: str, found: int) -> int:
    """Where the snippet begins: at a word, a little before what was found."""
    if found <= _BEFORE:
        return 0
    space = line.find(" ", found - _BEFORE, found)
    return space + 1 if space >= 0 else found


def _end(line: str, end: int) -> int:
    if end >= len(line):
        return len(line)
    space = line.rfind(" ", end - 40, end)
    return space if space >= 0 else end


def _pieces(line: str, spans: Sequence[tuple[int, int]], start: int, end: int) -> list[Piece]:
    pieces = []
    at = start
    for first, last in spans:
        pieces += [Piece(line[at:first], found=False), Piece(line[first:last], found=True)]
        at = last
    return [*pieces, Piece(line[at:end], found=False)]

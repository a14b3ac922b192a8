"""From text to the words by which it can be found (BOX-6).

Words are folded: "Größe", "GROSSE" and "große" are one. What is joined without a space, such as
"404-1234567-1234567" or "Invoice_2026.pdf", counts in its parts and as a whole. All is linear in the text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import regex

MAX_LENGTH = 40  # characters of a folded word; what is longer is cut there
MAX_TEXT = 200_000  # characters of one text that are looked at

# Letters that do not come apart into a letter and its accent.
_LETTERS = str.maketrans(
    {"ł": "l", "œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "ı": "i"}
    | {"ŋ": "n", "ĸ": "k", "ŀ": "l", "ſ": "s"}
)
_ACCENTS = regex.compile(r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+")
_NO_WORD = regex.compile(r"[^\p{L}\p{M}\p{N}]+")
# Invisible characters (soft hyphens and their like) may stand within a word.
_RUN = r"[\p{L}\p{N}][\p{L}\p{M}\p{N}\u00ad\u200b-\u200d\u2060\ufeff]*+"
_JOINT = r"(?:[-_./@\u2010\u2011]|(?<=\p{Nd})[ \u00a0\u202f](?=\p{Nd}))"  # "0034 0434 1610" is one code
_TERM = regex.compile(rf"{_RUN}(?:{_JOINT}{_RUN})*+")
_WORD = regex.compile(_RUN)
_HUMP = regex.compile(r"\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{N}+")


@dataclass(frozen=True, slots=True)
class Word:
    """A word where it stands. `raw` is as written, in lower case; stemmers want its accents."""

    folded: str
    raw: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Term:
    """What stands between spaces: its words, and the same joined where that is a word of its own."""

    words: tuple[Word, ...]
    joined: str  # empty: one word alone, or too long

    @property
    def wholes(self) -> tuple[str, ...]:
        """Longer words that the parts make up: all joined, and digits joined to digits."""
        digits = _joined_digits(self.words)
        return tuple(dict.fromkeys(whole for whole in (self.joined, *digits) if whole))


def fold(text: str) -> str:
    """The text without case and accents: what differs only by those is equal. Folding again keeps it so."""
    if text.isascii():
        return text.lower()
    while (folded := _fold_once(text)) != text:  # decomposing can bring up letters that fold further
        text = folded
    return text


def _fold_once(text: str) -> str:
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", _ACCENTS.sub("", apart).translate(_LETTERS))


@lru_cache(maxsize=50_000)
def fold_word(word: str) -> str:
    """A word folded, freed from invisible characters and cut to MAX_LENGTH; empty where nothing is left."""
    if word.isascii() and word.isalnum():
        return word.lower()[:MAX_LENGTH]
    return fold(_NO_WORD.sub("", fold(word)))[:MAX_LENGTH]


def terms_of(text: str) -> Iterator[Term]:
    """The terms of a text in their order."""
    for match in _TERM.finditer(text, 0, min(len(text), MAX_TEXT)):
        words = tuple(_words(match.group(), match.start()))
        if words:
            yield Term(words, _join(words) if len(words) > 1 else "")


def words_of(text: str) -> Iterator[Word]:
    """The single words of a text in their order."""
    return _words(text[:MAX_TEXT], 0)


def humps_of(name: str) -> Iterator[str]:
    """The folded pieces of a file name such as "InvoiceMay2026", where they are more than one."""
    for run in _WORD.finditer(name[:MAX_TEXT]):
        pieces = [fold_word(piece) for piece in _HUMP.findall(run.group())]
        if len(pieces) > 1:
            yield from filter(None, pieces)


def _words(text: str, offset: int) -> Iterator[Word]:
    for run in _WORD.finditer(text):
        raw = run.group()
        if folded := fold_word(raw):
            yield Word(folded, raw.lower(), run.start() + offset, run.end() + offset)


def _join(words: tuple[Word, ...]) -> str:
    whole = "".join(word.folded for word in words)
    return whole if len(whole) <= MAX_LENGTH else ""


def _joined_digits(words: tuple[Word, ...]) -> Iterator[str]:
    """Digits that follow digits, joined: an order number within "Order/404-1234567-1234567"."""
    run: list[Word] = []
    for word in words:
        if word.folded.isdigit():
            run.append(word)
            continue
        if len(run) > 1:
            yield _join(tuple(run))
        run = []
    if len(run) > 1:
        yield _join(tuple(run))

"""Text as a person reads it, with the way back to where each character stands (POL-5).

A `View` is a plain rendering of a piece of a message: entities, percent and backslash escapes
decoded, invisible characters gone, letters that look alike folded to ASCII. Letter case stays.
Everything here is linear in the length of the text.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from messages_app.policy.content.lexicon import LOOKALIKES

DECODE_ROUNDS = 3  # "%2540" and the like: an escape of an escape of an escape, and no further

_ESCAPE = re.compile(
    r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});?"
    r"|(?:%[0-9a-fA-F]{2}){1,64}"
    r"|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}"
    r"|(?<=\w)=(?:40|2[eE])(?=\w)"
)
_ODD = re.compile(r"[^\t\n\x20-\x7e]")
_FORCED_RIGHT_TO_LEFT = re.compile("\u202e([^\u202c\u202d\n]{1,2000})")
_AT_IN_A_CIRCLE = frozenset("ⓐⒶ")  # a circled a is written for the at sign


@dataclass(frozen=True, slots=True)
class View:
    """`text` with, for each of its characters, where it begins and ends in the original.

    `folded` holds the positions whose letter is not the letter that was written: an address with
    one of those in its host only looks like the host it shows.
    """

    text: str
    starts: list[int]
    ends: list[int]
    folded: frozenset[int] = frozenset()

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The original span of `text[start:end]`; the view may run backwards in places."""
        return min(self.starts[start:end]), max(self.ends[start:end])

    def moved(self, offset: int) -> View:
        """The same view of an original that has `offset` more characters before."""
        if not offset:
            return self
        starts, ends = [p + offset for p in self.starts], [p + offset for p in self.ends]
        return View(self.text, starts, ends, self.folded)

    def part(self, start: int, end: int) -> View:
        """A stretch of it; of a view that is not folded yet."""
        if (start, end) == (0, len(self.text)):
            return self
        return View(self.text[start:end], self.starts[start:end], self.ends[start:end])

    def is_folded(self, start: int, end: int) -> bool:
        return bool(self.folded) and any(position in self.folded for position in range(start, end))


Piece = tuple[str, int, int]  # what is read there, where it begins and ends in the original


class _Builder:
    """Collects pieces into a View; each piece maps as a whole, or character by character."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._folded: set[int] = set()

    def copy(self, source: View, start: int, end: int) -> None:
        if start < end:
            offset = len(self._starts) - start
            self._parts.append(source.text[start:end])
            self._starts += source.starts[start:end]
            self._ends += source.ends[start:end]
            if source.folded:
                self._folded.update(i + offset for i in range(start, end) if i in source.folded)

    def stand(self, text: str, start: int) -> None:
        """Text that stands in the original as it is, from `start`."""
        self._parts.append(text)
        self._starts += range(start, start + len(text))
        self._ends += range(start + 1, start + len(text) + 1)

    def put(self, text: str, start: int, end: int, *, folded: bool = False) -> None:
        position = len(self._starts)
        if folded:
            self._folded.update(range(position, position + len(text)))
        self._parts.append(text)
        self._starts += [start] * len(text)
        self._ends += [end] * len(text)

    def view(self) -> View:
        return View("".join(self._parts), self._starts, self._ends, frozenset(self._folded))


def plain_view(text: str, offset: int = 0) -> View:
    """The text as it stands, `offset` characters into the original."""
    return pieces_view([(text, offset, offset + len(text))])


def pieces_view(pieces: Iterable[Piece]) -> View:
    """A view made of pieces of an original: copied where lengths agree, else mapped as a whole."""
    builder = _Builder()
    for text, start, end in pieces:
        if len(text) == end - start:
            builder.stand(text, start)
        else:
            builder.put(text, start, end)
    return builder.view()


def joined(views: Iterable[View]) -> View:
    """Views one below the other, as one; of views that are not folded yet."""
    builder = _Builder()
    for view in views:
        if view.text:
            builder.copy(view, 0, len(view.text))
            builder.put("\n", view.starts[-1], view.ends[-1])
    return builder.view()


def normalise(view: View) -> View:
    """What a person reads: order of display, escapes decoded, look-alikes folded."""
    view = _undo_forced_direction(view)
    for _ in range(DECODE_ROUNDS):
        if _ESCAPE.search(view.text) is None:
            break
        view = _decode(view)
    return _fold(view)


def _undo_forced_direction(view: View) -> View:
    """Turns runs after a right-to-left override around, as a screen shows them."""
    if "\u202e" not in view.text:
        return view
    builder, done = _Builder(), 0
    for run in _FORCED_RIGHT_TO_LEFT.finditer(view.text):
        builder.copy(view, done, run.start())
        for position in range(run.end() - 1, run.start(), -1):
            builder.copy(view, position, position + 1)
        done = run.end()
    builder.copy(view, done, len(view.text))
    return builder.view()


def _decode(view: View) -> View:
    builder, done = _Builder(), 0
    for escape in _ESCAPE.finditer(view.text):
        builder.copy(view, done, escape.start())
        builder.put(_unescape(escape.group()), *view.origin(*escape.span()))
        done = escape.end()
    builder.copy(view, done, len(view.text))
    return builder.view()


def _unescape(escape: str) -> str:
    if escape[0] == "&":
        return html.unescape(escape)
    if escape[0] == "%":
        return bytes.fromhex(escape.replace("%", "")).decode("utf-8", "replace")
    return chr(int(escape.lstrip("\\uxX="), 16))


def _fold(view: View) -> View:
    builder, done = _Builder(), 0
    for odd in _ODD.finditer(view.text):
        position = odd.start()
        builder.copy(view, done, position)
        plain, same = _plain(odd.group())
        builder.put(plain, view.starts[position], view.ends[position], folded=not same)
        done = position + 1
    if not done:
        return view
    builder.copy(view, done, len(view.text))
    return builder.view()


@lru_cache(maxsize=65536)
def _plain(character: str) -> tuple[str, bool]:
    """One odd character as ASCII where it looks like some, nothing if it is invisible.

    And whether a host name with it is the same as with what it looks like, as compatibility forms are.
    """
    if character in _AT_IN_A_CIRCLE:
        return "@", True
    shown = "".join(_visible(unicodedata.normalize("NFKD", character)))
    same = shown in ("", " ", ".") or unicodedata.normalize("NFKC", character) == shown
    return shown, same


def _visible(characters: str) -> Iterator[str]:
    for character in characters:
        category = unicodedata.category(character)
        if character in LOOKALIKES:
            yield LOOKALIKES[character]
        elif category.startswith("Z"):
            yield " "
        elif character in "\n\t" or category not in ("Cc", "Cf", "Mn", "Me", "Cn"):
            yield character

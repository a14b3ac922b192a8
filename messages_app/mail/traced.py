"""A text on its way through decoders, with the way back from every character to where it was written."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable


class Traced:
    """A text as some reading sees it. Every step is linear; a step that changes nothing costs no memory."""

    def __init__(self, text: str, before: Traced | None = None) -> None:
        self.text = text
        self._before = before  # the step before; None for the text as written
        self._starts: list[int] = []  # offsets where a piece begins; none: every character stands as before
        self._pieces: list[tuple[int, int]] = []  # its start and end one step before

    def sub(self, pattern: re.Pattern[str], decode: Callable[[re.Match[str]], str]) -> Traced:
        """The next step: what matches `pattern` is read as `decode` says. Returns itself without a match."""
        after = Traced("", self)
        out: list[str] = []
        length = position = 0
        for token in pattern.finditer(self.text):
            start, end = token.span()
            for piece, first, last in (
                (self.text[position:start], position, start),
                (decode(token), start, end),
            ):
                if piece:
                    out.append(piece)
                    after._starts.append(length)
                    after._pieces.append((first, last))
                    length += len(piece)
            position = end
        if not position:
            return self
        out.append(self.text[position:])
        after._starts.append(length)
        after._pieces.append((position, len(self.text)))
        after.text = "".join(out)
        return after

    def same_length(self, change: Callable[[str], str]) -> Traced:
        """The next step, in which `change` gives each character another one."""
        changed = change(self.text)
        return self if changed == self.text else Traced(changed, self)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters from `start` to before `end` were written; `start` is less than `end`."""
        if self._before is None:
            return start, end
        if self._starts:
            start, end = self._piece(start)[0], self._piece(end - 1)[1]
        return self._before.span(start, end)

    def _piece(self, offset: int) -> tuple[int, int]:
        """Start and end of one character a step before."""
        index = bisect_right(self._starts, offset) - 1
        start, end = self._pieces[index]
        inside = offset - self._starts[index]
        following = self._starts[index + 1] if index + 1 < len(self._starts) else len(self.text)
        if following - self._starts[index] == end - start:  # one for one
            return start + inside, start + inside + 1
        return start, end

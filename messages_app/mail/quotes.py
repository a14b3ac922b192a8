"""Whether a text quotes another: by runs of words, so that quote marks and new line breaks do not matter."""

from __future__ import annotations

import re

RUN = 8  # words
LEAST_WORDS = 12  # of the text that is said to be quoted: shorter ones are quoted by chance
LEAST_SHARE = 0.6  # of its runs
_MOST_WORDS = 20_000

_WORD = re.compile(r"\w+")


class QuotedText:
    """The quoted part of a mail, ready to be compared with many texts. Linear in all of them."""

    def __init__(self, text: str) -> None:
        self._runs = _runs(_words(text))

    def quotes(self, original: str) -> bool:
        """Whether 60 % of the 8-word runs of `original`, which has 12 words or more, stand here (MAIL-11)."""
        words = _words(original) if self._runs else []
        if len(words) < LEAST_WORDS:
            return False
        runs = _runs(words)
        return len(runs & self._runs) >= LEAST_SHARE * len(runs)


def quoted_part(text: str, new: tuple[tuple[int, int], ...]) -> str:
    """What of a text its author did not write now: everything outside the `new` spans, and within
    them, where answers stand between quotes, the lines with quote marks."""
    cuts = [0, *(edge for span in new for edge in span), len(text)]
    outside = [text[start:end] for start, end in zip(cuts[::2], cuts[1::2], strict=True)]
    inside = (line for start, end in new for line in text[start:end].split("\n"))
    return "\n".join([*outside, *(line for line in inside if line.lstrip().startswith(">"))])


def _words(text: str) -> list[str]:
    words: list[str] = []
    for found in _WORD.finditer(text.casefold()):
        words.append(found[0])
        if len(words) == _MOST_WORDS:
            break
    return words


def _runs(words: list[str]) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1))

"""When a name stands in a text: letter case, accents, gaps and edges (MAIL-16, MAIL-17).

What the rewriter replaces and what the leak gate looks for is decided here once.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

GAP = (
    r"[\s_>|*\-]+"  # between the words of a name: also over quoted lines, and as file names and links have it
)
_GAPS = re.compile(GAP)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A name to look for, in folded text."""

    words: str  # folded, with single blanks
    hints: tuple[bytes, ...]  # letters of it, UTF-8: without all of them it is not in the text
    pattern: re.Pattern[str]  # the name, whatever its gaps; no letter or digit touches it


@lru_cache(maxsize=4096)
def phrase_of(name: str) -> Phrase | None:
    """How to look for `name`; None when it has no word."""
    words = single_gaps(fold_name(name))
    if not any(letter.isalnum() for letter in words):
        return None
    core = GAP.join(map(re.escape, words.split()))
    return Phrase(
        words=words,
        hints=tuple(re.findall(rb"[a-z]{2,}", words.encode("utf-8", "surrogatepass"))),
        pattern=re.compile(rf"(?<![^\W_]){core}(?![^\W_])"),
    )


def fold_name(text: str) -> str:
    """Letter case and the ways to write an accent do not tell two names apart."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def single_gaps(text: str) -> str:
    """The words with single blanks between them."""
    return _GAPS.sub(" ", text).strip()


def stands_in(phrase: Phrase, words: str) -> bool:
    """Whether the phrase is in `words`, folded and with single gaps. Cheaper than the pattern."""
    position = words.find(phrase.words)
    while position >= 0:
        before, after = words[position - 1 : position], words[position + len(phrase.words) :][:1]
        if not before.isalnum() and not after.isalnum():
            return True
        position = words.find(phrase.words, position + 1)
    return False

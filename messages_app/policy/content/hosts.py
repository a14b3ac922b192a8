"""Host names as people write them: with dots, or with words and brackets in their place (POL-5).

All functions work on folded lower-case text, look at a bounded stretch and take constant time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from messages_app.policy.content.lexicon import EMAIL, LINKS, TLDS, alternation, words

MAX_LABELS = 7
_DIGITS_AS_LETTERS = str.maketrans("01345", "oleas")
_LEETABLE = frozenset({"com", "net", "org", "info"})

DOT_WORDS = alternation(EMAIL["dot"]["words"])
_DOT_TLDS = words(EMAIL["dot"], "tlds")
_MORE_DOT_TLDS = {word: frozenset(tlds) for word, tlds in EMAIL["dot"]["more"].items()}
_CLOSING_TLDS = {word: frozenset(tlds) for word, tlds in EMAIL["dot"]["closing"].items()}
_CLOSES = re.compile(r"\s*(?:$|[,;:!?)\]\n/]|\.(?!\w))")
_LATIN = re.compile(rf"\s(?:{alternation(EMAIL['dot']['latin'])})\b")
SPLIT_TLDS = words(LINKS, "split_tlds")
_MARKET_TLDS = frozenset({"de", "it", "es", "at", "be", "me"})
_SURE_TLDS = _MARKET_TLDS | words(LINKS, "strong_tlds")  # behind what says that an address follows
FILE_ENDINGS = words(LINKS, "files")

# Whatever people put around a word to say that it stands for a sign: (dot) [dot] #dot# *dot*
WRAP = r"[^\w\s.,;!?@]|_"
LABEL = re.compile(rf"[^\W_]{{1,63}}(?:-{{1,3}}(?!{DOT_WORDS}-)[^\W_]{{1,63}}){{0,9}}")
_DOT = re.compile(
    rf"(?P<tight>\.{{1,3}}(?=[^\W_]))"
    rf"|\s{{0,2}}(?:{WRAP}){{1,3}}\s{{0,2}}(?:\.|{DOT_WORDS})\s{{0,2}}(?:{WRAP}){{1,3}}\s{{0,2}}(?P<bracket>)"
    rf"|\s{{0,2}}[(\[{{]\s?\.\s?(?P<opened>)"
    rf"|\s{{1,3}}(?P<word>{DOT_WORDS})\s{{1,3}}"
    rf"|(?P<before>\s{{1,2}}\.\s{{0,2}})"
    rf"|(?P<after>\.\s{{1,2}})"
    rf"|(?P<comma>,(?=[^\W_]))"
)


class Dot(StrEnum):
    """How the dot between two labels is written."""

    TIGHT = "tight"  # example.com
    BRACKET = "bracket"  # example (dot) com, example[.]com
    OPENED = "opened"  # example (.com)
    WORD = "word"  # example dot com
    BEFORE = "before"  # example .com
    AFTER = "after"  # example. com
    COMMA = "comma"  # example,com


@dataclass(frozen=True, slots=True)
class Host:
    """A host that was read: its labels, the dots between them, and where each label ends."""

    labels: tuple[str, ...]
    dots: tuple[Dot, ...]
    start: int
    ends: tuple[int, ...]

    @property
    def name(self) -> str:
        return ".".join(self.labels)

    @property
    def end(self) -> int:
        return self.ends[-1]

    @property
    def tight(self) -> bool:
        return all(dot is Dot.TIGHT for dot in self.dots)

    def cut(self, count: int) -> Host:
        """The first `count` labels alone."""
        return Host(self.labels[:count], self.dots[: count - 1], self.start, self.ends[:count])


def run_of_labels(text: str, position: int) -> tuple[Host, tuple[str, ...]] | None:
    """Labels and dots from `position` on, whether or not they make a host; and the dots' words."""
    label = LABEL.match(text, position)
    if label is None:
        return None
    labels, ends, dots, spelled = [label.group()], [label.end()], [], []
    while len(labels) < MAX_LABELS:
        dot = _DOT.match(text, ends[-1])
        label = LABEL.match(text, dot.end()) if dot else None
        if dot is None or label is None:
            break
        dots.append(Dot(dot.lastgroup or ""))
        spelled.append(dot.group("word") or "")
        labels.append(label.group())
        ends.append(label.end())
    return Host(tuple(labels), tuple(dots), position, tuple(ends)), tuple(spelled)


def read_host(text: str, position: int, *, any_word: bool = False) -> Host | None:
    """The host that begins at `position`, or None.

    `any_word`: what stands before makes it sure that an address follows ("arroba", "www"), so a
    spelled dot may lead to any ending.
    """
    read = run_of_labels(text, position)
    if read is None:
        return None
    run, spelled = read
    count = 0
    for number in range(1, len(run.labels)):
        dot = run.dots[number - 1]
        if count == number and dot not in (Dot.TIGHT, Dot.BRACKET, Dot.WORD):
            break  # a whole host, and then the next sentence
        label, word, end = run.labels[number], spelled[number - 1], run.ends[number]
        if _ends_host(label, dot, word, any_word=any_word) or _closes_with(label, word, text, end):
            if word and _LATIN.match(text, end):
                break
            count = number + 1
    return run.cut(count) if count else None


def _ends_host(label: str, dot: Dot, word: str, *, any_word: bool) -> bool:
    tld = plain_tld(label)
    if tld is None:
        return False
    if dot is Dot.WORD:
        more = _MORE_DOT_TLDS.get(word, frozenset())
        return tld in _DOT_TLDS or tld in more or (any_word and tld in _MARKET_TLDS)
    if dot in (Dot.BEFORE, Dot.COMMA):
        return tld in SPLIT_TLDS or (any_word and tld in _SURE_TLDS)
    if dot is Dot.AFTER:
        return tld == "com" or (any_word and tld in SPLIT_TLDS)
    return True


def _closes_with(label: str, word: str, text: str, end: int) -> bool:
    """Whether an ending that is a word too stands where nothing of the sentence follows it."""
    return label in _CLOSING_TLDS.get(word, ()) and _CLOSES.match(text, end) is not None


def plain_tld(label: str) -> str | None:
    """The top-level domain that a label is or stands for ("c0m"), or None."""
    if label in TLDS or (label.startswith("xn--") and len(label) > 4):
        return label
    letters = label.translate(_DIGITS_AS_LETTERS)
    return letters if letters != label and letters in _LEETABLE else None

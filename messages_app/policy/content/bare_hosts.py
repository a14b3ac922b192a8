""" "name.word": a host, or the end of one sentence and the beginning of the next? (POL-6)

Judged by the ending, the words around and the letter case; where a person would hesitate, unsure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from messages_app.policy.content.lexicon import LINKS, TLDS, words

_HOST = re.compile(r"[^\W_](?:[^\W_]|-){0,62}(?:\.[^\W_](?:[^\W_]|-){0,62}){1,8}")
_WORDS_BACKWARDS = re.compile(r"([^\w@]{1,4})([\w']{1,24})(?:(\s)([\w'-]{1,24}))?")
_GOES_ON = re.compile(r"[\s,]{1,3}([a-z][a-z']{0,23})")

_GROUPS = re.compile(r"\d{2,}(?:-\d{2,})+")
_CODE = re.compile(r"(?:[A-Z]{1,4}-?\d[A-Z0-9-]*|[A-Z0-9]*\d[A-Z0-9]*-[A-Z0-9-]*)(?:\.[A-Z0-9]{1,4}){1,3}")

_STRONG = words(LINKS, "strong_tlds") - words(LINKS, "word_tlds")
_MOSTLY = words(LINKS, "mostly_hosts", "word_tlds")
_MARKETS = frozenset({"it", "es", "at", "be"})
_FILES = words(LINKS, "files")
_FILE_LIKE = words(LINKS, "file_like")
_NAMES = words(LINKS, "names")
_CUES = words(LINKS, "cues")
_WEAK_CUES = words(LINKS, "weak_cues")
_DETERMINERS = words(LINKS, "determiners")
_ENDINGS = words(LINKS, "endings")
_CODE_WORDS = words(LINKS, "code_words")
# Names of one letter that are hosts; any other is an abbreviation.
_SHORT_NAMES = frozenset(
    {"t.co", "x.com", "g.co", "t.me", "m.me", "u.to", "v.gd", "t.ly", "s.id", "j.mp", "e.pl", "a.co"}
)


@dataclass(frozen=True, slots=True)
class BareHost:
    """A host without a scheme."""

    start: int
    end: int
    name: str
    sure: bool


def bare_host(cased: str, text: str, backwards: str, start: int) -> BareHost | None:
    """The host that stands at `start`, or None. `text` is `cased` in lower case."""
    found = _HOST.match(text, start)
    if found is None or text[found.end() : found.end() + 1] in ("_", "@"):
        return None
    end = _end_of_host(cased, start, found.end())
    name = text[start:end]
    labels = name.split(".")
    if len(labels) < 2 or not _may_be_host(name, labels):
        return None
    before, phrase, mid_sentence = _words_before(backwards, len(text) - start)
    goes_on = _GOES_ON.match(cased, end)
    stand = _Stand(
        name=name,
        labels=labels,
        cased=cased[start:end],
        before=before,
        phrase=phrase,
        mid_sentence=mid_sentence,
        path=text[end : end + 1] in ("/", "?")
        or re.match(r":\d{2,5}(?!\d)", text[end : end + 6]) is not None,
        next_word=goes_on[1] if goes_on else "",
    )
    sure = stand.judge()
    return None if sure is None else BareHost(start, end, name, sure)


def _words_before(backwards: str, position: int) -> tuple[str, str, bool]:
    """The word before, the two words before, and whether it is of the same sentence."""
    found = _WORDS_BACKWARDS.match(backwards, position)
    if found is None:
        return "", "", False
    word = found[2][::-1]
    phrase = f"{found[4][::-1]} {word}" if found[4] else ""
    return word, phrase, not set(found[1]) & set(".!?:;\n")


def _end_of_host(cased: str, start: int, end: int) -> int:
    """Leaves out labels that no host can end in, from the right: "example.com.Thanks"."""
    while "." in cased[start:end]:
        last = cased[start:end].rpartition(".")[2].lower()
        if last in TLDS or last.startswith("xn--") or last in _FILES or last.isdigit():
            break
        end -= len(last) + 1
    return end


def _may_be_host(name: str, labels: list[str]) -> bool:
    tld = labels[-1]
    if tld in _FILES or tld.isdigit() or name in _NAMES:
        return False
    if all(len(label) == 1 for label in labels[:-1]):
        return name in _SHORT_NAMES
    return tld in TLDS or tld.startswith("xn--")


@dataclass(frozen=True, slots=True)
class _Stand:
    """How a possible host stands in its sentence."""

    name: str
    labels: list[str]
    cased: str
    before: str
    phrase: str
    mid_sentence: bool
    path: bool
    next_word: str  # an ordinary lower-case word that comes next, or ""

    def judge(self) -> bool | None:
        """True: surely a host. False: perhaps. None: no host."""
        tld, left = self.labels[-1], self.labels[-2]
        if self.labels[0] == "www" or (self.path and not self._numbers()):
            return True
        if self._is_code():
            return None if self.before in _CODE_WORDS | _DETERMINERS else False
        if self._numbers() and tld not in ("com", "net", "org"):
            return None
        if tld in _FILE_LIKE and len(self.labels) == 2:
            return None
        if tld in _STRONG:
            return True
        if self._new_sentence():
            return None
        if len(self.labels) > 2 and not self.labels[0].isdigit():
            return None if all(self._ordinary(label) for label in self.labels[:-1]) else True
        return self._by_words(tld, left)

    def _numbers(self) -> bool:
        """Digits alone, or groups of them such as an order number and a day have."""
        return all(label.isdigit() or _GROUPS.fullmatch(label) for label in self.labels[:-1])

    def _is_code(self) -> bool:
        """A number of an article or a serial one, such as KW-300.EU, with no "visit" before it."""
        if self.before in _CUES or self.phrase in _CUES:
            return False
        return _CODE.fullmatch(self.cased) is not None or (
            self.cased.isupper() and self.before in _CODE_WORDS
        )

    def _new_sentence(self) -> bool:
        """The ending begins with a capital and the whole is not in capitals."""
        ending = self.cased.rpartition(".")[2]
        return ending[:1].isupper() and not (self.cased.isupper() and len(ending) > 1)

    def _ordinary(self, label: str) -> bool:
        return label in _ENDINGS or label in _DETERMINERS or len(label) == 1

    def _by_words(self, tld: str, left: str) -> bool | None:
        if self._ordinary(left):
            return None
        cue = self.before in _CUES or self.phrase in _CUES
        if cue or "-" in left or any(character.isdigit() for character in left):
            return True
        if self.before in _DETERMINERS and self.mid_sentence:
            return None if self.next_word or tld not in _MOSTLY | _MARKETS else False
        if tld in _MOSTLY:
            return True
        weak_cue = self.before in _WEAK_CUES
        if not self.next_word:
            return tld in _MARKETS or weak_cue
        if self.mid_sentence and not weak_cue and (tld not in _MARKETS or self._ordinary(self.next_word)):
            return None
        return False

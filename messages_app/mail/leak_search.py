"""Is a protected address or name in this text, however it is written? The leak gate's eyes (MAIL-17)."""

from __future__ import annotations

import re
import unicodedata
from binascii import Error as BinasciiError
from binascii import a2b_base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from urllib.parse import unquote

from messages_app.mail.address_forms import INVISIBLE, AddressForms, address_forms, fold

MAX_NESTING = 3  # encodings within encodings: base 64 of percent signs of entities

_HIDDEN = re.compile(f"[{INVISIBLE}]+")
_TAGS = re.compile(r"<[^<>]*>")
_GAPS = re.compile(r"[\s>|]+")
_QUOTED_PRINTABLE = re.compile(r"=(?:\r?\n|([2-7][0-9a-f]))")
_NUMBER_TOO_LONG = re.compile(r"&#(?:[0-9]{8,}|x[0-9a-f]{7,});?")
# Letters of base 64 in one run, over line breaks where the lines are full.
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}+(?:(?:\r?\n[> ]*+|=\r?\n)[A-Za-z0-9+/_-]{4,}+)*+")
_ENCODED_WORD = re.compile(r"=\?[A-Za-z0-9*_.:-]{1,60}\?([bq])\?([^?\r\n]*)\?=", re.IGNORECASE)
_CONTINUATION = re.compile(r"\"?;\s*[a-z-]+\*[0-9]+\*?=(?:[A-Za-z0-9-]*'[A-Za-z-]*')?\"?", re.IGNORECASE)
_WORD_GAPS = re.compile(r"[\s_>|\-]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for, prepared once per pair."""

    addresses: tuple[AddressForms, ...]
    phrases: tuple[str, ...]  # folded words with single spaces

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(host for forms in self.addresses for host in forms.hosts)


@lru_cache(maxsize=1024)
def wanted(addresses: frozenset[str], phrases: frozenset[str]) -> Wanted:
    """The forms of all protected values."""
    words = (_words(_fold_name(phrase)) for phrase in sorted(phrases))
    return Wanted(
        tuple(address_forms(address) for address in sorted(addresses) if address),
        tuple(phrase for phrase in words if phrase),
    )


def holds_any(text: str, want: Wanted) -> str:
    """ "address", "phrase" or "": whether any reading of the text shows a protected value."""
    for reading in _readings(text):
        if _shows_address(reading, want.addresses):
            return "address"
        if _shows_phrase(reading, want.phrases):
            return "phrase"
    return ""


def decode_header(text: str) -> str:
    """Header text with its encoded words (RFC 2047) and split parameters (RFC 2231) put together."""
    if "*" in text:
        text = _CONTINUATION.sub("", text)
    if "=?" not in text:
        return text
    return _ENCODED_WORD.sub(_decode_word, re.sub(r"\?=\s+=\?", "?==?", text))


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text read in one way: with its blanks, and with all gaps closed."""

    spaced: str
    closed: str


def _readings(text: str, nesting: int = 0) -> Iterator[_Reading]:
    """The ways in which a person or program may read the text."""
    plain = _HIDDEN.sub("", fold(text)) if not text.isascii() else text.lower()
    yield _Reading(plain, _close(plain))
    decoded = _unescape(plain)
    if decoded != plain:
        yield _Reading(decoded, _close(decoded))
    if "<" in decoded:
        yield _Reading(_TAGS.sub("\0", decoded), _close(_TAGS.sub("", decoded)))
    if "=" in plain and (quoted := _QUOTED_PRINTABLE.sub(_decode_quoted, plain)) != plain:
        yield _Reading(quoted, _close(quoted))
    if nesting < MAX_NESTING:
        for inner in _base64_texts(text):
            yield from _readings(inner, nesting + 1)


def _close(text: str) -> str:
    return "".join(text.split()).replace(">", "").replace("|", "")


def _unescape(text: str) -> str:
    """Entities and percent signs decoded, also one within the other."""
    for _ in range(MAX_NESTING):
        before = text
        if "&" in text:
            text = unescape(_NUMBER_TOO_LONG.sub("", text))
        if "%" in text:
            text = unquote(text)
        if text == before:
            break
    return text if text.isascii() else _HIDDEN.sub("", fold(text))


def _decode_quoted(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)).lower() if found[1] else ""


def _base64_texts(text: str) -> Iterator[str]:
    """What runs of base 64 say, whichever of the four letters of a group they begin with."""
    for run in _BASE64.finditer(text):
        letters = re.sub(r"[^A-Za-z0-9+/]", "", run[0].replace("-", "+").replace("_", "/"))
        for start in range(4):
            usable = letters[start : start + (len(letters) - start) // 4 * 4]
            try:
                decoded = a2b_base64(usable)
            except BinasciiError:
                continue
            if b"@" in decoded or b"%40" in decoded or b"=" in decoded or len(decoded) > 40:
                yield decoded.decode("utf-8", "replace")
                if b"\0" in decoded:
                    yield decoded.replace(b"\0", b"").decode("latin-1")


def _decode_word(word: re.Match[str]) -> str:
    encoding, content = word[1].lower(), word[2]
    if encoding == "q":
        return unquote(content.replace("_", " ").replace("%", "%25").replace("=", "%"), errors="replace")
    try:
        return a2b_base64(content + "==").decode("utf-8", "replace")
    except BinasciiError:
        return content


def _shows_address(reading: _Reading, addresses: Iterable[AddressForms]) -> bool:
    for forms in addresses:
        if not any(host in reading.closed for host in forms.hosts):
            continue
        if forms.bounded.search(reading.spaced):
            return True
        # Found more often once the gaps are closed: it stands there, broken over lines or tags.
        if _count(forms.anywhere, reading.closed) > _count(forms.anywhere, reading.spaced):
            return True
    return False


def _count(pattern: re.Pattern[str], text: str) -> int:
    return sum(1 for _ in pattern.finditer(text))


def _shows_phrase(reading: _Reading, phrases: Iterable[str]) -> bool:
    words = ""
    for phrase in phrases:
        if phrase.partition(" ")[0] not in reading.closed and reading.closed.isascii():
            continue
        words = words or _words(_fold_name(reading.spaced.replace("\0", " ")))
        joined = _words(_fold_name(reading.spaced.replace("\0", ""))) if "\0" in reading.spaced else words
        if _stands_in(phrase, words) or _stands_in(phrase, joined):
            return True
    return False


def _stands_in(phrase: str, words: str) -> bool:
    """Whether the phrase stands there with no letter or digit touching it."""
    position = words.find(phrase)
    while position >= 0:
        before, after = words[position - 1 : position], words[position + len(phrase) :][:1]
        if not before.isalnum() and not after.isalnum():
            return True
        position = words.find(phrase, position + 1)
    return False


def _words(text: str) -> str:
    return _WORD_GAPS.sub(" ", text).strip()


def _fold_name(text: str) -> str:
    """Letter case and the ways to write an accent do not tell two names apart."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()

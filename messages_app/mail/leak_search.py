"""Is a protected address or name in this text, however it is written? The leak gate's eyes (MAIL-17)."""

from __future__ import annotations

import re
from binascii import Error as BinasciiError
from binascii import a2b_base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from urllib.parse import unquote

from messages_app.mail.address_forms import INVISIBLE, AddressForms, address_forms, close_gaps, fold, is_plain
from messages_app.mail.phrase_forms import Phrase, fold_name, phrase_of, single_gaps, stands_in

MAX_NESTING = 3  # encodings within encodings: base 64 of percent signs of entities

_HIDDEN = re.compile(f"[{INVISIBLE}]+")
_TAGS = re.compile(r"<[^<>]*>")
_BLANKS = re.compile(r"[^\S\r\n]")
_QUOTED_PRINTABLE = re.compile(r"=(?:\r?\n|([2-7][0-9a-f]))")
_NUMBER_TOO_LONG = re.compile(r"&#(?:[0-9]{8,}|x[0-9a-f]{7,});?")
BASE64_RUN = re.compile(r"[A-Za-z0-9+/_-]{16,}+")
# The same over line breaks, quoted or not, of a run whose lines are full.
BASE64_LINES = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}+(?:=?\r?\n[> ]*+[A-Za-z0-9+/_-]{2,}+)++")
_FULL_LINE = 40
_ENCODED_WORD = re.compile(r"=\?[A-Za-z0-9*_.:-]{1,60}\?([bq])\?([^?\r\n]*)\?=", re.IGNORECASE)
_CONTINUATION = re.compile(r"\"?;\s*[a-z-]+\*[0-9]+\*?=(?:[A-Za-z0-9-]*'[A-Za-z-]*')?\"?", re.IGNORECASE)
_CONTROLS = bytes([*range(1, 9), 11, 12, *range(14, 32), 127])


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for, prepared once per pair."""

    addresses: tuple[AddressForms, ...]
    phrases: tuple[Phrase, ...]


@lru_cache(maxsize=1024)
def wanted(addresses: frozenset[str], phrases: frozenset[str]) -> Wanted:
    """The forms of all protected values."""
    names = (phrase_of(phrase) for phrase in sorted(phrases))
    return Wanted(
        tuple(address_forms(address) for address in sorted(addresses) if address),
        tuple(name for name in names if name),
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
    """Header text with its encoded words (RFC 2047) decoded, and split parameters (RFC 2231) also as one."""
    if "=?" in text:
        text = _ENCODED_WORD.sub(_decode_word, re.sub(r"\?=\s+=\?", "?==?", text))
    return f"{text}\n\0\n{_CONTINUATION.sub('', text)}" if "*" in text else text


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text read in one way: with its blanks, and with all gaps closed."""

    spaced: str
    closed: bytes


def _readings(text: str, nesting: int = 0) -> Iterator[_Reading]:
    """The ways in which a person or program may read the text."""
    plain = _visible(text)
    yield _Reading(plain, close_gaps(plain))
    decoded = _unescape(plain)
    if decoded != plain:
        yield _Reading(decoded, close_gaps(decoded))
    if "<" in decoded:
        yield _Reading(_TAGS.sub("\0", decoded), close_gaps(_TAGS.sub("", decoded)))
    if "=" in plain and (quoted := _QUOTED_PRINTABLE.sub(_decode_quoted, plain)) != plain:
        yield _Reading(quoted, close_gaps(quoted))
    if nesting < MAX_NESTING and (inner := "\n\0\n".join(base64_texts(text))):
        yield from _readings(inner, nesting + 1)


def _visible(text: str) -> str:
    """Folded, without what nobody sees, every blank a plain one."""
    return fold(text) if is_plain(text) else _BLANKS.sub(" ", _HIDDEN.sub("", fold(text)))


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
    return _visible(text)


def _decode_quoted(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)).lower() if found[1] else ""


def base64_texts(text: str) -> Iterator[str]:
    """What runs of base 64 say, whichever of the four letters of a group they begin with."""
    words = {word for word in text.split() if len(word) >= 16 and word != word.lower()}
    runs = {run for word in words for run in BASE64_RUN.findall(word)}
    if any(len(run) >= _FULL_LINE for run in runs):
        runs.update(BASE64_LINES.findall(text))
    for run in sorted(runs):
        if run == run.lower() or run.isupper():
            continue  # words and numbers: base 64 of any text this long has letters of both cases
        letters = re.sub(r"[^A-Za-z0-9+/]", "", run.replace("-", "+").replace("_", "/"))
        for start in range(4):
            usable = letters[start : len(letters) - ((len(letters) - start) % 4 == 1)]
            yield from _decoded(usable + "=" * (-len(usable) % 4))


def _decoded(letters: str) -> Iterator[str]:
    """The text in base 64, nothing when it is no text: UTF-8 but for cut edges, or two bytes a letter."""
    try:
        decoded = a2b_base64(letters)
    except BinasciiError:
        return
    text = decoded.replace(b"\0", b"").decode("utf-8", "replace")
    odd = text.count("\ufffd") + len(decoded) - len(decoded.translate(None, _CONTROLS))
    if odd * 16 <= len(text) + 48:
        yield text


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
        if _count(forms.anywhere, reading.closed.decode("utf-8", "replace")) > _count(
            forms.anywhere, reading.spaced
        ):
            return True
    return False


def _count(pattern: re.Pattern[str], text: str) -> int:
    return sum(1 for _ in pattern.finditer(text))


def _shows_phrase(reading: _Reading, phrases: Iterable[Phrase]) -> bool:
    closed = reading.closed
    if not reading.spaced.isascii():  # one letter may stand for two: "ß" is "ss" to who compares names
        closed = close_gaps(fold_name(reading.spaced.replace("\0", "")))
    possible = [phrase for phrase in phrases if all(hint in closed for hint in phrase.hints)]
    if not possible:
        return False
    texts = {single_gaps(fold_name(reading.spaced.replace("\0", gap))) for gap in ("", " ")}
    return any(stands_in(phrase, words) for phrase in possible for words in texts)

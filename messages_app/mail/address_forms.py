"""The forms in which one mailbox can be written: tags, dots, punycode, letter case (MAIL-16, MAIL-17).

What the rewriter replaces and what the leak gate looks for is decided here once. How a text is read
(entities, broken lines, encodings) each of them does on its own, so that one catches the other's mistake.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

import idna

# Characters that nobody sees, between which an address is still read as one.
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff"
)
_NOTHING_SEEN = re.compile(rf"[\s{INVISIBLE}\u2800\u3164\uffa0]*+")  # beside them letters that are blank
_GMAIL = ("gmail.com", "googlemail.com")
# Before it: "xalice@" and "bob.alice@" are other mailboxes, "d'alice@", "=alice@" and "...alice@" are not.
# After it: "example.orgx" is another domain; ".uk" may be one too, but may as well be the next sentence, and
# here a wrong hit costs less than a missed one.
_LEFT_EDGE = r"(?<![a-z0-9])(?<![a-z0-9][._+\-])"
_RIGHT_EDGE = r"(?![a-z0-9])"
_TAG = r"(?:\+[^\s@<>\"\0]{0,64})?"
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0xFE6B: 0x40, 0xFE52: 0x2E, 0x2024: 0x2E}
# Blocks of 256 characters without any that is invisible, full-width or blank; U+00A0 and U+00AD are looked at
# on their own, and in the block of typographic quotes (U+20xx) those that matter.
_PLAIN_BLOCKS = bytes(set(range(256)) - {0x03, 0x06, 0x11, 0x16, 0x17, 0x18, 0x20, 0x30, *range(0xD8, 0x100)})
_ODD_MARKS = "\xad" + "".join(
    map(chr, [*range(0x2000, 0x2010), 0x2024, *range(0x2028, 0x2030), *range(0x205F, 0x2070)])
)


@dataclass(frozen=True, slots=True)
class AddressForms:
    """How to look for one mailbox in folded text."""

    hosts: tuple[bytes, ...]  # b"@example.org" and its twins, UTF-8: without any of them there is no form
    bounded: re.Pattern[str]  # the mailbox itself
    anywhere: re.Pattern[str]  # its letters, whatever stands around them


@lru_cache(maxsize=4096)
def address_forms(address: str) -> AddressForms:
    """The forms of `address`; its own plus-tag does not matter. Any string will do, address or not."""
    local, _, domain = fold(address).rpartition("@")
    domains = _domains(domain)
    base = local.partition("+")[0] or local
    if domain in _GMAIL:
        base = base.replace(".", "")
    letters = (r"\.*" if domain in _GMAIL else "").join(re.escape(letter) for letter in base)
    core = f"{letters}{_TAG}@(?:{'|'.join(re.escape(name) for name in domains)})"
    return AddressForms(
        hosts=tuple(f"@{name}".encode("utf-8", "replace") for name in domains),
        bounded=re.compile(_LEFT_EDGE + core + _RIGHT_EDGE),
        anywhere=re.compile(core),
    )


def is_same_mailbox(one: str, other: str) -> bool:
    """Whether both are forms of one mailbox: a tag, dots that do not count, another name of the domain."""
    return address_forms(one) == address_forms(other)


def shows_something(text: str) -> bool:
    """Whether a reader sees anything in it: more than blanks and letters that nobody sees."""
    return _NOTHING_SEEN.fullmatch(text) is None


def is_plain(text: str) -> bool:
    """Whether the text surely has no invisible, full-width or blank character beyond ASCII and U+00A0.

    Costs a fraction of a regular expression over every character, which then need not run.
    """
    if text.isascii():
        return True
    blocks = text.encode("utf-16-le", "surrogatepass")[1::2].translate(None, _PLAIN_BLOCKS)
    if blocks.strip(b"\x20"):
        return False
    return not any(odd in text for odd in (_ODD_MARKS if blocks else "\xad"))


def close_gaps(text: str) -> bytes:
    """The text in UTF-8 without blanks and the marks of quoted lines."""
    return text.replace("\xa0", "").encode("utf-8", "surrogatepass").translate(None, b"\t\n\x0b\x0c\r >|")


def fold(text: str) -> str:
    """Lower case and plain letters for full-width ones; as many characters as before."""
    lowered = text.lower()
    if is_plain(text) and len(lowered) == len(text):
        return lowered
    if len(lowered) != len(text):  # some capitals have two small letters
        lowered = "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
    return lowered.translate(_WIDE)


def _domains(domain: str) -> tuple[str, ...]:
    if domain in _GMAIL:
        return _GMAIL
    names = {domain, unicodedata.normalize("NFC", domain)}
    with suppress(UnicodeError):  # not a name of the domain system: it has no twin
        names |= {idna.encode(domain, uts46=True).decode(), idna.decode(domain)}
    return tuple(sorted(names))

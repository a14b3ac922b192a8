"""The forms in which one mailbox can be written: tags, dots, punycode, letter case (MAIL-16, MAIL-17).

What the rewriter replaces and what the leak gate looks for is decided here once. How a text is read (entities,
broken lines, encodings) each of them does on its own, so that a mistake in one is caught by the other.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import idna

# Characters that nobody sees, between which an address is still read as one.
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff"
)
_GMAIL = ("gmail.com", "googlemail.com")
# Before it: "xalice@" and "bob.alice@" are other mailboxes, "d'alice@", "=alice@" and "...alice@" are not.
# After it: "example.orgx" is another domain; ".uk" may be one too, but may as well be the next sentence, and
# here a wrong hit costs less than a missed one.
_LEFT_EDGE = r"(?<![a-z0-9])(?<![a-z0-9][._+\-])"
_RIGHT_EDGE = r"(?![a-z0-9])"
_TAG = r"(?:\+[^\s@<>\"\0]{0,64})?"
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0xFE6B: 0x40, 0xFE52: 0x2E, 0x2024: 0x2E}


@dataclass(frozen=True, slots=True)
class AddressForms:
    """How to look for one mailbox in folded text."""

    hosts: tuple[str, ...]  # "@example.org" and its twins: a text without any of them holds no form
    bounded: re.Pattern[str]  # the mailbox itself
    anywhere: re.Pattern[str]  # its letters, whatever stands around them


@lru_cache(maxsize=4096)
def address_forms(address: str) -> AddressForms:
    """The forms of `address`; its own plus-tag does not matter. Any string will do, also one that is no address."""
    local, _, domain = fold(address).rpartition("@")
    domains = _domains(domain)
    base = local.partition("+")[0] or local
    if domain in _GMAIL:
        base = base.replace(".", "")
    letters = (r"\.*" if domain in _GMAIL else "").join(re.escape(letter) for letter in base)
    core = f"{letters}{_TAG}@(?:{'|'.join(re.escape(name) for name in domains)})"
    return AddressForms(
        hosts=tuple(f"@{name}" for name in domains),
        bounded=re.compile(_LEFT_EDGE + core + _RIGHT_EDGE),
        anywhere=re.compile(core),
    )


def fold(text: str) -> str:
    """Lower case and plain letters for full-width ones; as many characters as before."""
    lowered = text.lower()
    if text.isascii():
        return lowered
    if len(lowered) != len(text):  # some capitals have two small letters
        lowered = "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
    return lowered.translate(_WIDE)


def _domains(domain: str) -> tuple[str, ...]:
    if domain in _GMAIL:
        return _GMAIL
    names = {domain, unicodedata.normalize("NFC", domain)}
    try:
        names |= {idna.encode(domain, uts46=True).decode(), idna.decode(domain)}
    except (idna.IDNAError, UnicodeError):
        pass  # not a name of the domain system: it has no twin
    return tuple(sorted(names))

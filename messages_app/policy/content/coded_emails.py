"""E-mail addresses in a code that a person can undo: base64, hex, numbers, rot13 (contact_email).

A coded address betrays itself: what decodes to an address is one, and nothing else does.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from collections.abc import Callable, Iterator

from messages_app.policy.content.hits import Hit
from messages_app.policy.content.lexicon import TLDS

_ADDRESS = re.compile(r"[a-z0-9][a-z0-9._%+-]{0,63}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,4}\.([a-z]{2,24})")

_BASE64 = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/_-]{12,400}={0,2}(?![\w+/])")
_BASE32 = re.compile(r"(?<![\w=])[A-Z2-7]{16,400}={0,6}(?!\w)")
_HEX = re.compile(r"(?<![\w])(?:0x)?(?:[0-9a-fA-F]{2}[ :,-]?){7,200}(?!\w)")
_DECIMAL = re.compile(r"(?<![\w.,])(?:\d{2,3}[ ,;-]{1,2}){7,200}\d{2,3}(?![\w])")
_BINARY = re.compile(r"(?<!\w)(?:[01]{8} ?){7,200}(?!\w)")
_ROT13 = re.compile(
    r"(?<![\w.])[a-zA-Z0-9._-]{1,40}(?:@| ng | \(ng\) | \[ng\] )"
    r"[a-zA-Z0-9-]{2,40}(?:\.| qbg )[a-zA-Z]{2,6}(?!\w)"
)


def find_coded(text: str) -> Iterator[Hit]:
    """Coded addresses in a text in its own letter case."""
    for pattern, decode in _CODES:
        for found in pattern.finditer(text):
            if holds_address(decode(found.group())):
                yield Hit(*found.span())


def holds_address(text: str) -> bool:
    """Whether there is a plain address with a real ending in a short text."""
    return any(found[1] in TLDS for found in _ADDRESS.finditer(text.lower()))


def _ascii(content: bytes) -> str:
    return content.decode("ascii", "replace")


def _base64(token: str) -> str:
    token = token.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return _ascii(base64.b64decode(token + "=" * (-len(token) % 4), validate=True))
    except binascii.Error:
        return ""


def _base32(token: str) -> str:
    token = token.rstrip("=")
    try:
        return _ascii(base64.b32decode(token + "=" * (-len(token) % 8)))
    except binascii.Error:
        return ""


def _hex(token: str) -> str:
    return _ascii(bytes.fromhex(re.sub(r"0x|[ :,-]", "", token)))


def _decimal(token: str) -> str:
    codes = [int(number) for number in re.findall(r"\d+", token)]
    return "".join(chr(code) for code in codes if code < 128)


def _binary(token: str) -> str:
    return "".join(chr(int(bits, 2)) for bits in re.findall(r"[01]{8}", token))


def _rot13(token: str) -> str:
    plain = codecs.decode(token, "rot13").lower()
    plain = re.sub(r" [(\[]?at[)\]]? ", "@", plain).replace(" dot ", ".")
    return plain if _KNOWN.search(plain) else ""


# Any address is another address in rot13, so only a well-known provider shows that it is meant.
_KNOWN = re.compile(r"@(?:gmail|hotmail|yahoo|gmx|outlook|icloud|protonmail|example)\.")

_CODES: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = (
    (_BASE64, _base64),
    (_BASE32, _base32),
    (_HEX, _hex),
    (_DECIMAL, _decimal),
    (_BINARY, _binary),
    (_ROT13, _rot13),
)

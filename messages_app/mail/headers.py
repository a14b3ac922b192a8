"""Values made safe for a mail header and written in seven bits (SEC-6, RFC 5322, 2047, 2231).

Nothing here trusts its input: Python 3.11.7 writes a line break in a header value as it stands.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import quote

import idna

MAX_LINE = 76  # RFC 2047 section 2; also below the 78 of RFC 5322
MAX_DISPLAY_NAME = 64

_BREAKS = re.compile(r"[\s\x85\u2028\u2029]+")
# Controls, bidi marks and overrides, invisible format characters, surrogates, noncharacters. The two joiners
# (U+200C, U+200D) stay: Persian words and emoji are made with them.
_UNWANTED = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_NAME_SPECIALS = re.compile(r'[@\uff20\ufe6b"<>()\[\]\\,;:\u201c-\u201f\u00ab\u00bb]+')
_PLAIN = re.compile(r"[\x20-\x7e]*")
_QUOTABLE = re.compile(r"[A-Za-z0-9!#$%&'*+./=?^_`{|}~ -]+")
_LOCAL_PART = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_TOKEN = re.compile(r"[A-Za-z0-9!#$&^_.+-]+")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")


def clean_header(text: str, limit: int) -> str:
    """One line of at most `limit` characters without controls, bidi or invisible characters (SEC-6)."""
    line = _UNWANTED.sub("", _BREAKS.sub(" ", text))
    return " ".join(line[: limit * 4].split())[:limit].rstrip()


def clean_display_name(name: str) -> str:
    """A name that can stand before an address and cannot pass for one: no at sign, quotes or brackets."""
    return clean_header(_NAME_SPECIALS.sub(" ", name), MAX_DISPLAY_NAME)


def clean_address(address: str) -> str:
    """The address in ASCII, its domain in punycode (RFC 5890).

    Raises ValueError for what cannot stand in a seven-bit header: addresses are checked where they enter.
    """
    local, _, domain = address.rpartition("@")
    if not _LOCAL_PART.fullmatch(local):
        raise ValueError("not a mailbox that a seven-bit mail can name")
    if not domain.isascii():
        domain = idna.encode(domain, uts46=True).decode()
    if not _DOMAIN.fullmatch(domain):
        raise ValueError("not a domain that a mail can name")
    return f"{local}@{domain}"


def can_be_named(address: str) -> bool:
    """Whether a seven-bit header can carry the address: no mail can be sent to any other."""
    try:
        clean_address(address)
    except ValueError:
        return False
    return True


def unstructured(name: str, value: str) -> str:
    """The field `name: value`, folded to lines of 76, as encoded words where it is not plain ASCII.

    `value` must come from `clean_header`. Without the final line break.
    """
    words = value.split(" ")
    plain = _PLAIN.fullmatch(value) and "=?" not in value and max(map(len, words)) < MAX_LINE - len(name) - 2
    if not plain:
        words = list(encoded_words(value, MAX_LINE - len(name) - 2))
    return fold(f"{name}:", words)


def mailbox(name: str, display_name: str, address: str) -> str:
    """The field `name: "Display name" <address>`, folded and cleaned (MAIL-14). Raises as `clean_address`."""
    shown = clean_display_name(display_name)
    target = clean_address(address)
    if not shown:
        return fold(f"{name}:", [target])
    if _QUOTABLE.fullmatch(shown) and "=?" not in shown:
        words = f'"{shown}"'.split(" ")
    else:
        words = list(encoded_words(shown, MAX_LINE - len(name) - 2))
    return fold(f"{name}:", [*words, f"<{target}>"])


def fold(start: str, words: list[str]) -> str:
    """`start` and the words on lines of at most 76 characters where the words allow it."""
    lines, line = [], start
    for word in words:
        if len(line) + 1 + len(word) > MAX_LINE and line.strip():
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\r\n".join([*lines, line])


def encoded_words(text: str, first: int) -> Iterator[str]:
    """`text` as base-64 encoded words of whole characters (RFC 2047), the first at most `first` long."""
    room = (first - 12) // 4 * 3
    chunk = b""
    for character in text:
        encoded = character.encode()
        if len(chunk) + len(encoded) > room:
            yield f"=?utf-8?b?{b64encode(chunk).decode()}?="
            chunk, room = b"", (MAX_LINE - 1 - 12) // 4 * 3
        chunk += encoded
    yield f"=?utf-8?b?{b64encode(chunk).decode()}?="


def media_type(value: str) -> str:
    """`value` when it is a plain leaf media type, else application/octet-stream."""
    lowered = value.strip().lower()
    if not _MEDIA_TYPE.fullmatch(lowered) or lowered.startswith(("multipart/", "message/")):
        return "application/octet-stream"
    return lowered


def parameter(name: str, value: str) -> list[str]:
    """`name=value` as pieces of at most 70 characters: quoted, or in RFC 2231's form when not plain ASCII."""
    plain = value.replace("\\", "\\\\").replace('"', '\\"')
    if _PLAIN.fullmatch(value) and len(name) + len(plain) < MAX_LINE - 8:
        return [f"{name}={value}" if _TOKEN.fullmatch(value) else f'{name}="{plain}"']
    encoded = quote(value, safe="!#$&+-.^_`|~")
    if len(name) + len(encoded) < MAX_LINE - 18:
        return [f"{name}*=utf-8''{encoded}"]
    return [f"{name}*{index}*={part}" for index, part in enumerate(_slices(f"utf-8''{encoded}", 48))]


def _slices(encoded: str, size: int) -> Iterator[str]:
    """Pieces of a percent-encoded string that never cut a %XX in two."""
    start = 0
    while start < len(encoded):
        end = start + size
        cut = encoded.rfind("%", max(end - 2, start + 1), end)
        end = cut if cut > 0 else end
        yield encoded[start:end]
        start = end


def ascii_file_name(name: str) -> str:
    """A stand-in for readers that know nothing of RFC 2231: accents off, the rest as underscores."""
    bare = unicodedata.normalize("NFKD", name)
    kept = "".join(char for char in bare if not unicodedata.combining(char))
    return re.sub(r"[^A-Za-z0-9 ._()+-]+", "_", kept)[-60:].strip() or "file"

"""RFC 2047 encoded words, in the forms that real clients write. Linear time."""

from __future__ import annotations

import binascii
import re

from messages_app.mail.charsets import decode_bytes
from messages_app.mail.transfer import decode_base64

_START = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?")
_HEX_PAIR = re.compile(r"[0-9A-Fa-f]{2}")


def decode_words(value: str) -> str:
    """Decode every encoded word of an unfolded header value; what is none stays as it is.

    Blanks between two words vanish (RFC 2047, 6.2), and neighbours of one charset are decoded
    together, because clients split characters over words. Words inside quotes are decoded too.
    """
    if "=?" not in value:
        return value
    out: list[str] = []
    pending = bytearray()  # decoded bytes of neighbouring words of one charset
    charset = ""
    position = 0
    for start, end, word_charset, word in _words(value):
        between = value[position:start]
        neighbour = position > 0 and not between.strip()
        if not (neighbour and word_charset.lower() == charset):
            out.append(decode_bytes(bytes(pending), charset))
            pending.clear()
        if not neighbour:
            out.append(between)
        pending += word
        charset, position = word_charset.lower(), end
    out.append(decode_bytes(bytes(pending), charset))
    return "".join(out) + value[position:]


def _words(value: str) -> list[tuple[int, int, str, bytes]]:
    """(start, end, charset, decoded bytes) of each word, left to right."""
    found: list[tuple[int, int, str, bytes]] = []
    position = 0
    while match := _START.search(value, position):
        close = _close(value, match)
        if close < 0:
            break  # no later word can be closed either
        text = value[match.end() : close]
        found.append(
            (match.start(), close + 2, match[1].partition("*")[0], _decode(text, match[2], match[1]))
        )
        position = close + 2
    return found


def _close(value: str, match: re.Match[str]) -> int:
    """Where the word's `?=` stands, or -1. A bare question mark before `=3D` does not close it."""
    close = value.find("?=", match.end())
    if close >= 0 and match[2] in "qQ" and _HEX_PAIR.match(value, close + 2):
        later = value.find("?=", close + 2, close + 200)
        return later if later >= 0 else close
    return close


def _decode(text: str, encoding: str, charset: str) -> bytes:
    data = _raw(text, charset)
    if encoding in "bB":
        return decode_base64(data)
    return binascii.a2b_qp(data.replace(b"\n", b" "), header=True)


def _raw(text: str, charset: str) -> bytes:
    """Words should be ASCII; 8-bit characters in one become UTF-8, which the ladder tries."""
    return text.encode("utf-8", "replace")

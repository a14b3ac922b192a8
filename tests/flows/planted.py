"""Mails with a secret planted somewhere, and an eye that finds it again in any bytes (MAIL-17).

The eye shares nothing with the product: it opens a mail with Python's own reader and undoes every writing
that it knows, whatever that costs.
"""

from __future__ import annotations

import base64
import email
import html
import quopri
import re
import unicodedata
from collections.abc import Callable, Iterator
from email.header import decode_header, make_header
from urllib.parse import quote, unquote

Writing = Callable[[str], str]

HEADER_FIELDS = (
    "Reply-To",
    "Sender",
    "Cc",
    "Bcc",
    "X-Original-From",
    "X-Originating-Email",
    "Organization",
    "Disposition-Notification-To",
    "Return-Receipt-To",
    "Errors-To",
    "Autocrypt",
    "Comments",
    "Keywords",
    "List-Owner",
    "Resent-From",
    "Thread-Topic",
    "Received",
    "DKIM-Signature",
    "Content-Description",
    "Content-Location",
    "References",
    "In-Reply-To",
)


def encoded_word(secret: str) -> str:
    return f"=?utf-8?b?{base64.b64encode(secret.encode()).decode()}?="


def quoted_word(secret: str) -> str:
    return "=?utf-8?q?" + "".join(f"={byte:02X}" for byte in secret.encode()) + "?="


def with_hidden_characters(secret: str) -> str:
    return secret.replace("@", "\u200b@\u2060").replace(" ", "\u00ad ")


def over_lines(secret: str) -> str:
    """Cut as a mail program cuts a quoted line that grew too long."""
    middle = max(secret.find("@") + 1, secret.find(" ") + 1)
    return f"{secret[:middle].rstrip()}\n> {secret[middle:]}"


def entities(secret: str) -> str:
    return "".join(
        f"&#{ord(char)};" if index % 2 else f"&#x{ord(char):x};" for index, char in enumerate(secret)
    )


def twice_escaped(secret: str) -> str:
    return html.escape(secret.replace("@", "&#64;").replace(" ", "&nbsp;"))


def with_tags(secret: str) -> str:
    return secret.replace("@", "<b>@</b>").replace(" ", " <wbr>").replace(".", "<i></i>.")


def percent(secret: str) -> str:
    return quote(secret, safe=".").replace("-", "%2D")


# What may stand in text and headers alike, and what only HTML understands.
WRITINGS: dict[str, Writing] = {
    "as it is": str,
    "capitals": str.upper,
    "hidden characters": with_hidden_characters,
    "percent signs": percent,
    "full width": lambda secret: secret.replace("@", "\uff20").replace(".", "\uff0e"),
}
TEXT_WRITINGS: dict[str, Writing] = {**WRITINGS, "over two lines": over_lines}
HEADER_WRITINGS: dict[str, Writing] = {
    **WRITINGS,
    "encoded word": encoded_word,
    "quoted word": quoted_word,
    "encoded word in quotes": lambda secret: f'"{encoded_word(secret)}"',
}
HTML_WRITINGS: dict[str, Writing] = {
    **WRITINGS,
    "entities": entities,
    "escaped twice": twice_escaped,
    "tags between": with_tags,
}
TRANSFERS: dict[str, Callable[[bytes], bytes]] = {
    "8bit": bytes,
    "base64": base64.encodebytes,
    "quoted-printable": lambda content: quopri.encodestring(content, quotetabs=True),
    "Quoted-Printable": lambda content: b"=\n".join(
        quopri.encodestring(content[at : at + 7]) for at in range(0, len(content), 7)
    ),
}


def shows(raw: bytes, secret: str) -> bool:
    """Whether anybody could read that address or name out of these bytes, however it is written in them."""
    wanted = _squeezed(secret)
    return any(wanted in _squeezed(reading) for text in _texts(raw) for reading in _readings(text))


def _texts(raw: bytes) -> Iterator[str]:
    """The bytes as they are, and of a mail every header and part decoded."""
    yield raw.decode("utf-8", "replace")
    mail = email.message_from_bytes(raw)
    for part in mail.walk():
        for name, value in part.items():
            yield from _header_texts(name, str(value))
        for _, value in [*part.get_params([]), *part.get_params([], header="content-disposition")]:
            yield str(value)
        yield part.get_filename() or ""
        yield f"{part.preamble}\n{part.epilogue}"
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            yield content.decode("utf-8", "replace")
            yield content.decode("utf-16-le", "replace")


def _header_texts(name: str, value: str) -> Iterator[str]:
    yield value
    # Encoded words do not stand in quotes by the book; readers decode them there all the same.
    for spelled in (value, value.replace('"', " ")):
        try:
            yield str(make_header(decode_header(spelled)))
        except (ValueError, LookupError, UnicodeError):
            yield name


def _readings(text: str) -> Iterator[str]:
    for _ in range(3):
        yield text
        yield re.sub(r"<[^<>]*>", "", text)
        text = unquote(html.unescape(text.replace("=\r\n", "").replace("=\n", "")))
    yield quopri.decodestring(text.encode("utf-8", "replace")).decode("utf-8", "replace")


def _squeezed(text: str) -> str:
    """Without white space, quote marks, hidden characters, case and width."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(
        char
        for char in folded
        if not char.isspace() and char not in ">|" and unicodedata.category(char) != "Cf"
    )

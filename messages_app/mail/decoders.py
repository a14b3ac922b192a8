"""Steps in which a text is read as mail programs read it, each traced back to what was written (MAIL-16)."""

from __future__ import annotations

import re
from html.entities import html5
from urllib.parse import unquote

from messages_app.mail.address_forms import INVISIBLE, fold
from messages_app.mail.markup import decode_entities
from messages_app.mail.traced import Traced

MAX_NESTING = 3  # percent signs of entities of percent signs

_HIDDEN = re.compile(f"[{INVISIBLE}]+")
_TAG = re.compile(r"<[^<>]*>")
_QUOTED_PRINTABLE = re.compile(r"=(?:\r?\n|([2-7][0-9a-fA-F]))")
_LINE_GAP = re.compile(r"=?\r?\n[\s>|]*|[\s>|]+")
# Names that count without a semicolon, the longest first: "&nbspWinter".
_OPEN_NAMES = "|".join(sorted((name for name in html5 if name[-1] != ";"), key=len, reverse=True))
_ENTITY = re.compile(rf"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[A-Za-z0-9]{{1,31}};|{_OPEN_NAMES})")
_PERCENT = re.compile(  # one character in UTF-8
    r"%[0-7][0-9a-f]|%[cd][0-9a-f]%[89ab][0-9a-f]|%e[0-9a-f](?:%[89ab][0-9a-f]){2}"
    r"|%f[0-7](?:%[89ab][0-9a-f]){3}|%[89a-f][0-9a-f]",
    re.IGNORECASE,
)


def visible(text: Traced) -> Traced:
    """Without what nobody sees."""
    return text.sub(_HIDDEN, lambda _: "")


def folded(text: Traced) -> Traced:
    """Without what nobody sees, in small and plain letters."""
    return visible(text.same_length(fold))


def unescaped(text: Traced) -> Traced:
    """Entities and percent signs decoded, also one within the other; folded text stays folded."""
    for _ in range(MAX_NESTING):
        before = text.text
        text = text.sub(_ENTITY, lambda found: decode_entities(found[0]))
        text = text.sub(_PERCENT, lambda found: unquote(found[0]))
        if text.text == before:
            break
    return visible(text)


def without_tags(text: Traced, gap: str = "") -> Traced:
    """Each tag, or what looks like one, read as `gap`."""
    return text.sub(_TAG, lambda _: gap)


def unquoted(text: Traced) -> Traced:
    """Quoted-printable that nobody decoded, as far as ASCII goes."""
    return text.sub(_QUOTED_PRINTABLE, lambda found: chr(int(found[1], 16)) if found[1] else "")


def closed(text: Traced) -> Traced:
    """Without blanks, line ends and the marks of quoted lines."""
    return text.sub(_LINE_GAP, lambda _: "")

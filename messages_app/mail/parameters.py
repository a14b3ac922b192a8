"""Values with parameters, such as Content-Type: RFC 2045 and 2231, and the broken forms of both."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from messages_app.mail.charsets import clean_line, decode_bytes
from messages_app.mail.encoded_words import decode_words

_NAME = re.compile(r"[^\s=;\"]{1,100}")
_SECTION = re.compile(r"([^*]{1,80})(?:\*(\d{1,3}))?(\*?)")
_MOST_PARAMETERS = 200


def split_value(value: str) -> tuple[str, dict[str, str]]:
    """("text/plain", {"charset": "utf-8"}): lower-case main value, decoded parameters, first wins.

    Continuations (`name*0`), charsets (`name*=utf-8''...`), encoded words, missing quotes,
    inner quotes and a missing semicolon are all understood. Linear time.
    """
    main = re.match(r"[^;\s]*", value.lstrip())
    head = main[0] if main else ""
    return head.strip("\"'").lower(), _merge(_pairs(value.lstrip()[len(head) :]))


def _pairs(text: str) -> list[tuple[str, str, bool]]:
    """(name, raw value, was quoted) in order of appearance."""
    pairs: list[tuple[str, str, bool]] = []
    position = 0
    while len(pairs) < _MOST_PARAMETERS:
        while position < len(text) and (text[position].isspace() or text[position] in ';"='):
            position += 1
        name = _NAME.match(text, position)
        if name is None:
            break
        position = _skip_blank(text, name.end())
        if text[position : position + 1] != "=":
            continue  # a word without a value, or a name that is far too long
        raw, quoted, position = _value(text, _skip_blank(text, position + 1))
        pairs.append((name[0].lower(), raw, quoted))
    return pairs


def _skip_blank(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _value(text: str, start: int) -> tuple[str, bool, int]:
    """(value, was quoted, position after it) of what begins at `start`."""
    if text[start : start + 1] == '"':
        close = _closing_quote(text, start + 1)
        return re.sub(r'\\(["\\])', r"\1", text[start + 1 : close]), True, close + 1
    if text.startswith("=?", start):
        close = text.find("?=", text.find("?", start + 2) + 3)
        end = text.find(";", close) if close >= 0 else text.find(";", start)
    else:
        end = text.find(";", start)
    end = len(text) if end < 0 else end
    return text[start:end].strip(), False, end


def _closing_quote(text: str, start: int) -> int:
    """The quote that ends the value: one that a semicolon or the end follows, else the last one."""
    position, last = start, len(text)
    while position < len(text):
        if text[position] == "\\" and text[position + 1 : position + 2] in ('"', "\\"):
            position += 2
            continue
        if text[position] == '"':
            after = _skip_blank(text, position + 1)
            last = position
            if after >= len(text) or text[after] == ";":
                return position
        position += 1
    return last


def _merge(pairs: list[tuple[str, str, bool]]) -> dict[str, str]:
    plain: dict[str, str] = {}
    extended: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, raw, _quoted in pairs:
        section = _SECTION.fullmatch(name)
        if section is None or (section[2] is None and not section[3]):
            plain.setdefault(name, clean_line(decode_words(raw)))
        else:
            number = int(section[2] or 0)
            extended.setdefault(section[1], {}).setdefault(number, (raw, bool(section[3])))
    joined = {name: clean_line(_join(sections)) for name, sections in extended.items()}
    return plain | {name: text for name, text in joined.items() if text}


def _join(sections: dict[int, tuple[str, bool]]) -> str:
    """One value from its numbered sections; the first may name a charset: utf-8'en'text."""
    ordered = [sections[number] for number in sorted(sections)]
    if not any(encoded for _, encoded in ordered):
        return decode_words("".join(raw for raw, _ in ordered))
    charset = ""
    first, encoded = ordered[0]
    if encoded and first.count("'") >= 2:
        charset, _, first = first.split("'", 2)
        ordered[0] = (first, True)
    data = b"".join(
        unquote_to_bytes(raw) if encoded else raw.encode("utf-8", "replace") for raw, encoded in ordered
    )
    return decode_words(decode_bytes(data, charset))

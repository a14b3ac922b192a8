"""The mailboxes of From, strictly: one that is surely meant, or several, or none (MAIL-9).

A scanner of our own, because `email.utils` takes `alice@example.org)bob@example.com` for Alice
and reads only the first of two From fields. Here whatever two programs could read differently
gives no mailbox at all. Linear time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from messages_app.mail.charsets import clean_line
from messages_app.mail.encoded_words import decode_words
from messages_app.mail.parsed import Mailbox

MAX_ADDRESSES = 100  # MAIL-7
MAX_ADDRESS_LENGTH = 998
_MAX_NAME = 255

_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = re.compile(r"[^\W_](?:[\w-]*[^\W_])?")

# Lexical items of a field: (kind, text). Kinds: "quoted", "comment", "angle" (the inside of <>),
# "," ":" ";" and "text" for everything else.
_Item = tuple[str, str]
_OUTSIDE = re.compile(r'[^"(<,:;)>]+')


def mailboxes(values: Iterable[str]) -> tuple[Mailbox, ...]:
    """All mailboxes of all these (unfolded) field values together, at most 100.

    A value that is not surely a plain list of mailboxes (groups, stray brackets, two different
    addresses around one `<...>`, blanks inside an address) makes the whole answer empty.
    """
    found: list[Mailbox] = []
    for value in values:
        boxes = _list(value)
        if boxes is None:
            return ()
        found.extend(boxes)
    return tuple(found[:MAX_ADDRESSES])


def _list(value: str) -> list[Mailbox] | None:
    items = _items(value)
    if items is None:
        return None
    groups: list[list[_Item]] = [[]]
    for item in items:
        if item[0] in (":", ";"):
            return None
        if item[0] == ",":
            groups.append([])
        else:
            groups[-1].append(item)
    boxes = [_mailbox(group) for group in _rejoined(groups) if any(text.strip() for _, text in group)]
    return [box for box in boxes if box is not None] if boxes and all(boxes) else None


def _rejoined(groups: list[list[_Item]]) -> list[list[_Item]]:
    """`Lastname, First <a@b>` without its quotes is one mailbox if no part but the last has an @."""
    *heads, last = groups
    plain = all(kind == "text" and "@" not in text for group in heads for kind, text in group)
    if heads and plain and [kind for kind, _ in last].count("angle") == 1:
        surname = "".join("".join(text for _, text in group).strip() + ", " for group in heads)
        return [[("text", surname), *((kind, text.lstrip()) for kind, text in last)]]
    return groups


def _items(value: str) -> list[_Item] | None:
    """The lexical items, or None where quotes or brackets do not match."""
    items: list[_Item] = []
    position = 0
    while position < len(value):
        character = value[position]
        if character in ",:;":
            items.append((character, character))
            position += 1
            continue
        if plain := _OUTSIDE.match(value, position):
            items.append(("text", plain[0]))
            position = plain.end()
            continue
        end = _bracket_end(value, position)
        if end is None:
            return None
        kind = {'"': "quoted", "(": "comment", "<": "angle"}[character]
        items.append((kind, value[position + 1 : end - 1]))
        position = end
    return items


def _bracket_end(value: str, start: int) -> int | None:
    """The position behind the quoted string, comment or <...> that begins at `start`."""
    opening = value[start]
    if opening == "<":
        return _angle_end(value, start)
    if opening not in '"(':
        return None
    depth, position = 1, start + 1
    while position < len(value):
        character = value[position]
        if character == "\\":
            position += 1
        elif character == ('"' if opening == '"' else ")"):
            depth -= 1
            if depth == 0:
                return position + 1
        elif character == opening:
            depth += 1
        position += 1
    return None


def _angle_end(value: str, start: int) -> int | None:
    """`<local@domain>`, where the local part may be a quoted string."""
    position = start + 1
    while position < len(value) and value[position].isspace():
        position += 1
    if value[position : position + 1] == '"':
        quoted = _bracket_end(value, position)
        if quoted is None:
            return None
        position = quoted
    close = value.find(">", position)
    return None if close < 0 or "<" in value[position:close] else close + 1


def _mailbox(items: list[_Item]) -> Mailbox | None:
    kinds = [kind for kind, text in items if text.strip() or kind == "angle"]
    if "angle" in kinds:
        return _named(items, kinds)
    return _bare(items, kinds)


def _named(items: list[_Item], kinds: list[str]) -> Mailbox | None:
    """`Name <a@b>`, with a comment behind at most."""
    if kinds.count("angle") != 1 or set(kinds[kinds.index("angle") + 1 :]) - {"comment"}:
        return None
    address = next(text for kind, text in items if kind == "angle").strip()
    phrase = [(kind, text) for kind, text in items if kind in ("quoted", "text") and text.strip()]
    words = "".join(text for kind, text in phrase if kind == "text").strip()
    if "\\" in words or ("@" in words and words.casefold() != address.casefold()):
        return None
    return _checked(_phrase(phrase), address)


def _bare(items: list[_Item], kinds: list[str]) -> Mailbox | None:
    """`a@b` or `"a b"@c`, with a comment behind that serves as the name."""
    parts = [(kind, text) for kind, text in items if kind != "comment" and (text.strip() or kind == "quoted")]
    comments = [text for kind, text in items if kind == "comment"]
    if "comment" in kinds[1:-1]:
        return None  # inside the address, or more of them than anybody writes
    if [kind for kind, _ in parts] == ["text"]:
        return _checked(_name(" ".join(comments)), parts[0][1].strip())
    if [kind for kind, _ in parts] == ["quoted", "text"]:
        return _checked(_name(" ".join(comments)), f'"{parts[0][1]}"{parts[1][1].rstrip()}')
    return None


def _phrase(phrase: list[_Item]) -> str:
    return _name(" ".join(_unescaped(text) if kind == "quoted" else text for kind, text in phrase))


def _unescaped(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted)


def _name(text: str) -> str:
    return clean_line(decode_words(text), _MAX_NAME)


def _checked(name: str, address: str) -> Mailbox | None:
    local, at, domain = address.rpartition("@")
    if not at or len(address) > MAX_ADDRESS_LENGTH or "=?" in address:
        return None
    if any(unicodedata.category(character)[0] in "CZ" and character != " " for character in address):
        return None
    return Mailbox(name, address) if _is_local(local) and _is_domain(domain) else None


def _is_local(local: str) -> bool:
    if local[:1] == '"':
        return len(local) > 2 and _bracket_end(local, 0) == len(local)
    return bool(_LOCAL.fullmatch(local))


def _is_domain(domain: str) -> bool:
    """Dotted labels of letters, digits and hyphens; Unicode only in its settled (NFKC) form."""
    return unicodedata.normalize("NFKC", domain) == domain and all(
        _LABEL.fullmatch(label) for label in domain.split(".")
    )

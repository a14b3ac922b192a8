"""A linear scanner for HTML as it comes in mail: text and tags with their offsets, no tree.

It never fails and never looks at a character more than a few times, so hostile or broken markup costs
no more than its length. Trees, nesting and safety are nh3's business (`html.sanitise_html`).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

# Elements whose content is not markup: it ends at their own end tag, or never.
RAW_ELEMENTS = frozenset({"script", "style", "title", "iframe", "noembed", "noframes", "xmp", "template"})

_MARKUP = re.compile(r"<(?:[!?]|/?[A-Za-z])")
_TAG_NAME = re.compile(r"</?([A-Za-z][^\s/>]*)")
_ATTRIBUTE = re.compile(r"""[\s/]*+([^\s/>=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"'][^\s>]*+)))?""")
_UNCLOSED = re.compile(r"""\s*+=\s*+["']""")
_TAG_END = re.compile(r"[\s/]*+>")
_LONG_NUMBER = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{7,});?")


@dataclass(frozen=True, slots=True)
class Text:
    """Characters between tags, as written (entities not decoded)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tag:
    """A start or end tag; comments and declarations have the name "!"."""

    start: int
    end: int
    name: str  # lower-case
    closing: bool
    attributes: tuple[tuple[str, str], ...] = ()  # lower-case names, decoded values


def decode_entities(text: str) -> str:
    """`html.unescape` that cannot raise: absurdly long numbers become U+FFFD first."""
    return html.unescape(_LONG_NUMBER.sub("\ufffd", text)) if "&" in text else text


def scan_markup(source: str) -> Iterator[Text | Tag]:
    """The pieces of `source` in order, covering all of it except what a browser drops at the end."""
    position = 0
    while position < len(source):
        opening = _next_tag(source, position)
        if opening > position:
            yield Text(position, opening)
        if opening == len(source):
            return
        tag = _read_tag(source, opening)
        yield tag
        position = tag.end
        if tag.name in RAW_ELEMENTS and not tag.closing:
            position = _raw_end(source, position, tag.name)


def _next_tag(source: str, position: int) -> int:
    """Where the next thing that a browser takes for a tag begins; the length when there is none."""
    found = _MARKUP.search(source, position)
    return found.start() if found else len(source)


def _read_tag(source: str, start: int) -> Tag:
    name = _TAG_NAME.match(source, start)
    if name is None:
        return _read_declaration(source, start)
    position, attributes = _read_attributes(source, name.end())
    return Tag(start, position, name[1].lower(), source[start + 1] == "/", tuple(attributes))


def _read_declaration(source: str, start: int) -> Tag:
    comment = source.startswith("<!--", start)
    end = source.find("-->" if comment else ">", start + (4 if comment else 2))
    return Tag(start, len(source) if end < 0 else end + (3 if comment else 1), "!", closing=False)


def _read_attributes(source: str, position: int) -> tuple[int, list[tuple[str, str]]]:
    """The end of the tag and its attributes. A quote that never closes takes the rest, as in a browser."""
    attributes: list[tuple[str, str]] = []
    while (end := _TAG_END.match(source, position)) is None:
        found = _ATTRIBUTE.match(source, position)
        if found is None:
            position += 1
            if position >= len(source):
                return len(source), attributes
            continue
        position = found.end()
        value = found[2] or found[3] or found[4] or ""
        attributes.append((found[1].lower(), decode_entities(value)))
        if _opens_quote(source, position):
            return len(source), attributes
    return end.end(), attributes


def _opens_quote(source: str, position: int) -> bool:
    """After an attribute whose value did not match: an equals sign with a quote that nothing closes."""
    return _UNCLOSED.match(source, position) is not None


def _raw_end(source: str, position: int, name: str) -> int:
    found = re.compile(f"</{name}(?=[\\s/>])", re.IGNORECASE).search(source, position)
    return found.start() if found else len(source)

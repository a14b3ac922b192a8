"""What HTML shows and where it leads, with the way back into its source (POL-1, POL-5).

A tolerant scanner, not a parser: it only ever moves forward, so any input takes linear time, and
what it cannot read it takes for text. Nothing here is meant to be shown.
"""

from __future__ import annotations

import html
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

from messages_app.policy.content.normalise import Piece, View, pieces_view

_NAME = re.compile(r"/?[a-zA-Z][a-zA-Z0-9:-]{0,30}")
_ATTRIBUTE = re.compile(
    r"""(?<![^\s"'/])([^\s"'<>/=]{1,60})\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"""
)
_VALUE = re.compile(r"""[>=]""")
_BLANK = re.compile(r"\s*")

# Elements whose content no reader sees
_SILENT = frozenset({"script", "style", "title", "template"})
_VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
# Elements in a line of text; any other begins a new line
_INLINE = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins"}
    | {"kbd", "label", "mark", "o:p", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup"}
    | {"time", "tt", "u", "var", "wbr", "img", "input", "style", "script", "area", "map", "nobr", "blink"}
)
_TEXT_ATTRIBUTES = frozenset({"title", "placeholder", "value", "aria-label", "label", "summary"})
_LINK_ATTRIBUTES = frozenset({"href", "action", "formaction", "xlink:href", "ping"})
_HIDING = re.compile(
    r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden|opacity\s{0,3}:\s{0,3}0(?:\.0{1,9})?\s{0,3}(?:;|$)"
    r"|font-size\s{0,3}:\s{0,3}0(?:px|pt|em|%)?\s{0,3}(?:;|$)|mso-hide",
    re.IGNORECASE,
)
_REFRESH = re.compile(r"\s{0,9}\d{0,9}\s{0,9}[;,]\s{0,9}(?:url\s{0,9}=\s{0,9})?['\"]?", re.IGNORECASE)


@dataclass(slots=True)
class Markup:
    """`shown` is all text in order, `seen` the same without what style hides (None: nothing is hidden).

    `said` are texts that an attribute shows, `targets` the places that a click leads to.
    """

    shown: View
    seen: View | None
    said: list[View] = field(default_factory=list)
    targets: list[View] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Tag:
    name: str  # lower case, without the slash
    closing: bool
    start: int
    end: int
    attributes: dict[str, tuple[str, int, int]]  # name: value as written, and where it stands


def read_markup(source: str) -> Markup:
    """Reads an HTML source; never fails, whatever it is."""
    return _Reader(source).read()


class _Reader:
    def __init__(self, source: str) -> None:
        self._source = source
        self._shown: list[Piece] = []
        self._seen: list[Piece] = []
        self._said: list[View] = []
        self._targets: list[View] = []
        self._hidden_in: str | None = None  # the element that hides, and how deep its name nests
        self._hidden_depth = 0
        self._turned_in: str | None = None

    def read(self) -> Markup:
        for item in _tokens(self._source):
            if isinstance(item, _Tag):
                self._tag(item)
            else:
                self._text(item)
        seen = pieces_view(self._seen) if len(self._seen) < len(self._shown) else None
        return Markup(pieces_view(self._shown), seen, self._said, self._targets)

    def _text(self, piece: Piece) -> None:
        self._shown.append(piece)
        if self._hidden_in is None:
            self._seen.append(piece)

    def _tag(self, tag: _Tag) -> None:
        self._hide(tag)
        self._turn(tag)
        if tag.name not in _INLINE:
            self._text(("\n", tag.start, tag.end))
        if tag.name == "img" and "alt" in tag.attributes:
            self._text(tag.attributes["alt"])
        for name, value in tag.attributes.items():
            if not value[0]:
                continue
            if name in _TEXT_ATTRIBUTES:
                self._said.append(pieces_view([value]))
            elif name in _LINK_ATTRIBUTES and tag.name not in ("link", "image", "use"):
                self._targets.append(pieces_view([value]))
        self._refresh(tag)

    def _refresh(self, tag: _Tag) -> None:
        if tag.name == "meta" and "refresh" in tag.attributes.get("http-equiv", ("", 0, 0))[0].lower():
            value, start, end = tag.attributes.get("content", ("", 0, 0))
            lead = _REFRESH.match(value)
            if lead and lead.end() < len(value):
                self._targets.append(pieces_view([(value[lead.end() :], start + lead.end(), end)]))

    def _hide(self, tag: _Tag) -> None:
        """Keeps count of the element that hides its content."""
        if self._hidden_in is None:
            if not tag.closing and tag.name not in _VOID and _hides(tag):
                self._hidden_in, self._hidden_depth = tag.name, 1
        elif tag.name == self._hidden_in:
            self._hidden_depth += -1 if tag.closing else 1
            if not self._hidden_depth:
                self._hidden_in = None

    def _turn(self, tag: _Tag) -> None:
        """Marks text that the markup shows backwards, as an override character would."""
        if tag.closing and tag.name == self._turned_in:
            self._turned_in = None
            self._text(("\u202c", tag.start, tag.end))
        elif not tag.closing and self._turned_in is None and _turns(tag):
            self._turned_in = tag.name
            self._text(("\u202e", tag.start, tag.end))


def _hides(tag: _Tag) -> bool:
    style = tag.attributes.get("style", ("", 0, 0))[0]
    return "hidden" in tag.attributes or _HIDING.search(html.unescape(style)) is not None


def _turns(tag: _Tag) -> bool:
    style = html.unescape(tag.attributes.get("style", ("", 0, 0))[0]).lower()
    direction = tag.attributes.get("dir", ("", 0, 0))[0].lower()
    if tag.name == "bdo":
        return direction == "rtl"
    return "bidi-override" in style and "rtl" in style + direction


def _tokens(source: str) -> Iterator[Piece | _Tag]:
    """Text and tags in order; comments, declarations and silent elements are left out."""
    position, size = 0, len(source)
    while position < size:
        start = source.find("<", position)
        if start < 0:
            start = size
        if start > position:
            yield source[position:start], position, start
        if start == size:
            return
        position = yield from _after_bracket(source, start)


def _after_bracket(source: str, start: int) -> Generator[Piece | _Tag, None, int]:
    """What begins with the `<` at `start`; returns where to go on."""
    if source.startswith(("<!", "<?"), start):
        return _end_of(source, "-->" if source.startswith("<!--", start) else ">", start + 2)
    name = _NAME.match(source, start + 1)
    if name is None:
        yield "<", start, start + 1
        return start + 1
    end = _tag_end(source, name.end())
    if end is None:  # a tag that never ends: the rest is taken for text, once
        yield source[start:], start, len(source)
        return len(source)
    tag = _read_tag(source, name, start, end)
    yield tag
    if tag.name in _SILENT and not tag.closing:
        return _end_of(source, f"</{tag.name}", end)
    return end


def _end_of(source: str, mark: str, position: int) -> int:
    found = re.compile(re.escape(mark), re.IGNORECASE).search(source, position)
    return found.end() if found else len(source)


def _tag_end(source: str, position: int) -> int | None:
    """Just past the `>` that ends a tag; one inside a quoted value does not."""
    while mark := _VALUE.search(source, position):
        if mark.group() == ">":
            return mark.end()
        blank = _BLANK.match(source, mark.end())
        position = blank.end() if blank else mark.end()
        if source[position : position + 1] in ('"', "'"):
            position = source.find(source[position], position + 1) + 1
            if not position:
                return None
    return None


def _read_tag(source: str, name: re.Match[str], start: int, end: int) -> _Tag:
    attributes: dict[str, tuple[str, int, int]] = {}
    for found in _ATTRIBUTE.finditer(source, name.end(), end - 1):
        group = next(number for number in (2, 3, 4) if found.group(number) is not None)
        attributes.setdefault(found.group(1).lower(), (found.group(group), *found.span(group)))
    if "hidden" in source[name.end() : end].lower().split(" "):
        attributes.setdefault("hidden", ("", start, end))
    word = name.group().lower()
    return _Tag(word.lstrip("/"), word.startswith("/"), start, end, attributes)

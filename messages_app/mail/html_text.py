"""HTML rendered as plain text: the missing twin of an HTML-only mail, and what policy and search read.

Linear in its input and total: whatever comes in, text comes out. Nothing a reader would see is lost: link
targets stand behind their text, images leave their alternative text, quotes get their "> ".
"""

from __future__ import annotations

import re

from messages_app.mail.markup import Tag, decode_entities, scan_markup

MAX_RENDERED_CHARACTERS = 2_000_000  # beyond: tags are cut out and nothing is laid out
MAX_QUOTE_DEPTH = 12  # deeper quotes keep this prefix, else output grows with depth times lines

_PARAGRAPHS = frozenset("p h1 h2 h3 h4 h5 h6 ul ol dl table blockquote pre hr".split())
_BLOCKS = _PARAGRAPHS | frozenset(
    "address article aside body caption center dd div dt fieldset figcaption figure footer form header html"
    " li main nav section tbody tfoot thead tr".split()
)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_ANY_TAG = re.compile(r"<[^<>]*>")
_UNWANTED = re.compile("[\0\ud800-\udfff]")


def html_to_text(html: str) -> str:
    """Plain text with LF line ends for any HTML. Never raises, linear in the input's length."""
    html = _UNWANTED.sub("\ufffd", html)
    if len(html) > MAX_RENDERED_CHARACTERS:
        return decode_entities(_ANY_TAG.sub(" ", html))
    page = _Page()
    for piece in scan_markup(html):
        if isinstance(piece, Tag):
            page.tag(piece)
        else:
            page.text(decode_entities(html[piece.start : piece.end]))
    return page.finish()


class _Page:
    """Lines being written: the words of the current line, the quote depth, lists and links that are open."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._gap: int | None = None  # an empty line is due before the next text, quoted this deep
        self._space = False  # a space is due before the next word
        self._quotes = 0
        self._preformatted = 0
        self._lists: list[int] = []  # next number of each open ordered list, -1 for bullets
        self._links: list[tuple[str, int, int]] = []  # target, line count and place where its text began

    def text(self, text: str) -> None:
        if self._preformatted:
            first, *rest = text.replace("\r\n", "\n").split("\n")
            self._write(first)
            for line in rest:
                self._end_line()
                self._write(line)
            return
        words = _SPACES.sub(" ", text)
        if words.startswith(" "):
            self._space = True
        stripped = words.strip(" ")
        if stripped:
            self._write(stripped)
            self._space = words.endswith(" ")

    def tag(self, tag: Tag) -> None:
        if tag.name in _BLOCKS:
            self._block(tag)
        elif tag.name == "br":
            self._end_line(keep_empty=True)
        elif tag.name in ("td", "th"):
            self._space = True
        elif tag.name == "img" and (alternative := dict(tag.attributes).get("alt", "").strip()):
            self._write(f"[{_SPACES.sub(' ', alternative)}]")
        elif tag.name == "a":
            self._link(tag)

    def finish(self) -> str:
        self._end_line()
        return "\n".join(self._lines).strip("\n").replace("\xa0", " ")

    def _block(self, tag: Tag) -> None:
        self._end_line()
        inner_list = tag.name in ("ul", "ol") and len(self._lists) > tag.closing
        if tag.name in _PARAGRAPHS and self._lines and not inner_list:
            self._gap = self._quotes if self._gap is None else min(self._gap, self._quotes)
        step = -1 if tag.closing else 1
        if tag.name == "blockquote":
            self._quotes = max(self._quotes + step, 0)
        elif tag.name == "pre":
            self._preformatted = max(self._preformatted + step, 0)
        elif tag.name in ("ul", "ol"):
            self._open_list(tag)
        elif tag.name == "li" and not tag.closing:
            self._item()
        elif tag.name == "hr":
            self._write("-" * 20)
            self._end_line()

    def _open_list(self, tag: Tag) -> None:
        if not tag.closing:
            self._lists.append(1 if tag.name == "ol" else -1)
        elif self._lists:
            self._lists.pop()

    def _item(self) -> None:
        number = self._lists[-1] if self._lists else -1
        if number >= 0:
            self._lists[-1] += 1
        self._write(
            "  " * min(len(self._lists) - 1, MAX_QUOTE_DEPTH) + (f"{number}." if number >= 0 else "-")
        )
        self._space = True

    def _link(self, tag: Tag) -> None:
        if not tag.closing:
            self._links.append((_target(tag), len(self._lines), len(self._line)))
            return
        if not self._links:
            return
        target, lines, place = self._links.pop()
        here = self._line[place:] if lines == len(self._lines) else self._line
        if target and target not in "".join(here):
            self._write(f" <{target}>" if here else f"<{target}>")

    def _write(self, text: str) -> None:
        if not text:
            return
        if self._gap is not None:
            self._lines.append(_prefix(min(self._gap, self._quotes)).rstrip())
            self._gap = None
        if self._space and self._line and not self._line[-1].endswith(" "):
            self._line.append(" ")
        self._space = False
        self._line.append(text)

    def _end_line(self, *, keep_empty: bool = False) -> None:
        self._space = False
        if self._line or keep_empty or self._preformatted:
            self._lines.append((_prefix(self._quotes) + "".join(self._line)).rstrip(" "))
            self._line = []


def _prefix(depth: int) -> str:
    return "> " * min(depth, MAX_QUOTE_DEPTH)


def _target(tag: Tag) -> str:
    """The address a link leads to, when it says something that its text may not."""
    target = dict(tag.attributes).get("href", "").strip()
    scheme, _, rest = target.partition(":")
    if scheme.lower() == "mailto":
        return rest
    return target if scheme.lower() in ("http", "https") else ""

"""Tells what an author wrote from what their mail program quoted (POL-1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote

from messages_app.policy.facts import ContentMatch, Place

AROUND = 2_000  # characters beside a match that may belong to the same link or address
_OPENING = "([{<\"'“„«‹"
_CLOSING = ".,;:!?)]}>\"'”“»›"

Spans = Collection[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Body:
    """A body as text, with the half-open spans of it that its program did not quote."""

    text: str
    new: Spans


class Quoted:
    """Knows of each match whether it stands in quoted text that this center sent.

    `text` is the mail's text, `html` its HTML as rendered, `source` that HTML itself. `sent` are the texts
    that the center sent in this thread, and the real addresses of the author's side: those stand in the
    header lines that programs quote, and the other side gets aliases in their place (MAIL-16). Whatever
    else stands behind a quote mark is the author's own, and so is a longer link or address around one that
    was sent.
    """

    def __init__(self, text: Body, html: Body, *, source: str, sent: Iterable[str]) -> None:
        self._text = text
        self._fields = {Place.TEXT: text.text, Place.HTML: source}
        self._html_new, self._html_quoted = _words(html)
        self._sent = _Sent(sent)

    def holds(self, match: ContentMatch) -> bool:
        """Whether the match is no doing of the author's."""
        if match.place not in self._fields:
            return False
        found = _found(self._fields[match.place][match.start : match.end])
        if match.place is Place.TEXT:
            return not self._is_new(match) and self._sent.holds(found, *self._beside(match))
        is_quoted = found in self._html_quoted and found not in self._html_new
        return is_quoted and self._sent.holds(found)

    def _is_new(self, match: ContentMatch) -> bool:
        if not any(start < match.end and match.start < end for start, end in self._text.new):
            return False
        lines = self._text.text[self._text.text.rfind("\n", 0, match.start) + 1 : match.end].split("\n")
        return not all(map(_is_quote, lines))

    def _beside(self, match: ContentMatch) -> tuple[str, str]:
        """What stands before and behind it: a program may have broken it over lines."""
        text = self._text.text
        return (
            _squeezed(text[max(0, match.start - AROUND) : match.start]),
            _squeezed(text[match.end : match.end + AROUND]),
        )


class _Sent:
    """Texts without their blanks, and where words begin and end in them."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._starts: list[bool] = []
        self._ends: list[bool] = []
        parts = [word for text in texts for word in _unmarked(text).split()]
        for word in parts:
            opening, closing = _edges(word)
            self._starts += [place <= opening for place in range(len(word))]
            self._ends += [place >= closing for place in range(1, len(word) + 1)]
        self._text = "".join(parts)

    def holds(self, excerpt: str, before: str = "", behind: str = "") -> bool:
        """Whether that was sent as a whole, or is a piece of it with the rest `before` and `behind`."""
        at = self._text.find(excerpt) if excerpt else -1
        while at >= 0:
            if self._is_whole(at, at + len(excerpt), before, behind):
                return True
            at = self._text.find(excerpt, at + 1)
        return False

    def _is_whole(self, start: int, end: int, before: str, behind: str) -> bool:
        first, last = start, end
        while not self._starts[first]:
            first -= 1
        while not self._ends[last - 1]:
            last += 1
        return before.endswith(self._text[first:start]) and behind.startswith(self._text[end:last])


def _edges(word: str) -> tuple[int, int]:
    """Where what is said begins and ends in a word, the marks around it left out."""
    opening = len(word) - len(word.lstrip(_OPENING))
    closing = len(word.rstrip(_CLOSING))
    return opening, max(closing, opening + 1)


def _words(body: Body) -> tuple[str, str]:
    """The new and the quoted words of a body, without blanks."""
    new: list[str] = []
    quoted: list[str] = []
    done = 0
    for start, end in [*body.new, (len(body.text), len(body.text))]:
        quoted.append(body.text[done:start])
        for line in body.text[start:end].split("\n"):
            (quoted if _is_quote(line) else new).append(line)
        done = end
    return _squeezed("\n".join(new)), _squeezed("\n".join(quoted))


def _is_quote(line: str) -> bool:
    return line.lstrip().startswith(">")


def _found(original: str) -> str:
    """What was found, as a reader or a mail program takes it."""
    found = _squeezed(unquote(unescape(original))).removeprefix("mailto:")
    return found.lstrip(_OPENING).rstrip(_CLOSING)


def _unmarked(text: str) -> str:
    return text.lower().replace(">", "")


def _squeezed(text: str) -> str:
    """Without white space and quote marks, so that a client's line breaks make no difference."""
    return "".join(_unmarked(text).split())

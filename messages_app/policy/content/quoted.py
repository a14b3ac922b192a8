"""Tells what an author wrote from what their mail program quoted (POL-1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from html import unescape
from urllib.parse import unquote

from messages_app.policy.facts import ContentMatch, Place

MAX_ADDRESS = 320  # characters of the longest address


class Quoted:
    """Knows of each match whether it stands in quoted text that this center sent.

    `text` is the whole mail, `new` the half-open spans of it that its program did not quote,
    `earlier` the texts that the center sent in this thread, `known` the real addresses of the
    pair: those stand in the header lines that programs quote, and the other side gets aliases in
    their place (MAIL-16). Whatever else stands behind a quote mark is the author's own.
    """

    def __init__(
        self, text: str, new: Collection[tuple[int, int]], *, earlier: Iterable[str], known: Iterable[str]
    ) -> None:
        self._text = text
        self._new = new
        self._sent = _squeezed("".join(earlier))
        self._known = tuple(map(_squeezed, known))
        self._new_words = _squeezed("".join(text[start:end] for start, end in new))

    def holds(self, match: ContentMatch) -> bool:
        """Whether the match is no doing of the author's."""
        return not self._is_new(match) and (_excerpt(match) in self._sent or self._is_known(match))

    def _is_new(self, match: ContentMatch) -> bool:
        if match.place is Place.TEXT:
            return any(start < match.end and match.start < end for start, end in self._new)
        if match.place is Place.HTML:
            return _excerpt(match) in self._new_words
        return True

    def _is_known(self, match: ContentMatch) -> bool:
        """Whether it is a real address of the pair, or a piece of one that a line break cut off."""
        excerpt = _excerpt(match)
        if any(known in excerpt for known in self._known):
            return True
        if match.place is not Place.TEXT:
            return False
        before = _squeezed(self._text[max(0, match.start - MAX_ADDRESS) : match.start])
        after = _squeezed(self._text[match.end : match.end + MAX_ADDRESS])
        return any(
            (at := known.find(excerpt)) >= 0
            and before.endswith(known[:at])
            and after.startswith(known[at + len(excerpt) :])
            for known in self._known
        )


def _excerpt(match: ContentMatch) -> str:
    """What was found, as a reader or a mail program takes it."""
    return _squeezed(unquote(unescape(match.excerpt)))


def _squeezed(text: str) -> str:
    """Without white space and quote marks, so that a client's line breaks make no difference."""
    return "".join(text.lower().replace(">", "").split())

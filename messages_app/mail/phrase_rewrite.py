"""A name that the other side may not learn becomes the one it may (ACC-9, MAIL-16)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from html import escape
from urllib.parse import quote

from messages_app.mail.decoders import folded, unescaped, unquoted, without_tags
from messages_app.mail.leak_search import holds_any, wanted
from messages_app.mail.phrase_forms import Phrase, fold_name, phrase_of
from messages_app.mail.traced import Traced

_NOTHING_LEFT = "…"  # where the shown name beside other words spells the hidden one again
_ADDRESS_LOOK_BACK = 300  # characters before a name in which the beginning of a link is looked for
_KEPT = re.compile(r"<[^<>]*>")
_KEPT_IN_HTML = re.compile(r"<[^<>]*>|[<>]")
_IN_LINK = re.compile(r"(?:://|\bmailto:)[^\s<>\"']*\Z", re.IGNORECASE)
# What Unicode writes as a mark on the letter before it, also the later parts of a Korean syllable.
_MARKS = "".join(
    re.escape(sign)
    for sign in map(chr, range(0x300, 0x10000))
    if unicodedata.category(sign)[0] == "M" or sign in "\uff9e\uff9f" or "\u1160" <= sign <= "\u11ff"
)
_LETTER = re.compile(rf"[^\x00-\x7f][{_MARKS}]*|[\x00-\x7f][{_MARKS}]+")


class PhraseRewriter:
    """Replaces `name` by `shown` wherever the leak gate would see it; all other text stays as it is.

    The leak gate's own eyes say whether there is anything to do. Linear in the text.
    """

    def __init__(self, name: str, shown: str) -> None:
        self._phrase = phrase_of(name)
        self._shown = shown
        self._wanted = wanted(frozenset(), frozenset({name}))

    def text(self, text: str) -> str:
        """Plain text, a subject, a file name."""
        return self._rewrite(text, is_html=False)

    def html(self, html: str) -> str:
        """HTML: text and attributes, also with tags inside the name; those tags stay behind it."""
        return self._rewrite(html, is_html=True)

    def _rewrite(self, text: str, *, is_html: bool) -> str:
        if self._phrase is None:
            return text
        for shown in (self._shown, self._shown, _NOTHING_LEFT):
            if not holds_any(text, self._wanted):
                break
            for reading in range(len(_READINGS)):
                text = _replace(text, reading, self._phrase, shown, is_html=is_html)
        return text


def _as_written(text: Traced) -> Traced:
    return text


def _with_tags_as_gaps(text: Traced) -> Traced:
    return without_tags(unescaped(text), " ")


def _without_tags(text: Traced) -> Traced:
    return without_tags(unescaped(text))


# As the leak gate reads, each from folded text.
_READINGS = (_as_written, unescaped, _with_tags_as_gaps, _without_tags, unquoted)


def _replace(text: str, reading: int, phrase: Phrase, shown: str, *, is_html: bool) -> str:
    out: list[str] = []
    done = 0
    for start, end in _places(text, reading, phrase):
        if start < done:
            continue
        passage = text[start:end]
        out += [text[done:start], _shown_as(shown, text, start, passage, is_html=is_html)]
        out += (_KEPT_IN_HTML if is_html else _KEPT).findall(passage)
        done = end
    return "".join([*out, text[done:]])


def _places(text: str, reading: int, phrase: Phrase) -> Iterator[tuple[int, int]]:
    """Where the phrase is written, by one reading."""
    seen = folded(_READINGS[reading](folded(Traced(text))))
    if not seen.text.isascii():
        seen = seen.sub(_LETTER, lambda found: fold_name(found[0]))
    for found in phrase.pattern.finditer(seen.text):
        yield seen.span(*found.span())


def _shown_as(shown: str, text: str, start: int, passage: str, *, is_html: bool) -> str:
    """The shown name as it has to be written there: in a link with percent signs."""
    if "%" in passage or _IN_LINK.search(text[max(0, start - _ADDRESS_LOOK_BACK) : start]):
        return quote(shown)
    return escape(shown) if is_html else shown

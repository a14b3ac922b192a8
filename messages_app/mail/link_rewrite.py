"""Our own action links, which whoever got them may press, are not passed on in a quote (MAIL-16, MAIL-30).

What makes such a link dangerous is its token. That has a shape of its own, so it is found whatever became of
the address around it: broken over quoted lines, split by tags, wrapped into the link of a mail filter.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from urllib.parse import urlsplit

from messages_app.mail.decoders import closed, unescaped, unquoted, visible, without_tags
from messages_app.mail.encoded_runs import replace_runs
from messages_app.mail.leak_search import base64_texts
from messages_app.mail.traced import Traced

# Filters that rewrite links spell some signs as "-7E" and "/" as "_".
_SIGN = r"(?:-2[Dd]|-5[Ff]|[A-Za-z0-9_\-])"
_TILDE = r"(?:~|-7[Ee])"
_VALUE = r"(?:[0-9a-f]{32}|[0-9]{1,19}(?:-(?:2[Dd])?[0-9a-f]{24})?)"
_PROOF = rf"{_TILDE}[0-9A-Za-z]{{6,7}}{_TILDE}{_SIGN}{{43}}"  # when it was signed, and the signature
_TOKEN = _VALUE + _PROOF
_SITE = r"https?://[\w.\-]{1,255}(?::[0-9]{1,5})?"
_FILTERED = r"https?-3a__[\w.\-]{1,300}?_"
_FOLDERS = r"(?:/[\w.\-]{1,64}){0,5}?/"
_SHORT = r"/?links/[a-z\-]{1,30}/"
_SIGNED = re.compile(_TOKEN)
_BROKEN_OFF = re.compile(rf"{_PROOF}/?")  # its value was parted from it: a small number is soon guessed
_MAYBE = re.compile(r"~|7e|126|&(?:tilde|sim)", re.IGNORECASE)
_IN_TAG = re.compile(r"<[^<>]*\Z")
_TAGS = re.compile(r"<[^<>]*>")
_TAG_LOOK_BACK = 4_000


class LinkRewriter:
    """Takes the action links of the site at `public_url` out; `words` stand where one could be read, the
    address of the site where a link led there. Linear in the text."""

    def __init__(self, public_url: str, words: str) -> None:
        self._home = f"{public_url}/"
        self._words = words
        parts = urlsplit(public_url)
        own = rf"(?:https?://)?{re.escape(parts.hostname or '')}\.?(?::[0-9]{{1,5}})?{re.escape(parts.path)}"
        before = rf"(?i:(?:{_SITE}|{own}){_FOLDERS}|{_FILTERED}|{_SHORT})"
        self._signed = re.compile(rf"{before}?{_TOKEN}/?")
        self._by_path = re.compile(rf"(?i:(?<![\w.\-]){own}/links/)[^\s<>\"'\])]*")

    def text(self, text: str) -> str:
        """Plain text, a subject, a file name."""
        return self._rewrite(text, is_html=False)

    def html(self, html: str) -> str:
        """HTML: text and attributes; tags inside a link stay behind the words."""
        return self._rewrite(html, is_html=True)

    def _rewrite(self, text: str, *, is_html: bool) -> str:
        if _MAYBE.search(text):
            for reading in _READINGS:
                text = self._replace(text, reading, self._signed, is_html=is_html)
            text = self._replace(text, _joined, _BROKEN_OFF, is_html=is_html)
        if re.search("links", text, re.IGNORECASE):
            text = self._replace(text, unescaped, self._by_path, is_html=is_html)
        if any(_SIGNED.search(inner) for inner in base64_texts(text)):
            text = replace_runs(text, _hides_token, self._words)
        return text

    def _replace(
        self, text: str, reading: Callable[[Traced], Traced], wanted: re.Pattern[str], *, is_html: bool
    ) -> str:
        out: list[str] = []
        done = 0
        seen = reading(visible(Traced(text)))
        for found in wanted.finditer(seen.text):
            start, end = seen.span(*found.span())
            if start >= done:
                kept = _TAGS.findall(text[start:end]) if is_html else ()
                out += [text[done:start], self._instead(text, start, is_html=is_html), *kept]
                done = end
        return "".join([*out, text[done:]])

    def _instead(self, text: str, start: int, *, is_html: bool) -> str:
        if not is_html:
            return self._words
        if _IN_TAG.search(text[max(0, start - _TAG_LOOK_BACK) : start]):
            return escape(self._home)
        return escape(self._words)


def _hides_token(run: str) -> bool:
    return any(_SIGNED.search(inner) for inner in base64_texts(run))


def _joined(text: Traced) -> Traced:
    return closed(unescaped(text))


def _joined_without_tags(text: Traced) -> Traced:
    return closed(without_tags(unescaped(text)))


def _joined_quoted_printable(text: Traced) -> Traced:
    return closed(unescaped(unquoted(text)))


_READINGS = (unescaped, _joined, _joined_without_tags, _joined_quoted_printable)

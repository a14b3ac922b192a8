"""Known real addresses of the pair become the addresses that the other side may see (MAIL-16)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from messages_app.mail.address_forms import INVISIBLE, AddressForms, address_forms, close_gaps, fold, is_plain
from messages_app.mail.markup import decode_entities
from messages_app.mail.traced import Traced

_ENTITY = r"&(?:amp;)*(?:\#[0-9]{1,7};?|\#x[0-9a-f]{1,6};?|[a-z]{2,31};)"
_PERCENT = (
    r"%(?:25)*[0-7][0-9a-f]"
    r"|%(?:25)*(?:c[2-9a-f]|d[0-9a-f])%(?:25)*[89ab][0-9a-f]"
    r"|%(?:25)*e[0-9a-f](?:%(?:25)*[89ab][0-9a-f]){2}"
)
_HIDDEN = f"[{INVISIBLE}]+"
_GAP = r"=?\r?\n[\s>|]*|[\s>|]+"
_TAG = r"<[^<>]*>"
_QUOTED = r"=\r?\n|=[2-7][0-9a-f]"


def _tokens(*forms: str) -> re.Pattern[str]:
    return re.compile("|".join(forms), re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read a text: what is decoded or skipped, and what a find must hold to count.

    Without `proof` a find must have the edges of a mailbox. With it the text was joined over gaps; then edges
    say nothing, and only a find with such a gap inside is news.
    """

    tokens: re.Pattern[str]
    joined: bool
    proof: re.Pattern[str] | None = None


_AS_WRITTEN = _Reading(_tokens(_ENTITY, _PERCENT, _HIDDEN), joined=False)
_JOINED = _Reading(_tokens(_ENTITY, _PERCENT, _HIDDEN, _GAP), joined=True, proof=_tokens(_GAP, _ENTITY, "%"))
_TAGLESS = _Reading(_tokens(_ENTITY, _PERCENT, _HIDDEN, _TAG, _GAP), joined=True, proof=_tokens(_TAG, _GAP))
_QUOTED_PRINTABLE = _Reading(_tokens(_QUOTED, _HIDDEN), joined=False)
_QUOTED_JOINED = _Reading(_tokens(_QUOTED, _HIDDEN, _GAP), joined=True, proof=_tokens(_QUOTED, _GAP))
_KEPT_TAGS = re.compile(_TAG)
_INVISIBLE = re.compile(_HIDDEN)
_ENTITIES = _tokens(_ENTITY)
_PERCENTS = _tokens(_PERCENT)
_QUOTED_SIGN = _tokens(_QUOTED)
_ESCAPED_AMPERSAND = re.compile("&(?:amp;)+", re.IGNORECASE)
_ESCAPED_PERCENT = re.compile("%(?:25)+(?=[0-9a-f]{2})", re.IGNORECASE)


class Rewriter:
    """Replaces real addresses by shown ones, in any form that a reader or a program would recognise.

    `shown_by_address` maps real addresses to what stands in their place. All methods are linear in the text.
    """

    def __init__(self, shown_by_address: Mapping[str, str]) -> None:
        self._pairs = [
            (address_forms(real), shown) for real, shown in shown_by_address.items() if "@" in real
        ]

    def text(self, text: str) -> str:
        """Plain text, also over quoted and soft-broken lines, entities, percent signs, hidden characters."""
        return self._rewrite(text, (_AS_WRITTEN, _JOINED, _QUOTED_PRINTABLE, _QUOTED_JOINED))

    def html(self, html: str) -> str:
        """HTML: text nodes and attributes, also with tags inside the address; those tags stay behind it."""
        return self._rewrite(html, (_AS_WRITTEN, _JOINED, _TAGLESS, _QUOTED_PRINTABLE, _QUOTED_JOINED))

    def name(self, name: str) -> str:
        """A subject or file name."""
        return self.text(name)

    def _rewrite(self, text: str, readings: tuple[_Reading, ...]) -> str:
        for reading in readings:
            for forms, shown in self._wanted(text, reading):
                text = _replace(text, reading, forms, shown)
        return text

    def _wanted(self, text: str, reading: _Reading) -> list[tuple[AddressForms, str]]:
        """The pairs worth a closer look: most texts hold none of their domains, and are done here."""
        closed = close_gaps(_quickly_decoded(text, reading))
        return [pair for pair in self._pairs if any(host in closed for host in pair[0].hosts)]


def _quickly_decoded(text: str, reading: _Reading) -> str:
    """The folded text as the reading decodes it, without the way back."""
    if reading in (_QUOTED_PRINTABLE, _QUOTED_JOINED):
        return fold(reading.tokens.sub(_decode, text)) if _QUOTED_SIGN.search(text) else ""
    if reading is _TAGLESS:
        text = _KEPT_TAGS.sub("", text)
    if "&" in text:
        text = _ENTITIES.sub(_decode, text)
    if "%" in text:
        text = _PERCENTS.sub(_decode, text)
    return fold(text if is_plain(text) else _INVISIBLE.sub("", text))


def _replace(text: str, reading: _Reading, forms: AddressForms, shown: str) -> str:
    view = Traced(text).sub(reading.tokens, _decoder(reading)).same_length(fold)
    pattern = forms.anywhere if reading.proof else forms.bounded
    out: list[str] = []
    done = 0
    for found in pattern.finditer(view.text):
        start, end = view.span(*found.span())
        passage = text[start:end]
        if start < done or (reading.proof and not reading.proof.search(passage)):
            continue
        out += [text[done:start], shown, *(_KEPT_TAGS.findall(passage) if reading is _TAGLESS else ())]
        done = end
    return "".join([*out, text[done:]])


def _decoder(reading: _Reading) -> Callable[[re.Match[str]], str]:
    return _decode_joined if reading.joined else _decode


def _decode(token: re.Match[str]) -> str:
    """What a token stands for: one character mostly, nothing for what is skipped or cannot be seen."""
    source = token[0]
    if source[0] == "&":
        decoded = decode_entities(_ESCAPED_AMPERSAND.sub("&", source))
    elif source[0] == "%":
        decoded = unquote(_ESCAPED_PERCENT.sub("%", source))
    elif source[0] == "=" and source[1] in "234567":
        decoded = chr(int(source[1:], 16))
    else:
        return ""
    return "" if _INVISIBLE.fullmatch(decoded) else decoded


def _decode_joined(token: re.Match[str]) -> str:
    decoded = _decode(token)
    return "" if decoded.isspace() else decoded

"""What the other side gets of a message: contact details masked where a rule asks for it (POL-2), real
addresses of the pair as aliases (MAIL-16)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from django.utils.translation import gettext, override

from messages_app.policy.content import mask
from messages_app.policy.content.rules import CONTACT_EMAIL, EXTERNAL_LINK
from messages_app.policy.facts import ContentMatch, Place
from messages_app.services.disguise import Disguise
from messages_app.vault.content import Content


@dataclass(frozen=True, slots=True)
class Mask:
    """How one message is changed for the other side: what is taken out, what stands there, what is
    rewritten."""

    matches: tuple[ContentMatch, ...]
    words: str
    disguise: Disguise

    def of(self, place: Place) -> list[ContentMatch]:
        return [match for match in self.matches if match.place is place]


def mask_for(
    matches: Sequence[ContentMatch], *, by_buyer: bool, automatic: bool, language: str, disguise: Disguise
) -> Mask:
    """What a reader of `language` gets masked: e-mail addresses of a buyer (their links stay as text,
    POL-2), and whatever the policy finds in automatic mail, which nobody can be asked to write anew
    (MAIL-26). A seller's own words pass or are stopped, never changed."""
    rules = {CONTACT_EMAIL, EXTERNAL_LINK} if automatic else {CONTACT_EMAIL} if by_buyer else set[str]()
    with override(language):
        words = gettext("[contact details removed]") if automatic else gettext("[e-mail address removed]")
    return Mask(tuple(match for match in matches if match.rule in rules), words, disguise)


def content_for_other_side(content: Content, mask_: Mask) -> Content:
    """The content as the other side gets it. Where text or markup is masked the HTML goes: the
    masked text says the same."""
    text, new = _by_pieces(content, mask_)
    subject = mask_.disguise.text(mask(content.subject, mask_.of(Place.SUBJECT), mask_.words))
    in_body = mask_.of(Place.TEXT) or mask_.of(Place.HTML)
    html = "" if in_body else mask_.disguise.html(content.html)
    return replace(content, subject=subject, text=text, new=new, html=html)


def name_for_other_side(name: str, mask_: Mask) -> str:
    """A file name as the other side sees it; its extension stays."""
    stem, dot, extension = name.rpartition(".")
    shown = stem if dot else name
    for match in mask_.of(Place.FILE_NAME):
        shown = shown.replace(match.excerpt.removesuffix(f".{extension}"), mask_.words)
    return mask_.disguise.text(shown) + (f".{extension}" if dot else "")


def _by_pieces(content: Content, mask_: Mask) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text masked and rewritten, with the spans of the new text where they stand now."""
    matches = mask_.of(Place.TEXT)
    rewrite: Callable[[str], str] = mask_.disguise.text
    edges = sorted({0, len(content.text), *(edge for span in content.new for edge in span)})
    starts = {start for start, _ in content.new}
    pieces: list[str] = []
    new: list[tuple[int, int]] = []
    length = 0
    for start, end in pairwise(edges):
        piece = rewrite(mask(content.text[start:end], _within(matches, start, end), mask_.words))
        if start in starts:
            new.append((length, length + len(piece)))
        pieces.append(piece)
        length += len(piece)
    return "".join(pieces), tuple(new)


def _within(matches: Sequence[ContentMatch], start: int, end: int) -> list[ContentMatch]:
    """The matches that touch text[start:end], in its own offsets."""
    return [
        replace(match, start=max(match.start, start) - start, end=min(match.end, end) - start)
        for match in matches
        if match.start < end and start < match.end
    ]

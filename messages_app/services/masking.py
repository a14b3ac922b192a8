"""What the seller gets of a buyer's message where a rule asks for a mask (POL-2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from django.utils.translation import gettext, override

from messages_app.policy.content import mask
from messages_app.policy.content.rules import CONTACT_EMAIL
from messages_app.policy.facts import ContentMatch, Place
from messages_app.vault.content import Content

MASKED_RULES = frozenset({CONTACT_EMAIL})


def mask_words(rule: str, language: str) -> str:
    """What stands where something was taken out, in the reader's language."""
    with override(language):
        return {CONTACT_EMAIL: gettext("[e-mail address removed]")}[rule]


def masked_content(content: Content, matches: Sequence[ContentMatch], *, language: str) -> Content | None:
    """The content with its contact details masked for a reader of `language`; None: nothing to mask.

    Where anything is masked the HTML goes: the masked text says the same.
    """
    masked = [match for match in matches if match.rule in MASKED_RULES]
    if not masked:
        return None
    words = mask_words(CONTACT_EMAIL, language)
    in_text = [match for match in masked if match.place is Place.TEXT]
    in_subject = [match for match in masked if match.place is Place.SUBJECT]
    text, new = _mask_pieces(content, in_text, words)
    return replace(content, subject=mask(content.subject, in_subject, words), text=text, new=new, html="")


def _mask_pieces(
    content: Content, matches: Sequence[ContentMatch], words: str
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The masked text, with the spans of the new text where they stand now."""
    edges = sorted({0, len(content.text), *(edge for span in content.new for edge in span)})
    starts = {start for start, _ in content.new}
    pieces: list[str] = []
    new: list[tuple[int, int]] = []
    length = 0
    for start, end in pairwise(edges):
        piece = mask(content.text[start:end], _within(matches, start, end), words)
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

"""Subjects without what mail programs put before them (MAIL-11: the weakest evidence)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# What answers and forwards begin with, in the languages that people write to us from and then some.
_PREFIXES = (
    "re|aw|antw|antwort|sv|vs|r|rif|ri|rép|rep|réf|ref|res|resp|odp|hs|ynt|atb|απ|отв|ответ|回复|回覆|답장"
    "|fw|fwd|wg|weitergeleitet|tr|trs|rv|rvs|enc|i|inoltra|pd|vb|vl|doorst|vidst|továbbítás|iletim|πρθ|转发|轉寄"
)
_PREFIX = re.compile(
    rf"\s*(?:{_PREFIXES})\s?(?:\[\d{{1,3}}\]|\(\d{{1,3}}\)|\^\d{{1,3}}|\*\d{{1,3}})?\s?[:：]"
)
_MOST_PREFIXES = 50


def bare_subject(subject: str) -> str:
    """The subject to compare by: letter case, blanks and any number of reply and forward marks gone.

    Empty when nothing but marks was there.
    """
    bare = unicodedata.normalize("NFC", subject).casefold()
    for _ in range(_MOST_PREFIXES):
        found = _PREFIX.match(bare)
        if found is None:
            break
        bare = bare[found.end() :]
    return " ".join(bare.split())


def telling_subjects(subjects: Iterable[str]) -> list[str]:
    """What each of a thread's subjects, oldest first, says that the ones before it have not said; empty for
    those that repeat one, or that answer or forward what came before them."""
    known = {""}
    told = []
    for place, subject in enumerate(subjects):
        bare = bare_subject(subject)
        marked = bare != _folded(subject)
        told.append("" if bare in known or (marked and place) else " ".join(subject.split()))
        known.add(bare)
    return told


def _folded(subject: str) -> str:
    return " ".join(unicodedata.normalize("NFC", subject).casefold().split())

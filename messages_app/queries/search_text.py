"""What somebody typed into the search, understood (BOX-6): words, "phrases" and operators. Pure and total:
whatever is typed means something or is named as not understood."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from messages_app.sealing.searchable import FROM, HAS_FILE, ORDER, TO, name_words
from messages_app.sealing.stems import stems_of
from messages_app.sealing.words import Term, terms_of, words_of

LONGEST = 200  # characters that are looked at
MOST = 12  # words, phrases and operators that are looked at
MOST_CONDITIONS = 30  # words that must all be there


class Kind(StrEnum):
    """What a part of the search is."""

    WORD = "word"
    PHRASE = "phrase"
    FROM = "from"
    TO = "to"
    ORDER = "order"
    FILE = "has"
    UNREAD = "is"
    AFTER = "after"
    BEFORE = "before"


class Hint(StrEnum):
    """Why a part of the search was left out."""

    DATE = "date"
    LABEL = "label"
    HAS = "has"
    IS = "is"
    TOO_MUCH = "too_much"


@dataclass(frozen=True, slots=True)
class Chip:
    """One part as it was understood."""

    kind: Kind
    value: str


@dataclass(frozen=True, slots=True)
class Hinted:
    """One part that was left out."""

    hint: Hint
    value: str


# One condition: any of these sets of words stands whole in the message.
Alternatives = tuple[frozenset[str], ...]


@dataclass(slots=True)
class Asked:
    """A search. All of `conditions` hold for a message; `phrases` are folded words in their order."""

    text: str
    conditions: list[Alternatives] = field(default_factory=list)
    phrases: list[tuple[str, ...]] = field(default_factory=list)
    plain: set[str] = field(default_factory=set)  # folded words and stems that a found text shows
    after: date | None = None  # this day or later
    before: date | None = None  # earlier than this day
    unread: bool = False
    chips: list[Chip] = field(default_factory=list)
    hints: list[Hinted] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether anything was understood."""
        return bool(self.chips)


_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″", '"') | {"\0": " "})
_PART = re.compile(
    r'(?P<name>[A-Za-z]{2,6}):(?P<value>"[^"]*"?|[^\s"]+)|"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+)'
)


def read_search(text: str) -> Asked:
    """The search that a text asks for. Only its first 200 characters and 12 parts count."""
    text = text.translate(_QUOTES).strip()
    asked = Asked(text[:LONGEST])
    parts = list(_PART.finditer(asked.text))
    for part in parts[:MOST]:
        _read_part(asked, part)
    if len(text) > LONGEST or len(parts) > MOST or len(asked.conditions) > MOST_CONDITIONS:
        del asked.conditions[MOST_CONDITIONS:]
        asked.hints.append(Hinted(Hint.TOO_MUCH, ""))
    return asked


def _read_part(asked: Asked, part: re.Match[str]) -> None:
    if name := part["name"]:
        value = part["value"].strip('"').strip()
        if _READERS.get(name.lower(), _no_operator)(asked, value):
            return
        _words(asked, part.group().replace('"', " "))
    elif part["word"]:
        _words(asked, part["word"])
    else:
        _phrase(asked, part["phrase"])


def _no_operator(asked: Asked, value: str) -> bool:
    return False


def _words(asked: Asked, text: str) -> None:
    terms = list(terms_of(text))
    for term in terms:
        alternatives = _alternatives(term)
        asked.conditions.append(alternatives)
        asked.plain.update(*alternatives)
    if terms:
        asked.chips.append(Chip(Kind.WORD, text.strip()))


def _alternatives(term: Term) -> Alternatives:
    """The word or one of its stems; of what is joined the whole, or all its parts."""
    if len(term.words) == 1:
        word = term.words[0]
        return tuple(frozenset({form}) for form in sorted({word.folded} | stems_of(word)))
    return _whole_or_parts(term)


def _whole_or_parts(term: Term, prefix: str = "") -> Alternatives:
    parts = frozenset(prefix + word.folded for word in term.words)
    return (frozenset({prefix + term.joined}), parts) if term.joined else (parts,)


def _phrase(asked: Asked, text: str) -> None:
    words = tuple(word.folded for word in words_of(text))
    if not words:
        return
    asked.conditions += [(frozenset({word}),) for word in dict.fromkeys(words)]
    asked.plain.update(words)
    if len(words) > 1:
        asked.phrases.append(words)
    asked.chips.append(Chip(Kind.PHRASE, text.strip()))


def _named(kind: Kind, prefix: str) -> Callable[[Asked, str], bool]:
    def read(asked: Asked, value: str) -> bool:
        words = name_words(value)
        if words:
            asked.conditions.append((frozenset(prefix + word for word in words),))
            asked.chips.append(Chip(kind, value))
        return bool(words)

    return read


def _order(asked: Asked, value: str) -> bool:
    terms = list(terms_of(value))
    asked.conditions += [_whole_or_parts(term, ORDER) for term in terms]
    if terms:
        asked.chips.append(Chip(Kind.ORDER, value))
    return bool(terms)


def _has(asked: Asked, value: str) -> bool:
    if value.lower() in ("attachment", "attachments", "file", "files"):
        asked.conditions.append((frozenset({HAS_FILE}),))
        asked.chips.append(Chip(Kind.FILE, "attachment"))
    else:
        asked.hints.append(Hinted(Hint.HAS, value))
    return True


def _is(asked: Asked, value: str) -> bool:
    if value.lower() == "unread":
        asked.unread = True
        asked.chips.append(Chip(Kind.UNREAD, "unread"))
    else:
        asked.hints.append(Hinted(Hint.IS, value))
    return True


def _label(asked: Asked, value: str) -> bool:
    asked.hints.append(Hinted(Hint.LABEL, value))
    return True


def _day(kind: Kind) -> Callable[[Asked, str], bool]:
    def read(asked: Asked, value: str) -> bool:
        day = _date(value)
        if day is None:
            asked.hints.append(Hinted(Hint.DATE, value))
            return True
        if kind is Kind.AFTER:
            asked.after = max(day, asked.after or day)
        else:
            asked.before = min(day, asked.before or day)
        asked.chips.append(Chip(kind, day.isoformat()))
        return True

    return read


def _date(value: str) -> date | None:
    """A day that no time zone pushes out of the calendar."""
    try:
        day = date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII) else None
    except ValueError:
        return None
    return day if day and date.min.year < day.year < date.max.year else None


_READERS: dict[str, Callable[[Asked, str], bool]] = {
    "from": _named(Kind.FROM, FROM),
    "to": _named(Kind.TO, TO),
    "order": _order,
    "label": _label,
    "has": _has,
    "is": _is,
    "after": _day(Kind.AFTER),
    "before": _day(Kind.BEFORE),
}

"""Which words a message can be found by, as one side sees it (BOX-6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from messages_app.sealing.stems import likely_language, stems_of
from messages_app.sealing.words import Term, humps_of, terms_of

MAX_WORDS = 20_000  # distinct ones of a message: file names first, then subject and text; see decision 0015
MAX_STEMMED = 1_000  # distinct ones whose stems are made: stemming is what takes time
MAX_TERMS = 40_000  # of a text that are looked at

HAS_FILE = "has:attachment"
FROM = "from:"  # before each word of the author's names
TO = "to:"
ORDER = "order:"
ME = "me"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is known about a message besides its text. Names are those that this side may know, aliases among
    them (ACC-9)."""

    mine: bool
    author: tuple[str, ...]
    other: tuple[str, ...]
    order_number: str
    has_files: bool


def text_words(
    subject: str, texts: Iterable[str], file_names: Iterable[str], languages: Iterable[str]
) -> frozenset[str]:
    """The folded words and stems of what somebody wrote: at most MAX_WORDS and those of one word more. Words
    after the first MAX_STEMMED are found as they are written alone. `languages` are those of the two sides;
    the text's own joins them where it shows."""
    terms = list(islice(chain(terms_of(subject), *map(terms_of, texts)), MAX_TERMS))
    found: set[str] = set()
    for words in chain(_file_words(file_names), _stemmed(terms, languages)):
        found |= words
        if len(found) >= MAX_WORDS:
            break
    return frozenset(found)


def setting_words(setting: Setting) -> set[str]:
    """The words of names and numbers, and the marks that the operators look up."""
    found = {(FROM if setting.mine else TO) + ME}
    for prefix, names in ((FROM, setting.author), (TO, setting.other)):
        for name in names:
            found |= {prefix + word for word in name_words(name)}
            found |= plain_words(name)
    number = plain_words(setting.order_number)
    found |= number | {ORDER + word for word in number}
    return found | {HAS_FILE} if setting.has_files else found


def name_words(name: str) -> set[str]:
    """The words of a name, or of an alias before its "@", as `from:` and `to:` compare them."""
    return {word.folded for term in terms_of(name.partition("@")[0]) for word in term.words}


def plain_words(text: str) -> set[str]:
    """The folded words of a text and the longer ones they make up, without stems."""
    found: set[str] = set()
    for term in terms_of(text):
        found.update(word.folded for word in term.words)
        found.update(term.wholes)
    return found


def _file_words(names: Iterable[str]) -> Iterator[set[str]]:
    return ({*plain_words(name), *humps_of(name)} for name in names)


def _stemmed(terms: list[Term], languages: Iterable[str]) -> Iterator[set[str]]:
    """Each word with its stems, then what the words of a term make up."""
    words = {word.raw: word for term in terms for word in term.words}
    own = likely_language(word.folded for word in words.values())
    known = tuple(dict.fromkeys((*languages, own)))
    for number, word in enumerate(words.values()):
        yield {word.folded, *(stems_of(word, known) if number < MAX_STEMMED else ())}
    yield from (set(term.wholes) for term in terms if len(term.words) > 1)

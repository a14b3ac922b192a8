"""Which words a message can be found by, as one side sees it (BOX-6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from messages_app.sealing.stems import likely_language, stems_of
from messages_app.sealing.words import Term, humps_of, terms_of

MAX_WORDS = 2_000  # distinct ones of a message: names first, then subject, files and text
MAX_TERMS = 20_000  # of a text that are looked at

HAS_FILE = "has:attachment"
FROM = "from:"  # before each word of the author's name and address
TO = "to:"
ORDER = "order:"
ME = "me"


@dataclass(frozen=True, slots=True, kw_only=True)
class Searchable:
    """A message as one side sees it. Names are those this side may know, aliases among them (ACC-9)."""

    mine: bool
    subject: str
    text: str
    file_names: tuple[str, ...]
    order_number: str
    author: tuple[str, ...]
    other: tuple[str, ...]
    languages: tuple[str, ...]  # of the two sides


def searchable_words(message: Searchable) -> set[str]:
    """The folded words and stems of it, and its marks: at most MAX_WORDS and those of one word more."""
    found = set(_marks(message))
    for words in _in_order(message):
        found |= words
        if len(found) >= MAX_WORDS:
            break
    return found


def _marks(message: Searchable) -> Iterator[str]:
    """What the operators look up."""
    yield (FROM if message.mine else TO) + ME
    for prefix, names in ((FROM, message.author), (TO, message.other)):
        yield from (prefix + word for name in names for word in name_words(name))
    yield from (ORDER + word for word in _plain(message.order_number))
    if message.file_names:
        yield HAS_FILE


def name_words(name: str) -> set[str]:
    """The words of a name or of an alias before its "@", as `from:` and `to:` compare them."""
    return {word.folded for term in terms_of(name.partition("@")[0]) for word in term.words}


def _in_order(message: Searchable) -> Iterator[set[str]]:
    for name in (*message.author, *message.other, message.order_number):
        yield set(_plain(name))
    for name in message.file_names:
        yield {*_plain(name), *humps_of(name)}
    terms = islice(chain(terms_of(message.subject), terms_of(message.text)), MAX_TERMS)
    yield from _stemmed(list(terms), message.languages)


def _plain(text: str) -> Iterator[str]:
    for term in terms_of(text):
        yield from (word.folded for word in term.words)
        yield from term.wholes


def _stemmed(terms: list[Term], languages: Iterable[str]) -> Iterator[set[str]]:
    """Each term's words with their stems, in the sides' languages and in the text's own."""
    words = {word.raw: word for term in terms for word in term.words}
    own = likely_language(word.folded for word in words.values())
    known = tuple(dict.fromkeys((*languages, own)))
    for word in words.values():
        yield {word.folded, *stems_of(word, known)}
    for term in terms:
        if len(term.words) > 1:
            yield set(term.wholes)

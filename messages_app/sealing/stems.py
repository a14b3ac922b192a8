"""Light stemming, so that "parcels" finds "parcel" (BOX-6): a stemmer for each of the six languages."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any, Protocol

import snowballstemmer

from messages_app.sealing.words import MAX_LENGTH, Word, fold

_STEMMERS = {
    "en": "english",
    "fr": "french",
    "it": "italian",
    "pl": "polish",
    "de": "german",
    "es": "spanish",
}
LANGUAGES = tuple(_STEMMERS)
_SHORTEST = 3  # characters; what is shorter has no endings

# Small words by which a text shows its language: each belongs to one of the six alone.
_SMALL_WORDS = {
    "en": "the and is are was you your have has with not this that my of for please it be will".split(),
    "fr": "le les et est une vous votre vos avez nous je ne pas mon ma avec pour dans merci du".split(),
    "it": "il gli che è sono una per il mio mia con della nel ho non lei vostro questo ma grazie".split(),
    "pl": "jest jestem czy mam moje moja mój dla od proszę dzień dobry jak już był gdzie bardzo".split(),
    "de": "der die das und ist ich sie nicht ein eine mit für habe wir mein auf den bitte zu dem".split(),
    "es": "el los las y es una que mi con por para su usted he no gracias del lo está pero".split(),
}
_ENOUGH = 1  # small words; a wrong guess costs a few stems and hides nothing


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802 - the library's name


@cache
def _stemmer(language: str) -> _Stemmer:
    stemmer: Any = snowballstemmer.stemmer(_STEMMERS[language])
    return stemmer  # type: ignore[no-any-return]


@lru_cache(maxsize=50_000)
def _stems(raw: str, folded: str, language: str) -> frozenset[str]:
    """Of the word as written and of the word without its accents: either may be what somebody types."""
    stemmer = _stemmer(language)
    forms = {raw, folded}
    return frozenset(fold(stemmer.stemWord(form))[:MAX_LENGTH] for form in forms) - {""}


def stems_of(word: Word, languages: Iterable[str] = LANGUAGES) -> set[str]:
    """The word's stems in each of the languages that have a stemmer, folded."""
    if len(word.folded) < _SHORTEST or not word.folded.isalpha():
        return set()
    known = [language for language in languages if language in _STEMMERS]
    return set().union(*(_stems(word.raw, word.folded, language) for language in known))


def likely_language(words: Iterable[str]) -> str:
    """The language whose small words stand most in the text; empty where that says nothing."""
    present = set(words)
    found, language = max((len(present & small), language) for language, small in _small_words().items())
    return language if found >= _ENOUGH else ""


@cache
def _small_words() -> dict[str, frozenset[str]]:
    everywhere = [word for words in _SMALL_WORDS.values() for word in set(words)]
    return {
        language: frozenset(fold(word) for word in words if everywhere.count(word) == 1)
        for language, words in _SMALL_WORDS.items()
    }

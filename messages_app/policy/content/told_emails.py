"""E-mail addresses that are told rather than written (contact_email).

"My name is john.smith and I'm at gmail, put the at between": a provider's name, and near it a name,
an at sign or a way to reach somebody. Works outwards from each provider's name over a bounded
stretch of folded lower-case text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from messages_app.policy.content.emails import PLAIN_PROVIDERS, PROVIDERS, STRONG_AT
from messages_app.policy.content.hits import Hit
from messages_app.policy.content.hosts import DOT_WORDS, FILE_ENDINGS, read_host
from messages_app.policy.content.lexicon import EMAIL, alternation

NEAR = 90  # characters each side
STEP = 30  # of two occasions closer than this only the first is looked around

_ENDING = r"(?:com|fr|it|pl|de|es|net|org|co\.uk)"
_PROVIDER = re.compile(
    rf"(?<![^\W_])@?(?:{alternation(PLAIN_PROVIDERS)}|{alternation(PROVIDERS)}(?=\s?(?:\.|{DOT_WORDS}\s)\s?{_ENDING}(?!\w)))"
    rf"(?:\s{{0,2}}(?:\.|{DOT_WORDS})?\s{{0,2}}{_ENDING})?(?!\w)"
)
_WHOLE_HOST = re.compile(rf"@?{alternation(PLAIN_PROVIDERS)}\s{{0,2}}(?:\.|{DOT_WORDS})\s{{0,2}}{_ENDING}")
# Letters and digits mixed, or letters joined by a dot or underscore: a name that people give themselves
_HANDLE = re.compile(
    r"(?<![\w.@/-])[a-z]{2,30}(?:[._][a-z0-9]{1,30}|\d{1,6}(?!\w)|[._-]?\d{1,4}[a-z]{0,10}(?!\w)){1,3}(?![\w])"
)
_MIXED = re.compile(r"(?<![\w.@/-])[a-z]{1,20}\d{1,6}(?![\w-])")
_AT = re.compile(rf"@|(?<!\w){STRONG_AT}(?!\w)|(?<!\w)the at(?!\w)")
_CONTACT = re.compile(rf"(?<!\w){alternation(EMAIL['contact']['phrases'])}(?!\w)")
_HARMLESS = re.compile(rf"(?<!\w){alternation(EMAIL['contact']['harmless'])}")
_JOINER = re.compile(rf"(?<!\w){alternation(EMAIL['at']['joiners'])}")
_BACKWARDS = re.compile(rf"(?<!\w){alternation(EMAIL['hints']['backwards'])}")
_REVERSED = re.compile(r"(?<![\w.])(?:moc|ten|gro|rf|lp|ed|ti|se|elpmaxe)\.([a-z0-9-]{2,30})[\s@]")

_GLUED = re.compile(
    rf"(?<![\w.-])[a-z0-9._-]{{2,40}}?(?:at|@|{STRONG_AT})(?:{alternation(PLAIN_PROVIDERS)})(?:{DOT_WORDS}|\.)?{_ENDING}?(?!\w)"
    rf"|(?<![\w.-])[a-z0-9._-]{{3,40}}?(?:at|{STRONG_AT})[a-z0-9-]{{2,30}}(?:dot|punto|punkt|kropka){_ENDING}(?!\w)"
    rf"|(?<![\w.-])[a-z0-9._-]{{4,40}}?(?:gmail|hotmail|yahoo|gmx|icloud|googlemail)\.?{_ENDING}(?!\w)"
)


def find_told(text: str) -> Iterator[Hit]:
    """Every place where the words around a provider or an at sign make up an address."""
    for glued in _GLUED.finditer(text):
        yield Hit(*glued.span())
    for provider in _apart(_PROVIDER.finditer(text)):
        if (hit := _around_provider(text, provider)) is not None:
            yield hit
    yield from _recipes(text)
    yield from _reversed(text)


def _apart(occasions: Iterable[re.Match[str]]) -> Iterator[re.Match[str]]:
    """Those that lie apart, so that looking around each stays linear however many there are."""
    done = 0
    for occasion in occasions:
        if occasion.start() >= done:
            done = occasion.start() + STEP
            yield occasion


def _around_provider(text: str, provider: re.Match[str]) -> Hit | None:
    start, end = provider.span()
    before, after = text[max(0, start - NEAR) : start], text[end : end + NEAR]
    if _HARMLESS.search(before[-30:]) or _HARMLESS.search(after[:30]):
        return None
    for handle in _HANDLE.finditer(before):
        if not _is_file(handle.group()):
            return Hit(start - len(before) + handle.start(), end)
    for handle in _HANDLE.finditer(after):
        if not _is_file(handle.group()):
            return Hit(start, end + handle.end())
    near = before + after
    if _MIXED.search(near) and _JOINER.search(near):
        return Hit(start, end)
    if _WHOLE_HOST.match(provider.group()):
        return Hit(start, end)
    if _AT.search(before) or _AT.search(after) or _CONTACT.search(before[-60:]):
        return Hit(start, end)
    return None


def _is_file(name: str) -> bool:
    return name.rpartition(".")[2] in FILE_ENDINGS


def _recipes(text: str) -> Iterator[Hit]:
    """ "example.org with the at sign in between": a sign, a verb that joins, and a host."""
    for at in _apart(_AT.finditer(text)):
        near_start = max(0, at.start() - NEAR)
        near = text[near_start : at.end() + NEAR]
        if _JOINER.search(near) and _host_in(near):
            yield Hit(*at.span())


_TIGHT_HOST = re.compile(
    r"(?<![\w.@/-])[a-z0-9-]{2,40}(?:\.|\s(?:dot|punto|punkt|kropka|point)\s)[a-z]{2,12}(?!\w)"
)


def _host_in(text: str) -> bool:
    return any(
        (host := read_host(text, found.start())) is not None and host.labels[-1] not in FILE_ENDINGS
        for found in _TIGHT_HOST.finditer(text)
    )


def _reversed(text: str) -> Iterator[Hit]:
    """ "moc.elpmaxe ta nhoj, read it backwards"."""
    for found in _apart(_REVERSED.finditer(text)):
        known = found[1][::-1] in PROVIDERS
        if known or _BACKWARDS.search(text[max(0, found.start() - NEAR) : found.end() + NEAR]):
            yield Hit(*found.span())

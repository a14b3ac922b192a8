"""E-mail addresses in folded lower-case text: written, spelled out, split, wrapped (contact_email).

Works from each at sign or word for it outwards, over a bounded stretch, so it is linear.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from messages_app.policy.content.hits import Hit
from messages_app.policy.content.hosts import (
    FILE_ENDINGS,
    WRAP,
    Dot,
    Host,
    read_host,
    run_of_labels,
)
from messages_app.policy.content.lexicon import EMAIL, LINKS, alternation, words

STRONG_AT = alternation(EMAIL["at"]["strong"])
_WEAK_AT = alternation(EMAIL["at"]["weak"])
_BRACKETED_AT = alternation(EMAIL["at"]["bracketed"])

AT = re.compile(
    rf"(?P<sign>@{{1,2}})"
    rf"|[(\[{{<\"'*|/\\~]{{1,2}}\s{{0,2}}(?:{_BRACKETED_AT}|{STRONG_AT})\s{{0,2}}[)\]}}>\"'*|/\\~]{{1,2}}(?P<bracket>)"
    rf"|(?<=[^\W_])(?:{WRAP}){{1,3}}(?:at|{STRONG_AT})(?:{WRAP}){{1,3}}(?=[^\W_])(?P<joined>)"
    rf"|(?<![^\W_])(?P<strong>{STRONG_AT})(?![^\W_])"
    rf"|(?<![^\W_])(?P<weak>{_WEAK_AT})(?![^\W_])"
    rf"|(?<=[^\W_])\.(?P<dotted>at)\.(?=[^\W_])"
)
_LEAD = re.compile(rf"\s{{0,4}}(?:(?:{WRAP}){{1,2}}\s{{0,2}})?")

_SEPARATORS = alternation([word[::-1] for word in EMAIL["separators"]["words"]])
_NAME_CHARACTER = r"[\w.%+!#$&*=?^{|}~'-]"
# Read backwards from the at sign: the name, and what is spelled or set apart before it.
_NAME_BACKWARDS = re.compile(
    rf"(?:\)[^()\s]{{0,40}}\((?=[\w.%+-]))?"  # a comment: "name(work)@", RFC 5322
    rf"(?P<gap>\s{{0,4}}(?:[)\]}}>\"'*|/\\~]{{1,2}}\s{{0,3}}|[<(\[{{\"']{{1,2}}\s{{0,3}})?)"
    rf"(?P<name>{_NAME_CHARACTER}{{1,64}})"
    rf"(?P<more>(?:(?:\s{{1,3}}{_SEPARATORS}\s{{1,3}}|\s{{0,2}}[)\]}}]\s?(?:\.|_|-|{_SEPARATORS})\s?[(\[{{]\s{{0,2}}"
    rf"|\s{{1,2}}[._-]\s{{1,2}}){_NAME_CHARACTER}{{1,40}}){{0,4}})"
)
_WORD_BACKWARDS = re.compile(r"[^\w]{1,3}([\w']{1,24})")
_IN_URL = re.compile(r"[\w.:%+\\-]{1,80}//")
_IP = re.compile(r"\[?(?:\d{1,3}\.){3}\d{1,3}\]?(?![\w.])")
_BROKEN = re.compile(
    r"[a-z0-9-]{1,20}(?:\s[a-z0-9-]{1,20}){0,2}\s?\.\s?(?:com|net|org|fr|it|pl|de|es|eu)(?!\w)"
)

PLAIN_PROVIDERS = words(EMAIL["providers"], "plain")
PROVIDERS = words(EMAIL["providers"], "plain", "named")
# "gmailcom": what is left when the dot is dropped
_GLUED = re.compile(rf"{alternation(PROVIDERS)}(?:com|fr|it|pl|de|es|net|org)")
_BEFORE_AT = words(EMAIL["prose"], "before_at")
_ROLES = words(EMAIL["prose"], "roles")
_NOT_A_HOST = words(EMAIL["dot"], "prose_before")
_DETERMINERS = words(LINKS, "determiners")

IsOwn = Callable[[str, str], bool]


class At(StrEnum):
    """How the at sign is written."""

    SIGN = "sign"
    BRACKET = "bracket"
    JOINED = "joined"
    STRONG = "strong"
    WEAK = "weak"
    DOTTED = "dotted"


@dataclass(frozen=True, slots=True)
class _Name:
    """What stands before the at sign."""

    text: str
    start: int
    tight: bool
    spelled: bool  # with a separator in words or set apart


class EmailFinder:
    """Finds addresses in one text. `is_own(local, host)` says which are the pair's own."""

    def __init__(self, text: str, is_own: IsOwn) -> None:
        self._text = text
        self._backwards = text[::-1]
        self._is_own = is_own

    def find(self) -> Iterator[Hit]:
        """Every address, in order; the pair's own ones marked as allowed."""
        done = 0
        for at in AT.finditer(self._text):
            if at.start() >= done and (hit := self._around(at)) is not None:
                done = hit.end
                yield hit

    def _around(self, at: re.Match[str]) -> Hit | None:
        kind = At(at.lastgroup or "")
        name = self._name(at.start(), kind)
        if (
            kind is At.SIGN
            and name is not None
            and _IN_URL.match(self._backwards, len(self._text) - at.start())
        ):
            return None
        lead = _LEAD.match(self._text, at.end())
        after = lead.end() if lead else at.end()
        any_word = kind is not At.WEAK or bool(name and name.spelled)
        host = read_host(self._text, after, any_word=any_word)
        if host is None and kind is At.WEAK and name:
            host = self._market_host(after)
        end = self._address_end(kind, name, host, at, after)
        if end is None:
            return None
        start = at.start() if name is None or not self._belongs(kind, name, at) else name.start
        own = name is not None and host is not None and self._own(name, host)
        either = kind is At.WEAK and host is not None and host.tight and host.labels[0] not in PROVIDERS
        return Hit(start, end, allowed=own, open=either and not own)

    def _own(self, name: _Name, host: Host) -> bool:
        local = name.text.lstrip("'\"*|~.")
        return any(self._is_own(local, host.cut(n).name) for n in range(2, len(host.labels) + 1))

    def _name(self, position: int, kind: At) -> _Name | None:
        found = _NAME_BACKWARDS.match(self._backwards, len(self._text) - position)
        if found is None or not any(c.isalnum() for c in found["name"]):
            return None
        if kind in (At.STRONG, At.WEAK) and not found["gap"]:
            return None
        text = found["name"][::-1]
        start = len(self._text) - found.end()
        return _Name(text, start, not found["gap"], bool(found["more"]))

    def _belongs(self, kind: At, name: _Name, at: re.Match[str]) -> bool:
        """Whether the word before is the address's name, not the sentence's ("mail us at ...")."""
        return kind is not At.WEAK or not _is_prose(name.text)

    def _market_host(self, position: int) -> Host | None:
        """ "anna at libero punto it": a word for the dot that leads to a country, after a weak at."""
        host = read_host(self._text, position, any_word=True)
        return host if host and (host.labels[0] in PROVIDERS or not host.tight) else None

    def _address_end(
        self, kind: At, name: _Name | None, host: Host | None, at: re.Match[str], after: int
    ) -> int | None:
        """Where the address ends, or None if this is none."""
        if kind is At.SIGN:
            return self._after_sign(name, host, at, after)
        if kind is At.WEAK:
            return self._after_weak(name, host, after)
        if kind is At.DOTTED:
            return (
                host.end if host and host.labels[0] in PROVIDERS else self._provider(after, PLAIN_PROVIDERS)
            )
        if host is not None and (name is not None or kind is At.STRONG):
            return host.end
        if name is None and kind is not At.STRONG:
            return None
        return self._provider(after, PROVIDERS if kind is At.STRONG else PLAIN_PROVIDERS)

    def _after_sign(self, name: _Name | None, host: Host | None, at: re.Match[str], after: int) -> int | None:
        if host is not None and not _is_file(host):
            loose = (
                host.dots[-1] is Dot.AFTER and host.labels[0] not in PROVIDERS and not (name and name.tight)
            )
            return None if loose else host.end
        if name is None:
            return self._provider(after, PLAIN_PROVIDERS)
        if name.tight and after == at.end() and (end := self._unlisted(after)) is not None:
            return end
        providers = PROVIDERS if name.tight and after == at.end() else PLAIN_PROVIDERS
        return self._provider(after, providers) or self._reversed(name, after)

    def _unlisted(self, after: int) -> int | None:
        """ "name@host.lan", "name@[10.1.2.3]", "name@exam ple.com": an address all the same."""
        if address := _IP.match(self._text, after):
            return address.end()
        read = run_of_labels(self._text, after)
        if read is not None:
            run = read[0]
            count = 1 + next((i for i, dot in enumerate(run.dots) if dot is not Dot.TIGHT), len(run.dots))
            last = run.labels[count - 1]
            if count > 1 and last.isalpha() and len(last) > 1 and last not in FILE_ENDINGS:
                return run.ends[count - 1]
        broken = _BROKEN.match(self._text, after)
        return broken.end() if broken else None

    def _reversed(self, name: _Name, after: int) -> int | None:
        """ "moc.liamg@nhoj": the whole is written backwards."""
        host = read_host(name.text[::-1], 0)
        label = run_of_labels(self._text, after)
        known = host is not None and host.tight and (host.labels[0] in PROVIDERS or host.labels[-1] == "com")
        return label[0].ends[0] if known and label else None

    def _after_weak(self, name: _Name | None, host: Host | None, after: int) -> int | None:
        if name is None and host is not None and not host.tight and host.labels[0] in PROVIDERS:
            return host.end  # "ann brook, all one word, at outlook dot com"
        if name is None or (_is_prose(name.text) and not name.spelled and not _is_role(name.text, host)):
            return None
        if host is None:
            return self._provider(after, PLAIN_PROVIDERS)
        if host.labels[0] in PROVIDERS:
            return host.end
        if host.labels[0] == "www" or host.labels[0] in _NOT_A_HOST or name.text.rstrip(".'\"") != name.text:
            return None
        before = _WORD_BACKWARDS.match(self._backwards, len(self._text) - name.start)
        noun = before is not None and before[1][::-1] in _DETERMINERS and name.text.isalpha()
        return None if noun else host.end

    def _provider(self, position: int, providers: frozenset[str]) -> int | None:
        """The end of a well-known provider's bare name."""
        read = run_of_labels(self._text, position)
        if read is None:
            return None
        label = read[0].labels[0]
        known = label in providers or _GLUED.fullmatch(label) is not None
        return read[0].ends[0] if known else None


def _is_prose(word: str) -> bool:
    """Whether a word stands before "at" in ordinary English."""
    return word in _BEFORE_AT or "'" in word or word.isdigit()


def _is_role(word: str, host: Host | None) -> bool:
    """ "info at example dot com": who writes the dot as a word means the at as a sign."""
    return word in _ROLES and host is not None and not host.tight


def _is_file(host: Host) -> bool:
    return host.tight and host.labels[-1] in FILE_ENDINGS

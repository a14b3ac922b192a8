"""Links and hosts in folded text, however they are written (external_link; POL-3, POL-5)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass

from messages_app.policy.content.bare_hosts import bare_host
from messages_app.policy.content.hosts import DOT_WORDS, LABEL, SPLIT_TLDS, WRAP, Dot, Host, read_host
from messages_app.policy.content.lexicon import EMAIL, LINKS, alternation, words


@dataclass(frozen=True, slots=True)
class Link:
    """A link or host as read: `scheme` is "" where none is written."""

    start: int
    end: int
    host: str
    scheme: str = ""
    spelled: bool = False  # with words, brackets or blanks for its dots
    user: bool = False  # a user name stands before the host
    port: bool = False
    sure: bool = True


_SCHEME = re.compile(
    r"(?<![a-z0-9])(?:"
    r"(?P<web>h\s?(?:t\s?t|x\s?x|\*\s?\*|_\s?_|t\s?x|x\s?t)\s?p\s?(?P<s>s?))\s?(?:(?:[:;]|&colon;)?\s?[/\\]\s?[/\\]|:)\s?"
    r"|(?P<other>[a-z][a-z0-9+-]{1,11}):[/\\]{2})"
)
_AUTHORITY = re.compile(r"[^\s<>\"'`/\\?#|{}]{1,300}")
_TAIL = re.compile(r"(?::\d{1,5}(?!\w))?(?:[/?#\\][^\s<>\"'`|{}]{0,2000})?")
_WORD_START = re.compile(r"(?<![^\W])(?<!\w-)(?<!@)[^\W_](?=[\w-]{0,62}\.[^\W_])")
_IP = re.compile(r"(?<![\w.,])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d|,\d)")
_WWW = re.compile(r"(?<![^\W_])(?:www|w\s?w\s?w|3w|vvv?vvv?vvv?)[\s.:_-]{1,3}")
_SPELLED = re.compile(
    rf"(?P<bracket>(?:{WRAP})\s{{0,2}}(?:\.|{DOT_WORDS})|\[\s?\.|[(\[{{]\s?\.)"
    rf"|(?<=\s)(?P<word>{DOT_WORDS})(?=\s)|(?P<blank>(?<=\s)\.|\.(?=\s))|(?P<comma>,(?=[a-z]))"
)
_LABEL_BACKWARDS = re.compile(r"\s{0,3}((?:[^\W_]|-){1,63})")
_GLUED = re.compile(
    r"(?<![\w.-])[a-z0-9-]{3,40}?(?:dotcom|punktcom|puntocom|pointcom|kropkacom|kropkapl|dotnet|dotorg)(?!\w)"
)
_WORD_BACKWARDS = re.compile(r"\s{1,3}([\w']{1,24})")
_VERSION_WORDS = words(LINKS, "version_words")
_DETERMINERS = words(LINKS, "determiners")
_NOT_A_HOST = words(EMAIL["dot"], "prose_before")


def find_links(text: str, cased: str) -> Iterator[Link]:
    """Every link and host; `text` is `cased` in lower case. Some may overlap."""
    finder = _Finder(text, cased)
    yield from finder.with_scheme()
    yield from finder.bare()
    yield from finder.addresses()
    yield from finder.with_www()
    yield from finder.spelled()
    for glued in _GLUED.finditer(text):
        yield Link(*glued.span(), host=glued.group(), spelled=True)


def read_target(text: str) -> Link | None:
    """Where a link attribute leads, or None if it does not leave the message."""
    target = re.sub(r"[\s\x00-\x1f]", "", text).lower().replace("\\", "/")
    if target.startswith("//"):
        target = "https:" + target
    scheme, colon, rest = target.partition(":")
    if not colon or re.search(r"[/?#]", scheme):
        return None  # relative, or an anchor: leads nowhere from a mail
    if scheme in ("mailto", "tel", "sms", "cid", ""):
        return None
    found = _link(target, 0, len(scheme) + 1 + len(rest) - len(rest.lstrip("/")), scheme)
    return found or Link(0, len(text), host="", scheme=scheme)


def _link(text: str, start: int, position: int, scheme: str) -> Link | None:
    """The link whose authority begins at `position`."""
    found = _AUTHORITY.match(text, position)
    if found is None:
        return None
    authority = found.group()
    user, _, place = authority.rpartition("@")
    host, _, port = place.partition(":")
    host = host.strip(".,;!)]")
    if not any(character.isalnum() for character in host):
        return None
    tail = _TAIL.match(text, found.end())
    end = tail.end() if tail else found.end()
    return Link(start, end, host, scheme, user=bool(user), port=port.isdigit())


class _Finder:
    def __init__(self, text: str, cased: str) -> None:
        self._text = text
        self._cased = cased
        self._backwards = text[::-1]

    def with_scheme(self) -> Iterator[Link]:
        done = 0
        for found in _SCHEME.finditer(self._text):
            if found.start() < done:
                continue
            scheme = found["other"] or ("https" if found["s"] else "http")
            if found["web"] and found["web"].replace(" ", "") not in ("http", "https"):
                scheme = "disguised"
            host = read_host(self._text, found.end(), any_word=True)
            if host is not None and not host.tight:
                done = host.end
                yield Link(found.start(), host.end, host.name, scheme, spelled=True)
                continue
            link = _link(self._text, found.start(), found.end(), scheme)
            if link is not None and (host is not None or found.group().endswith(("/", "\\"))):
                done = link.end
                yield link

    def bare(self) -> Iterator[Link]:
        done = 0
        for word in _WORD_START.finditer(self._text):
            if word.start() < done:
                continue
            host = bare_host(self._cased, self._text, self._backwards, word.start())
            if host is not None:
                tail = _TAIL.match(self._text, host.end)
                done = tail.end() if tail else host.end
                yield Link(host.start, done, host.name, sure=host.sure)

    def addresses(self) -> Iterator[Link]:
        for found in _IP.finditer(self._text):
            if _leads_outside(found.group()) and not self._is_version(found):
                tail = _TAIL.match(self._text, found.end())
                yield Link(found.start(), tail.end() if tail else found.end(), found.group())

    def _is_version(self, found: re.Match[str]) -> bool:
        before = _WORD_BACKWARDS.match(self._backwards, len(self._text) - found.start())
        if before is not None and before[1][::-1].strip(".:") in _VERSION_WORDS:
            return True
        low = int(found.group().partition(".")[0]) < 11
        return low and not self._text.startswith((":", "/"), found.end())

    def with_www(self) -> Iterator[Link]:
        """ "www example com": behind www anything is a dot."""
        for found in _WWW.finditer(self._text):
            host = read_host(self._text, found.end(), any_word=True)
            if host is not None:
                yield Link(found.start(), host.end, host.name, spelled=not host.tight)
                continue
            apart = _WWW_APART.match(self._text, found.end())
            if apart is not None:
                yield Link(found.start(), apart.end(), f"{apart[1]}.{apart[2]}", spelled=True)

    def spelled(self) -> Iterator[Link]:
        done = 0
        for dot in _SPELLED.finditer(self._text):
            if dot.start() < done:
                continue
            label = _LABEL_BACKWARDS.match(self._backwards, len(self._text) - dot.start())
            if label is None:
                continue
            start = len(self._text) - label.end()
            host = self._spelled_host(start)
            if host is not None:
                done = host.end
                yield Link(host.start, host.end, host.name, spelled=True)

    def _spelled_host(self, start: int) -> Host | None:
        host = read_host(self._text, start)
        if host is None or host.tight or not LABEL.match(self._text, start):
            return None
        if self._text[host.end : host.end + 1].isalnum() or host.labels[0].isdigit():
            return None
        if Dot.WORD in host.dots and host.labels[0] in _NOT_A_HOST:
            return None
        if Dot.AFTER in host.dots or Dot.BEFORE in host.dots or Dot.COMMA in host.dots:
            last = self._cased[host.ends[-2] : host.end].lstrip(" \t\n.,")
            if last[:1].isupper() or host.labels[0] in _DETERMINERS or host.labels[-1] not in SPLIT_TLDS:
                return None
        return host


_APART_TLDS = alternation(SPLIT_TLDS | words(LINKS, "strong_tlds") | {"de", "it", "es"})
_WWW_APART = re.compile(rf"([a-z0-9-]{{2,40}})[\s.,]{{1,3}}({_APART_TLDS})(?!\w)")


def _leads_outside(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return False

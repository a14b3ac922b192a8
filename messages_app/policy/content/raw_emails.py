"""Addresses written plainly, where a text is too long to be judged closely (POL-2, POL-7).

One pass from at sign to at sign, each looked at over a bounded stretch: linear and fast for any text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from messages_app.policy.content.hits import Hit
from messages_app.policy.content.hosts import FILE_ENDINGS
from messages_app.policy.content.lexicon import TLDS

MOST = 1_000  # looked at one by one; from there on the text is one single find

_LOCAL = r"[\w.%+-]"
_AT_HOST = re.compile(rf"[@＠﹫](?<={_LOCAL}.)([\w-]{{1,63}}+(?:[.．。][\w-]{{1,63}}+){{1,20}}+)")
_LOCAL_BACKWARDS = re.compile(rf"{_LOCAL}{{1,64}}")
_DOTS = str.maketrans("．。", "..")

IsOwn = Callable[[str, str], bool]


def find_raw(text: str, start: int, is_own: IsOwn) -> Iterator[Hit]:
    """Addresses in text[start:] other than the pair's own, in order; sure where the host's ending is a
    real one. Past `MOST` of them the rest of the text is one unsure hit."""
    for count, found in enumerate(_AT_HOST.finditer(text, start)):
        begin = _begin(text, found.start())
        if count >= MOST:
            yield Hit(begin, len(text), sure=False)
            return
        labels = found[1].lower().translate(_DOTS).split(".")
        local = text[begin : found.start()].lower()
        if _is_host(labels) and not _is_own(local, labels, is_own):
            yield Hit(begin, found.end(), sure=labels[-1] in TLDS)


def _begin(text: str, at: int) -> int:
    before = _LOCAL_BACKWARDS.match(text[max(0, at - 64) : at][::-1])
    return at - (before.end() if before else 0)


def _is_host(labels: list[str]) -> bool:
    return len(labels[-1]) > 1 and labels[-1].isalpha() and labels[-1] not in FILE_ENDINGS


def _is_own(local: str, labels: list[str], is_own: IsOwn) -> bool:
    return any(is_own(local, ".".join(labels[:count])) for count in range(2, len(labels) + 1))

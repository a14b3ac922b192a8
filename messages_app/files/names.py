"""File names as they are stored, shown and sent on: harmless everywhere, still the author's (ATT-5)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

MAX_NAME = 120  # characters (code points), extension included
FALLBACK = "file"
_MAX_EXTENSION = 16  # with its dot; what is longer is text after a dot
_UNSEEN = {"Cc", "Cf", "Cs"}  # controls, bidi and other format characters, lone surrogates
_RESERVED = re.compile(  # device names of Windows, with or without an extension
    r"(con|prn|aux|nul|clock\$|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|$)", re.IGNORECASE
)


def clean_name(raw: str) -> str:
    """A safe file name of 1 to MAX_NAME characters in NFC; clean names stay as they are (ATT-5, SEC-6).

    Kept are letters of every script and the extension. Gone are path parts, controls, bidi and
    zero-width characters, and dots and spaces at the ends; what Windows forbids becomes `_`.
    """
    visible = "".join(_safe(character) for character in raw)
    parts = [part for part in re.split(r"[/\\]", unicodedata.normalize("NFC", visible)) if part.strip(" .")]
    name = re.sub(" +", " ", parts[-1]).strip(" ").rstrip(" .") if parts else FALLBACK
    if name.startswith("."):
        name = f"{FALLBACK}.{name.lstrip(' .')}"
    if _RESERVED.match(name):
        name = f"_{name}"
    return _fit(name, MAX_NAME)


def unique_names(names: Sequence[str]) -> list[str]:
    """Clean names in the given order, no two equal in any letter case: the second is `name (2).txt`."""
    taken: set[str] = set()
    copies: dict[str, int] = {}
    result = []
    for name in map(clean_name, names):
        candidate, key = name, _key(name)
        while _key(candidate) in taken:
            copies[key] = copies.get(key, 1) + 1
            candidate = _numbered(name, copies[key])
        taken.add(_key(candidate))
        result.append(candidate)
    return result


def extensions(name: str) -> list[str]:
    """All extensions of a clean name, lower-case, without dots, in their order: `a.b.PDF` has b, pdf."""
    return [part.strip().lower() for part in name.split(".")[1:]]


def _safe(character: str) -> str:
    if character.isspace():
        return " "
    if unicodedata.category(character) in _UNSEEN:
        return ""
    return "_" if character in '<>:"|?*' else character


def _fit(name: str, length: int) -> str:
    """At most `length` characters, taken from before the extension."""
    stem, extension = _split(name)
    return stem[: length - len(extension)].rstrip(" .") + extension


def _split(name: str) -> tuple[str, str]:
    """Stem and extension with its dot; the extension is empty when there is none worth keeping."""
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension) >= _MAX_EXTENSION:
        return name, ""
    return stem, dot + extension


def _numbered(name: str, number: int) -> str:
    stem, extension = _split(name)
    mark = f" ({number}){extension}"
    return stem[: MAX_NAME - len(mark)].rstrip(" .") + mark


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold())

"""The word lists and allow-lists of the content policy: data with a version (POL-8).

Read once at import from the package's own TOML files. All words stand as folded text reads:
lower case, without accents.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

from tldextract import TLDExtract


def _load(name: str) -> dict[str, Any]:
    text = resources.files(__package__).joinpath("lexicon", f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


POLICY_VERSION: str = _load("version")["version"]

LOOKALIKES: dict[str, str] = {
    character: plain for plain, characters in _load("lookalikes").items() for character in characters
}

CARRIER_HOSTS: frozenset[str] = frozenset(_load("carriers")["hosts"])
PROGRAM_LINKS: list[str] = _load("programs")["links"]

EMAIL: dict[str, Any] = _load("email")
LINKS: dict[str, Any] = _load("links")

# RFC 2606 and RFC 7686: reserved names, which no registry lists
_RESERVED = frozenset({"example", "test", "invalid", "localhost", "onion"})
# No caches, no network: the list that the library ships
_SUFFIXES = TLDExtract(suffix_list_urls=(), cache_dir=None).tlds
TLDS: frozenset[str] = frozenset(suffix for suffix in _SUFFIXES if "." not in suffix) | _RESERVED


def words(section: dict[str, Any], *names: str) -> frozenset[str]:
    """The words of the named lists of a section together."""
    return frozenset(word for name in names for word in section[name])


def alternation(choices: frozenset[str] | list[str]) -> str:
    """A regular expression for any of the choices, the longest first; blanks match any blank."""
    ordered = sorted(choices, key=lambda word: (-len(word), word))
    escaped = [word.replace(".", r"\.").replace(" ", r"\s{1,2}") for word in ordered]
    return "(?:" + "|".join(escaped) + ")"

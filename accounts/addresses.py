"""The normal form of a mail address: what equality means here."""

from __future__ import annotations

import re

import idna

_ATOM = r"[^\s\x00-\x20\x7f()<>\[\]:;@\\,.\"]+"
_DOT_ATOM = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")


def normalise_address(address: str) -> str:
    """Lower case, without surrounding space, the domain in its ASCII form (RFC 5890), a local part
    without quotes where it needs none (RFC 5321 section 4.1.2: the same mailbox).

    Plus tags and dots are kept: another tag is another address. Never raises; a domain that
    IDNA refuses stays as it was written. The normal form of a normal form is itself.
    """
    local, at, domain = address.strip().lower().rpartition("@")
    return f"{_unquoted(local)}@{_ascii(domain)}" if at else domain


def _unquoted(local: str) -> str:
    if len(local) < 3 or not (local[0] == local[-1] == '"'):
        return local
    bare = re.sub(r"\\(.)", r"\1", local[1:-1])
    return bare if _DOT_ATOM.fullmatch(bare) else local


def _ascii(domain: str) -> str:
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except UnicodeError:
        return domain

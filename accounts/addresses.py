"""The normal form of a mail address: what equality means here."""

from __future__ import annotations


def normalise_address(address: str) -> str:
    """Lower case, without surrounding space, the domain in its ASCII form (IDNA).

    Plus tags and dots are kept: another tag is another address. Never raises; a domain that
    IDNA refuses stays as it was written. The normal form of a normal form is itself.
    """
    local, at, domain = address.strip().lower().rpartition("@")
    if not at:
        return domain
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_domain = domain
    return f"{local}@{ascii_domain}".strip()  # IDNA makes blanks of some letters

"""What the content rules are asked about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An author's new words as they came (POL-1), and what may stand in them.

    Addresses and hosts are compared in lower case; a host stands for its sub-domains too.
    """

    text: str = ""
    html: str = ""
    subject: str = ""
    file_names: tuple[str, ...] = ()
    file_links: tuple[str, ...] = ()  # where the documents attached lead
    own_addresses: frozenset[str] = frozenset()  # the aliases of this pair
    alias_domains: frozenset[str] = frozenset()  # any address there counts as an alias of the pair
    marketplace_domains: frozenset[str] = frozenset()  # pass in any notation (POL-3)
    https_hosts: frozenset[str] = frozenset()  # pass as https links: what the contact reason allows
    carriers: bool = False  # https links to carriers pass: a reply, or the order is shipped or delivered

"""Which names may be shown to the other side, and which belong to the marketplace (ACC-9)."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

import tldextract
from django.conf import settings

from accounts.models import Marketplace
from accounts.names import NOBODY, display_name_of, leads_outside, looks_like

# The list of public suffixes that the library brings along; nothing is fetched (SEC-5).
_suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


class Unfit(StrEnum):
    """Why a name is kept from the other side."""

    CONTACT = "contact"  # it holds an address, a link or a phone number
    MARKETPLACE = "marketplace"  # it looks like the marketplace's own


def why_unfit(name: str) -> Unfit | None:
    """Why a person's name may not be shown to the other side, in pages or mails; None: it may."""
    if leads_outside(name):
        return Unfit.CONTACT
    return Unfit.MARKETPLACE if is_marketplace_name(name) else None


def shown_name_of(full_name: str) -> str:
    """The display name made from a full name; a name for nobody in particular where that is unfit."""
    name = display_name_of(full_name)
    return NOBODY if why_unfit(name) else name


def is_marketplace_name(name: str) -> bool:
    """Whether a name contains the marketplace's or could be taken for it (ACC-9)."""
    names = Marketplace.objects.values_list("name", flat=True)
    return looks_like(name, [*names, *_domain_names(tuple(settings.MARKETPLACE_DOMAINS))])


@lru_cache(maxsize=8)
def _domain_names(domains: tuple[str, ...]) -> frozenset[str]:
    """The registered name of each domain: "marketplace" of "www.marketplace.example"."""
    return frozenset(_registered(domain) for domain in domains)


def _registered(domain: str) -> str:
    found = _suffixes(domain)
    labels = domain.split(".")
    return found.domain if found.suffix else labels[max(len(labels) - 2, 0)]

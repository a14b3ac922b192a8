"""Which names belong to the marketplace."""

from __future__ import annotations

from functools import lru_cache

import tldextract
from django.conf import settings

from accounts.models import Marketplace
from accounts.names import looks_like

# The list of public suffixes that the library brings along; nothing is fetched (SEC-5).
_suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


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

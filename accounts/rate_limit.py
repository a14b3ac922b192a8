"""How often something may be tried from one place or about one address (ACC-1, SEC-4).

While Redis is away each process counts for itself, so that people can sign in (REL-3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from axes.helpers import get_client_ip_address
from django.core.cache import cache, caches
from django.core.cache.backends.base import BaseCache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from redis import RedisError

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `tries` within `window`, counted from the first of them."""

    name: str
    tries: int
    window: timedelta = HOUR


# Links mailed to one address, whoever had them sent: few; more for one place, where many may sit.
LINK_PER_ADDRESS = Limit("link-address", 5)
LINK_PER_PLACE = Limit("link-place", 60)
# Failed sign-ins from one place over all accounts; django-axes counts those of one account.
SIGN_IN_PER_PLACE = Limit("sign-in-place", 100, timedelta(minutes=15))
# Confirmation mails that one seller may send out.
CONFIRM_PER_SELLER = Limit("confirm-seller", 20)


def count_try(limit: Limit, who: str) -> bool:
    """Counts a try of `who` and says whether it is still within the limit."""
    try:
        return _count(cache, limit, who) <= limit.tries
    except RedisError:
        return _count(caches["process"], limit, who) <= limit.tries


def _count(counts: BaseCache, limit: Limit, who: str) -> int:
    key = _key(limit, who)
    counts.add(key, 0, timeout=limit.window.total_seconds())
    try:
        return int(counts.incr(key))
    except ValueError:
        return 1  # the window ended between the two lines: this is the first try of the next one


def is_spent(limit: Limit, who: str) -> bool:
    """Whether `who` has used up the tries; counts nothing."""
    key = _key(limit, who)
    try:
        return int(cache.get(key, 0)) >= limit.tries
    except RedisError:
        return int(caches["process"].get(key, 0)) >= limit.tries


def place_of(request: HttpRequest) -> str:
    """The caller's network address, as django-axes is told to find it."""
    return str(get_client_ip_address(request) or "")


def _key(limit: Limit, who: str) -> str:
    # A keyed hash: no address stands in a cache key (PRV-5).
    return f"limit:{limit.name}:{salted_hmac('accounts.rate_limit', who, algorithm='sha256').hexdigest()}"

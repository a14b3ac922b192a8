"""How often something may be tried from one place or about one address (ACC-1, SEC-4).

Counted in the database: for all web workers together, with Redis or without.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from axes.helpers import get_client_ip_address
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import TryCount

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
# Failed sign-ins of one account over all places; a browser where its person has been is let try on.
SIGN_IN_PER_PERSON = Limit("sign-in-person", 100, timedelta(minutes=15))
# Codes and passwords that one person types, to sign in or to prove who they are; a right one starts anew.
PROOF_PER_PERSON = Limit("proof-person", 10, timedelta(minutes=15))
# Invitations that one seller may send out, and new addresses that one person may have confirmed.
INVITE_PER_SELLER = Limit("invite-seller", 20)
NEW_ADDRESS_PER_PERSON = Limit("new-address-person", 5)
# Confirmation mails that one seller may send out.
CONFIRM_PER_SELLER = Limit("confirm-seller", 20)


def count_try(limit: Limit, who: str, *, times: int = 1) -> bool:
    """Counts a try of `who`, or several at once, and says whether it is still within the limit; what is not
    counts for nothing.

    Of two limits the one on a place is asked first, and the other only while that holds: else a place
    that has used up its tries could still have rows written without end.
    """
    now = timezone.now()
    fresh = TryCount(key=_key(limit, who), ends_at=now + limit.window)
    TryCount.objects.bulk_create([fresh], ignore_conflicts=True)
    row = TryCount.objects.filter(key=fresh.key)
    row.filter(ends_at__lte=now).update(tries=0, ends_at=fresh.ends_at)
    return bool(row.filter(tries__lte=limit.tries - times).update(tries=F("tries") + times))


def is_spent(limit: Limit, who: str) -> bool:
    """Whether `who` has used up the tries; counts nothing."""
    running = TryCount.objects.filter(key=_key(limit, who), ends_at__gt=timezone.now())
    return running.filter(tries__gte=limit.tries).exists()


def forget_tries(limit: Limit, who: str) -> None:
    """Starts the count of `who` anew, after a success."""
    TryCount.objects.filter(key=_key(limit, who)).delete()


def forget_ended(now: datetime) -> int:
    """Removes the counts of windows that are over. Returns how many."""
    return TryCount.objects.filter(ends_at__lte=now).delete()[0]


def place_of(request: HttpRequest) -> str:
    """The caller's place, as django-axes is told to find it."""
    return str(get_client_ip_address(request) or "")


def _key(limit: Limit, who: str) -> str:
    return salted_hmac(f"accounts.rate_limit.{limit.name}", who, algorithm="sha256").hexdigest()

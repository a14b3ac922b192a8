"""Whom a text names: looked up first, so that what is theirs is then read by an index (ORD-2, ALI-6)."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet

from accounts.models import Alias, Buyer, Membership, Seller, User
from accounts.name_keys import name_key
from accounts.queries.alias_text import alias_in
from accounts.queries.names import shown_name_of
from accounts.queries.people import name_begins

NAMED_MOST = 200  # of one kind whom a text names; more letters name fewer


def sellers_named(text: str) -> list[int]:
    """The sellers whose trade name begins so, the first 200 by name; one statement."""
    return _named(Seller.objects.all(), text)


def buyers_named(text: str) -> list[int]:
    """The buyers whose display name begins so, the first 200 by name; one statement."""
    return _named(Buyer.objects.all(), text)


def people_named(text: str) -> list[int]:
    """Staff with the text in their full name; buyers by their full name or the display name made of it; and
    who is in the team of a seller called so. At most 200 of each; eight statements."""
    own = User.objects.filter(is_staff=True, full_name__icontains=text).order_by("-pk")
    staff = own.values_list("pk", flat=True)[:NAMED_MOST]
    buyers = User.objects.filter(buyer__in={*buyers_named(text), *_called_in_full(text)})
    teams = Membership.objects.filter(seller__in=sellers_named(text)).order_by("pk")
    members = teams.values_list("user", flat=True)[:NAMED_MOST]
    return sorted({*staff, *buyers.values_list("pk", flat=True), *members})


def _called_in_full(text: str) -> set[int]:
    """Buyers whose full name begins so, among those whose display name was made of such a name."""
    named = Buyer.objects.filter(pk__in=_named(Buyer.objects.all(), shown_name_of(text)))
    return set(named.filter(user__full_name__istartswith=text).values_list("pk", flat=True))


def pairs_of_alias(text: str) -> list[tuple[int, int, int]]:
    """The pair of the alias in the text, alone or as mail programs write it, with its buyer and seller; one
    statement."""
    rows = Alias.objects.filter(address=alias_in(text)).values_list("pair", "pair__buyer", "pair__seller")
    return list(rows)


def aliases_named(text: str) -> list[int]:
    """The alias in the text, alone or as mail programs write it; one statement."""
    return list(Alias.objects.filter(address=alias_in(text)).values_list("pk", flat=True))


def _named(rows: QuerySet[Any, Model], text: str) -> list[int]:
    key = name_key(text)
    if not key:
        return []
    found = rows.filter(name_begins(key)).order_by("name_key", "pk")
    return list(found.values_list("pk", flat=True)[:NAMED_MOST])

"""People as the marketplace brings them: known by its external ids, unclaimed until they come (ACC-11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count

from django.db import transaction
from django.utils.text import slugify

from accounts.models import AuthorizedAddress, Buyer, Marketplace, Membership, Seller, User
from accounts.name_keys import name_key
from accounts.queries.names import is_marketplace_name, shown_name_of
from accounts.services.names import rename_buyer


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a party cannot be created, as a sentence for whoever sent the data."""

    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBuyer:
    """A buyer as the marketplace describes them; the address is in its normal form."""

    external_id: str
    email: str
    full_name: str
    language: str
    marketplace: Marketplace


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSeller:
    """A seller as the marketplace describes them; the address is in its normal form."""

    external_id: str
    trade_name: str
    email: str
    marketplace: Marketplace
    selling_since: date
    messaging_enabled: bool


@transaction.atomic
def buyer_from_marketplace(new: NewBuyer, *, now: datetime) -> Buyer | Refused:
    """The buyer of that external id; made, with an unclaimed person where the address is new.

    A person with that address who is a buyer without external id (signed up) is that buyer. Until
    they claim the account anybody may have signed up for them: what the marketplace says holds then.
    """
    known = Buyer.objects.filter(external_id=new.external_id).select_related("user").first()
    if known:
        return known
    user = User.objects.filter(email=new.email).select_related("buyer").first()
    buyer = getattr(user, "buyer", None)
    if buyer and buyer.external_id:
        return Refused("buyer_email belongs to a buyer with another external id.")
    if user is None:
        user = User.objects.create_user(new.email, created_at=now)
    _take_names(user, new)
    if buyer is None:
        buyer = Buyer(user=user, marketplace=new.marketplace)
        buyer.take_name(shown_name_of(new.full_name))
    elif user.claimed_at is None:
        buyer.marketplace = new.marketplace
        rename_buyer(buyer, shown_name_of(new.full_name), now=now)
    buyer.external_id = new.external_id
    buyer.save()
    return buyer


def _take_names(user: User, new: NewBuyer) -> None:
    """The marketplace's name and language for whom has chosen none of their own. A name that differs from
    the chosen one is kept beside it: it is as private."""
    if user.claimed_at is None:
        user.full_name, user.language = new.full_name, new.language
    elif not user.full_name:
        user.full_name = new.full_name
    elif user.full_name != new.full_name:
        user.other_full_name = new.full_name
    user.save(update_fields=["full_name", "other_full_name", "language"])


@transaction.atomic
def seller_from_marketplace(new: NewSeller, *, now: datetime) -> Seller | Refused:
    """The seller of that external id; made, with owner and authorized address, where it is unknown.

    The given address counts as confirmed: it becomes the customer-service address and the owner's.
    """
    known = Seller.objects.filter(external_id=new.external_id).select_related("marketplace").first()
    if known:
        return known
    if is_marketplace_name(new.trade_name):
        return Refused("seller_name contains the marketplace's name or looks like it.")
    seller = Seller.objects.create(
        slug=_free_slug(new.trade_name),
        external_id=new.external_id,
        trade_name=new.trade_name,
        name_key=name_key(new.trade_name),
        marketplace=new.marketplace,
        language=new.marketplace.language,
        customer_service_address=new.email,
        selling_since=new.selling_since,
        messaging_enabled=new.messaging_enabled,
    )
    owner = User.objects.filter(email=new.email).first()
    if owner is None:
        owner = User.objects.create_user(new.email, language=seller.language, created_at=now)
    Membership.objects.create(user=owner, seller=seller, is_owner=True, created_at=now)
    AuthorizedAddress.objects.create(
        seller=seller,
        address=new.email,
        state=AuthorizedAddress.State.CONFIRMED,
        created_at=now,
        confirmed_at=now,
    )
    return seller


def _free_slug(trade_name: str) -> str:
    """A slug that nobody has: the name's own, else with a number behind it."""
    base = slugify(trade_name)[:50].strip("-") or "seller"
    taken = set(Seller.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in _slugs(base) if slug not in taken)


def _slugs(base: str) -> Iterator[str]:
    yield base
    for number in count(2):
        yield f"{base}-{number}"

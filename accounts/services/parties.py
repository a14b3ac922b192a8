"""People as the marketplace brings them: known by its external ids, unclaimed until they come (ACC-11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count

from django.db import transaction
from django.utils.text import slugify

from accounts.models import AuthorizedAddress, Buyer, Marketplace, Membership, Seller, User
from accounts.names import display_name_of
from accounts.queries.names import is_marketplace_name


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

    A person with that address who is a buyer without external id (signed up) is that buyer.
    """
    known = Buyer.objects.filter(external_id=new.external_id).select_related("user").first()
    if known:
        return known
    user = _person(new.email, full_name=new.full_name, language=new.language, now=now)
    buyer = Buyer.objects.filter(user=user).first()
    if buyer is None:
        return Buyer.objects.create(
            user=user,
            external_id=new.external_id,
            marketplace=new.marketplace,
            display_name=display_name_of(new.full_name),
        )
    if buyer.external_id:
        return Refused("buyer_email belongs to a buyer with another external id.")
    buyer.external_id = new.external_id
    buyer.save(update_fields=["external_id"])
    return buyer


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
        marketplace=new.marketplace,
        language=new.marketplace.language,
        customer_service_address=new.email,
        selling_since=new.selling_since,
        messaging_enabled=new.messaging_enabled,
    )
    owner = _person(new.email, full_name="", language=seller.language, now=now)
    Membership.objects.create(user=owner, seller=seller, is_owner=True, created_at=now)
    AuthorizedAddress.objects.create(
        seller=seller,
        address=new.email,
        state=AuthorizedAddress.State.CONFIRMED,
        created_at=now,
        confirmed_at=now,
    )
    return seller


def _person(email: str, *, full_name: str, language: str, now: datetime) -> User:
    """The person with that address, or a new one who has not claimed their account yet."""
    user = User.objects.filter(email=email).first()
    if user is None:
        return User.objects.create_user(email, full_name=full_name, language=language, created_at=now)
    if full_name and not user.full_name:
        user.full_name = full_name
        user.save(update_fields=["full_name"])
    return user


def _free_slug(trade_name: str) -> str:
    """A slug that nobody has: the name's own, else with a number behind it."""
    base = slugify(trade_name)[:50].strip("-") or "seller"
    taken = set(Seller.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in _slugs(base) if slug not in taken)


def _slugs(base: str) -> Iterator[str]:
    yield base
    for number in count(2):
        yield f"{base}-{number}"

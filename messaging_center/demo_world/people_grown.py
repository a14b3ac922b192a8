"""Puts the people of planned talks into the store, many in one statement: the services of the marketplace's
import bring one after the other, which takes longer than all that is said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from accounts.models import Alias, Buyer, Marketplace, Pair, Seller, User
from accounts.queries.names import shown_name_of
from accounts.queries.pairs import pairs_with_people
from accounts.services.pairs import new_alias_address
from accounts.services.parties import NewSeller, seller_from_marketplace
from messaging_center.demo_world.orders_grown import bring_orders
from messaging_center.demo_world.talks import (
    MARKETPLACE,
    Talks,
    buyer_name,
    shop_id,
    shop_language,
    shop_name,
)

_SINCE = date(2024, 1, 15)


@transaction.atomic
def bring_people(planned: Sequence[Talks], password: str, now: datetime) -> dict[int, Pair]:
    """Pairs with everybody behind them and their orders, by the place of their talks. What is there already
    stays. Everybody has come and chosen the demo's password; four in five want no mail for messages, so that
    a year's conversations do not leave as mails of today."""
    markets = {market.code: market for market in Marketplace.objects.all()}
    sellers = _sellers(planned, markets, password, now)
    buyers = _buyers(planned, markets, password, now)
    wanted = {one.place: (buyers[one.buyer].pk, sellers[one.seller].pk) for one in planned}
    found = _pairs(set(wanted.values()))
    bring_orders(planned, {one.place: found[wanted[one.place]] for one in planned}, now)
    return {place: found[ends] for place, ends in wanted.items()}


def _sellers(
    planned: Sequence[Talks], markets: dict[str, Marketplace], password: str, now: datetime
) -> dict[int, Seller]:
    """By rank."""
    ranks = {shop_id(one.seller): one.seller for one in planned}
    found = {ranks[one.external_id or ""]: one for one in Seller.objects.filter(external_id__in=ranks)}
    for rank in sorted(set(ranks.values()) - set(found)):
        found[rank] = _seller(rank, markets[MARKETPLACE[shop_language(rank)]], password, now)
    return found


def _seller(rank: int, market: Marketplace, password: str, now: datetime) -> Seller:
    made = seller_from_marketplace(
        NewSeller(
            external_id=shop_id(rank),
            trade_name=shop_name(rank),
            email=f"desk@shop{rank}.example",
            marketplace=market,
            selling_since=_SINCE,
            messaging_enabled=True,
        ),
        now=now,
    )
    if not isinstance(made, Seller):
        raise ValueError(f"a planned seller was refused: {made.problem}")  # noqa: TRY004 - the plan is at fault
    User.objects.filter(memberships__seller=made).update(password=password, claimed_at=now)
    if rank % 5:
        made.mail_buyer_messages = False
        made.save(update_fields=["mail_buyer_messages"])
    return made


def _buyers(
    planned: Sequence[Talks], markets: dict[str, Marketplace], password: str, now: datetime
) -> dict[int, Buyer]:
    """By number."""
    names = {_buyer_id(one.buyer): one for one in planned}
    known = set(Buyer.objects.filter(external_id__in=names).values_list("external_id", flat=True))
    new = [one for name, one in names.items() if name not in known]
    users = User.objects.bulk_create([_user(one, password, now) for one in new])
    Buyer.objects.bulk_create(
        [_buyer(one, user, markets[MARKETPLACE[one.language]]) for one, user in zip(new, users, strict=True)]
    )
    found = Buyer.objects.filter(external_id__in=names)
    return {names[buyer.external_id or ""].buyer: buyer for buyer in found}


def _buyer_id(number: int) -> str:
    return f"grown-buyer-{number}"


def _user(one: Talks, password: str, now: datetime) -> User:
    return User(
        email=f"buyer{one.buyer}@people.example",
        full_name=buyer_name(one.buyer, one.language),
        language=one.language,
        password=password,
        claimed_at=now,
        created_at=now,
    )


def _buyer(one: Talks, user: User, market: Marketplace) -> Buyer:
    buyer = Buyer(
        user=user,
        external_id=_buyer_id(one.buyer),
        marketplace=market,
        mail_messages=one.buyer % 5 == 0,
    )
    buyer.take_name(shown_name_of(user.full_name))
    return buyer


def _pairs(wanted: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Pair]:
    """By the ids of buyer and seller, the missing ones made with both aliases (ALI-1)."""
    ends = set(wanted)
    buyers = {buyer for buyer, _ in ends}
    known = set(Pair.objects.filter(buyer__in=buyers).values_list("buyer_id", "seller_id"))
    Pair.objects.bulk_create([Pair(buyer_id=buyer, seller_id=seller) for buyer, seller in ends - known])
    bare = Pair.objects.filter(buyer__in=buyers, aliases=None)
    Alias.objects.bulk_create([_alias(pair, side) for pair in bare for side in Alias.Side])
    found = pairs_with_people().filter(buyer__in=buyers)
    return {(pair.buyer_id, pair.seller_id): pair for pair in found}


def _alias(pair: Pair, side: Alias.Side) -> Alias:
    address = new_alias_address(settings.RELAY_DOMAIN, length=settings.ALIAS_LENGTH)
    return Alias(pair=pair, side=side, address=address)

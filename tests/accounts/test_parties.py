"""People as the marketplace brings them (ACC-11), their names (ACC-9)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from accounts.models import Buyer, Marketplace, Seller, User
from accounts.services.parties import (
    NewBuyer,
    NewSeller,
    Refused,
    buyer_from_marketplace,
    seller_from_marketplace,
)
from accounts.services.people import sign_up_buyer
from tests.factories import BuyerFactory, MarketplaceFactory, UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
ADDRESS = "victoria@post.example"


def brought(
    marketplace: Marketplace, *, name: str = "Victoria Realname", external_id: str = "v1"
) -> Buyer | Refused:
    new = NewBuyer(
        external_id=external_id, email=ADDRESS, full_name=name, language="pl", marketplace=marketplace
    )
    return buyer_from_marketplace(new, now=NOW)


def signed_up(name: str) -> User:
    elsewhere = MarketplaceFactory.create(code="ES")
    sign_up_buyer(email=ADDRESS, full_name=name, language="es", marketplace=elsewhere, now=NOW)
    return User.objects.get(email=ADDRESS)


@pytest.mark.rule("ACC-9", "ACC-11")
def test_what_a_stranger_signed_up_with_gives_way_to_what_the_marketplace_says() -> None:
    user, marketplace = signed_up("Attacker Chosen"), MarketplaceFactory.create(code="PL")
    buyer = brought(marketplace)
    assert isinstance(buyer, Buyer)
    buyer.refresh_from_db()
    user.refresh_from_db()
    assert (buyer.user, buyer.external_id, buyer.display_name, buyer.marketplace) == (
        user, "v1", "Victoria R.", marketplace,
    )  # fmt: skip
    assert (user.full_name, user.other_full_name, user.language) == ("Victoria Realname", "", "pl")
    assert user.full_names == ("Victoria Realname",)


@pytest.mark.rule("ACC-9", "ACC-11")
def test_who_has_claimed_the_account_keeps_their_names_and_the_marketplaces_is_as_private() -> None:
    user = signed_up("Vicky Winter")
    User.objects.filter(pk=user.pk).update(claimed_at=NOW)
    buyer = brought(MarketplaceFactory.create(code="PL"))
    assert isinstance(buyer, Buyer)
    buyer.refresh_from_db()
    user.refresh_from_db()
    assert (buyer.external_id, buyer.display_name, buyer.marketplace.code) == ("v1", "Vicky W.", "ES")
    assert (user.full_name, user.other_full_name, user.language) == (
        "Vicky Winter", "Victoria Realname", "es",
    )  # fmt: skip
    assert user.full_names == ("Vicky Winter", "Victoria Realname")


@pytest.mark.rule("ACC-9")
@pytest.mark.parametrize(
    ("full_name", "names"),
    [("", ("Victoria Realname",)), ("Victoria Realname", ("Victoria Realname",))],
)
def test_one_name_is_kept_once(full_name: str, names: tuple[str, ...]) -> None:
    user = UserFactory.create(email=ADDRESS, full_name=full_name)
    buyer = brought(MarketplaceFactory.create())
    assert isinstance(buyer, Buyer)
    user.refresh_from_db()
    assert (user.full_names, buyer.display_name) == (names, "Victoria R.")


@pytest.mark.rule("ACC-11")
def test_a_refused_buyer_changes_nobody() -> None:
    known = BuyerFactory.create(user__email=ADDRESS, user__unclaimed=True, external_id="other")
    before = User.objects.filter(pk=known.user_id).values().get()
    assert isinstance(brought(MarketplaceFactory.create(), name="Somebody Else"), Refused)
    assert User.objects.filter(pk=known.user_id).values().get() == before


@pytest.mark.rule("ACC-9")
@pytest.mark.parametrize("name", ["www.evil-shop.example Xavier", "Marketplace Support", ""])
def test_a_name_that_may_not_be_shown_is_nobodys_in_particular(name: str) -> None:
    buyer = brought(MarketplaceFactory.create(name="Marketplace"), name=name)
    assert isinstance(buyer, Buyer)
    assert (buyer.display_name, buyer.user.full_name) == ("Buyer", name)


@pytest.mark.rule("ACC-2", "ACC-11")
def test_a_person_whom_the_marketplace_brings_twice_is_one() -> None:
    marketplace = MarketplaceFactory.create()
    buyer = brought(marketplace)
    new = NewSeller(
        external_id="s1",
        trade_name="Alder",
        email=ADDRESS,
        marketplace=marketplace,
        selling_since=date(2026, 1, 1),
        messaging_enabled=True,
    )
    seller = seller_from_marketplace(new, now=NOW)
    assert isinstance(buyer, Buyer)
    assert isinstance(seller, Seller)
    assert seller.memberships.get().user == buyer.user
    assert (buyer.user.full_name, brought(marketplace)) == ("Victoria Realname", buyer)

"""Names as they are looked for (ORD-2)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Buyer
from accounts.name_keys import MOST, key_after, name_key
from accounts.services.parties import NewBuyer, buyer_from_marketplace
from accounts.services.people import set_profile, sign_up_buyer
from tests.factories import BuyerFactory, MarketplaceFactory

NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)


@pytest.mark.rule("ORD-2")
@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Hannah W.", "hannah"),
        ("Hannah W.", "HANNAH W"),
        ("Józef Ł.", "jozef l"),
        ("Jozef L.", "JÓZEF Ł."),
        ("Zoë G.", "zoe g"),
        ("Jean-Luc P.", "jean luc"),
        ("Großmann K.", "grossmann"),
        ("Ελένη Π.", "ΕΛΈΝΗ"),
    ],
)
def test_a_name_begins_with_what_people_type(name: str, typed: str) -> None:
    key = name_key(typed)
    assert key <= name_key(name) < key_after(key)


@pytest.mark.rule("ORD-2")
@pytest.mark.parametrize(("name", "typed"), [("Hannah W.", "hanna x"), ("Hannah W.", "w"), ("Ana", "anna")])
def test_another_name_does_not(name: str, typed: str) -> None:
    key = name_key(typed)
    assert not key <= name_key(name) < key_after(key)


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_key_is_short_and_stands_before_all_that_follow_it(name: str, more: str) -> None:
    key = name_key(name)
    assert len(key) <= MOST
    assert name_key(key.decode(errors="ignore")) <= key
    longer = name_key(f"{name} {more}")
    assert key <= longer < key_after(key)


@pytest.mark.rule("ORD-2", "ACC-9")
@pytest.mark.django_db
@pytest.mark.both_databases
def test_the_key_follows_the_name() -> None:
    buyer = BuyerFactory.create(display_name="Józef Ł.")
    assert bytes(Buyer.objects.get().name_key) == b"jozef l"
    set_profile(user=buyer.user, language="pl", time_zone="", display_name="Zoë")
    assert bytes(Buyer.objects.get().name_key) == b"zoe"


@pytest.mark.rule("ORD-2", "ACC-11")
@pytest.mark.django_db
def test_who_signs_up_and_who_is_imported_can_be_found() -> None:
    marketplace = MarketplaceFactory.create()
    sign_up_buyer(
        email="zoe@post.example", full_name="Zoë Groß", language="de", marketplace=marketplace, now=NOW
    )
    new = NewBuyer(
        external_id="b-1",
        email="jozef@post.example",
        full_name="Józef Łoś",
        language="pl",
        marketplace=marketplace,
    )
    buyer_from_marketplace(new, now=NOW)
    assert sorted(bytes(buyer.name_key) for buyer in Buyer.objects.all()) == [b"jozef l", b"zoe g"]

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts import rate_limit
from accounts.links import address_by_token, address_token
from accounts.models import AccountEvent, AuthorizedAddress, Seller
from accounts.services.addresses import (
    add_address,
    block_address,
    confirm_address,
    remove_address,
    unblock_address,
)
from messages_app.models import Delivery
from messages_app.services.events import take_events
from tests.factories import (
    AuthorizedAddressFactory,
    BuyerFactory,
    MembershipFactory,
    SellerFactory,
    seller_owner,
)
from tests.visitors import visitor

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
LIST = "/settings/addresses/"


def owner_browser(seller: Seller) -> Client:
    return visitor(seller_owner(seller), selling_for=seller)


def state_of(row: AuthorizedAddress) -> str:
    return AuthorizedAddress.objects.get(pk=row.pk).state


def asked() -> list[AuthorizedAddress | None]:
    events = AccountEvent.objects.filter(kind="confirm_address").order_by("pk")
    return [event.authorized_address for event in events.select_related("authorized_address")]


@pytest.mark.rule("ACC-4")
def test_an_added_address_waits_until_its_own_link_is_used() -> None:
    seller = SellerFactory.create()
    client = owner_browser(seller)
    assert client.post(LIST, {"email": "Support@Shop.example"}).status_code == 302
    row = seller.authorized_addresses.get(address="support@shop.example")
    assert (row.state, asked()) == ("waiting", [row])
    path = f"/confirm-address/{address_token(row)}/"
    page = visitor().get(path)
    assert (page.status_code, state_of(row)) == (200, "waiting")  # fetching the link alone does nothing
    assert "support@shop.example" in page.content.decode()
    assert visitor().post(path).status_code == 200
    row.refresh_from_db()
    assert row.state == "confirmed"
    assert row.confirmed_at is not None
    assert visitor().post(path).status_code == visitor().get(path).status_code == 410


@pytest.mark.rule("ACC-4")
def test_the_list_shows_each_state() -> None:
    seller = SellerFactory.create(customer_service_address="service@shop.example")
    AuthorizedAddressFactory.create(seller=seller, address="new@shop.example", state="waiting")
    AuthorizedAddressFactory.create(seller=seller, address="old@shop.example", state="blocked")
    page = owner_browser(seller).get(LIST).content.decode()
    places = [page.index(word) for word in ("new@shop.example", "Waiting for the link", "old@shop.example",
                                            "Blocked", "service@shop.example", "Confirmed")]  # fmt: skip
    assert places == sorted(places)


@pytest.mark.rule("ACC-4", "SEC-4")
def test_a_link_ends_after_a_day_and_when_a_newer_one_is_asked_for() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        row = add_address(seller=SellerFactory.create(), address="a@shop.example", now=NOW).row
        first = address_token(row)
        clock.move_to(NOW + timedelta(hours=24))
        assert address_by_token(first) == row
        clock.shift(timedelta(seconds=1))
        assert address_by_token(first) is None
        again = add_address(seller=row.seller, address="A@shop.example", now=NOW + timedelta(hours=25)).row
        assert again.pk == row.pk
        second = address_token(again)
        assert confirm_address(token=first, now=NOW) is None
        assert confirm_address(token=second, now=NOW) == row
        assert confirm_address(token=second, now=NOW) is None


@pytest.mark.rule("ACC-4", "SEC-4")
def test_a_link_ends_when_the_address_is_blocked_or_removed() -> None:
    seller = SellerFactory.create()
    blocked = add_address(seller=seller, address="blocked@shop.example", now=NOW).row
    removed = add_address(seller=seller, address="removed@shop.example", now=NOW).row
    tokens = [address_token(blocked), address_token(removed)]
    block_address(row=blocked)
    remove_address(row=removed)
    assert [confirm_address(token=token, now=NOW) for token in tokens] == [None, None]
    later = NOW + timedelta(minutes=1)
    unblock_address(row=blocked, now=later)
    assert state_of(blocked) == "waiting"
    assert confirm_address(token=tokens[0], now=later) is None  # it is confirmed anew
    blocked.refresh_from_db()
    assert confirm_address(token=address_token(blocked), now=later) is not None


@pytest.mark.rule("ACC-4")
@pytest.mark.parametrize("state", ["confirmed", "blocked"])
def test_adding_what_is_confirmed_or_blocked_changes_nothing_and_sends_nothing(state: str) -> None:
    row = AuthorizedAddressFactory.create(state=state)
    assert add_address(seller=row.seller, address=row.address, now=NOW).row.state == state
    unblock_address(row=AuthorizedAddressFactory.create(state="confirmed"), now=NOW)
    assert asked() == []


@pytest.mark.rule("ACC-4")
def test_two_sellers_may_list_the_same_address() -> None:
    first, second = (
        add_address(seller=seller, address="agency@shop.example", now=NOW).row
        for seller in SellerFactory.create_batch(2)
    )
    assert confirm_address(token=address_token(first), now=NOW) == first
    assert (state_of(first), state_of(second)) == ("confirmed", "waiting")


@pytest.mark.rule("ACC-4")
@pytest.mark.parametrize(
    ("before", "action", "after"),
    [
        ("confirmed", "block", "blocked"),
        ("waiting", "block", "blocked"),
        ("blocked", "unblock", "waiting"),
        ("waiting", "send", "waiting"),
        ("confirmed", "remove", None),
        ("waiting", "remove", None),
    ],
)
def test_the_buttons_of_the_list(before: str, action: str, after: str | None) -> None:
    row = AuthorizedAddressFactory.create(state=before)
    client = owner_browser(row.seller)
    assert client.post(f"{LIST}{row.pk}/", {"action": action}).status_code == 302
    assert AuthorizedAddress.objects.filter(pk=row.pk).values_list("state", flat=True).first() == after
    assert len(asked()) == (after == "waiting")


@pytest.mark.rule("ACC-4", "SEC-1", "ACC-3")
def test_who_may_see_and_change_the_list() -> None:
    row = AuthorizedAddressFactory.create()
    seller = row.seller
    may_not = MembershipFactory.create(seller=seller, can_reply=True, can_organise=True, can_see_reports=True)
    may = MembershipFactory.create(seller=seller, can_manage_settings=True)
    stranger, buyer = SellerFactory.create(), BuyerFactory.create()
    change = f"{LIST}{row.pk}/"
    visitors = [
        (owner_browser(seller), 200, 404),  # 404: the action is none
        (visitor(may.user, selling_for=seller), 200, 404),
        (visitor(may_not.user, selling_for=seller), 403, 403),
        (visitor(buyer.user), 404, 404),
        (visitor(), 302, 302),
    ]
    for client, listed, changed in visitors:
        assert client.get(LIST).status_code == listed
        assert client.post(change, {"action": "explode"}).status_code == changed
    for action in ("block", "remove"):  # the look-up comes before the permission
        answer = visitor(may_not.user, selling_for=seller).post(
            f"{LIST}{stranger.authorized_addresses.get().pk}/", {"action": action}
        )
        assert answer.status_code == 404
    client = owner_browser(stranger)
    for action in ("block", "remove", "send", "unblock"):
        assert client.post(change, {"action": action}).status_code == 404
        assert client.post(f"{LIST}99999/", {"action": action}).status_code == 404
    assert row.address not in client.get(LIST).content.decode()
    assert state_of(row) == "confirmed"


@pytest.mark.rule("SEC-4", "ACC-4")
def test_confirmation_mails_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "accounts.services.addresses.CONFIRM_PER_SELLER", rate_limit.Limit("confirm-seller", 2)
    )
    seller = SellerFactory.create()
    client = owner_browser(seller)
    for n in range(3):
        client.post(LIST, {"email": f"a{n}@people.example"})
    assert len(asked()) == 2
    assert "Too many" in client.get(LIST).content.decode()


def by_the_list(client: Client, row: AuthorizedAddress) -> None:
    client.post(LIST, {"email": row.address})


def by_sending_again(client: Client, row: AuthorizedAddress) -> None:
    client.post(f"{LIST}{row.pk}/", {"action": "send"})


def by_blocking_and_unblocking(client: Client, row: AuthorizedAddress) -> None:
    for action in ("block", "unblock"):
        client.post(f"{LIST}{row.pk}/", {"action": action})


def by_removing_and_adding(client: Client, row: AuthorizedAddress) -> None:
    client.post(f"{LIST}{row.seller.authorized_addresses.get(address=row.address).pk}/", {"action": "remove"})
    client.post(LIST, {"email": row.address})


def by_buyer_messages(client: Client, row: AuthorizedAddress) -> None:
    for address in (row.address, ""):
        client.post("/settings/notifications/", {"buyer_messages_address": address})


@pytest.mark.rule("SEC-4", "ACC-4")
@pytest.mark.parametrize(
    "way",
    [by_the_list, by_sending_again, by_blocking_and_unblocking, by_removing_and_adding, by_buyer_messages],
)
def test_no_way_mails_an_address_more_often_than_the_limit(
    way: Callable[[Client, AuthorizedAddress], None],
) -> None:
    row = AuthorizedAddressFactory.create(address="stranger@people.example", state="waiting")
    client = owner_browser(row.seller)
    tries = rate_limit.LINK_PER_ADDRESS.tries
    for _ in range(tries):
        way(client, row)
        take_events(timezone.now())  # a removed row takes its events along, not its mails
    mails = Delivery.objects.filter(recipient=row.address)
    assert mails.count() == tries
    assert "Too many" not in client.get(LIST).content.decode()
    way(client, row)
    take_events(timezone.now())
    assert mails.count() == tries
    assert "Too many" in client.get(LIST).content.decode()
    assert row.seller.authorized_addresses.get(address=row.address).state == "waiting"


@pytest.mark.rule("SEC-4", "ACC-4")
def test_a_link_that_was_mailed_stays_good_where_the_limit_kept_the_next_one_back() -> None:
    seller = SellerFactory.create()
    for _ in range(rate_limit.LINK_PER_ADDRESS.tries):
        row = add_address(seller=seller, address="a@shop.example", now=timezone.now()).row
    token = address_token(row)
    assert add_address(seller=seller, address="a@shop.example", now=timezone.now()).spent
    assert address_by_token(token) == row
    block_address(row=row)
    unblock_address(row=row, now=timezone.now())
    assert confirm_address(token=token, now=timezone.now()) is None  # but a block ends it


@pytest.mark.rule("ACC-4", "MAIL-9")
def test_an_alias_is_no_address_to_authorize() -> None:
    seller = SellerFactory.create()
    answer = owner_browser(seller).post(LIST, {"email": "abcdefghjkmnpqr@marketplace.example"})
    assert answer.status_code == 422
    assert "relay itself" in answer.content.decode()
    assert seller.authorized_addresses.count() == 1


@pytest.mark.rule("ACC-3", "ACC-4")
@pytest.mark.parametrize(
    ("permissions", "may"),
    [
        ({"can_manage_settings": True}, False),
        ({"can_reply": True}, False),
        ({"can_manage_settings": True, "can_reply": True}, True),
    ],
)
def test_only_who_may_reply_lets_another_address_reply(permissions: dict[str, bool], may: bool) -> None:
    member = MembershipFactory.create(**permissions)
    blocked = AuthorizedAddressFactory.create(seller=member.seller, address="b@shop.example", state="blocked")
    client = visitor(member.user, selling_for=member.seller)
    expected = 302 if may else 403
    assert client.post(LIST, {"email": "own@post.example"}).status_code == expected
    assert client.post(f"{LIST}{blocked.pk}/", {"action": "unblock"}).status_code == expected
    assert member.seller.authorized_addresses.filter(address="own@post.example").exists() is may
    assert state_of(blocked) == ("waiting" if may else "blocked")
    if "can_manage_settings" in permissions:
        page = client.get(LIST).text
        assert ('name="email"' in page) is may
        assert ("Only a member who may reply" in page) is not may


@pytest.mark.rule("ACC-3", "ACC-4")
def test_who_manages_settings_alone_takes_addresses_away() -> None:
    member = MembershipFactory.create(can_manage_settings=True)
    rows = [
        AuthorizedAddressFactory.create(seller=member.seller, state=state)
        for state in ("waiting", "confirmed")
    ]
    client = visitor(member.user, selling_for=member.seller)
    for row, action in zip(rows, ("send", "block"), strict=True):
        assert client.post(f"{LIST}{row.pk}/", {"action": action}).status_code == 302
    assert (asked(), state_of(rows[1])) == ([rows[0]], "blocked")
    assert client.post(f"{LIST}{rows[1].pk}/", {"action": "remove"}).status_code == 302
    assert not AuthorizedAddress.objects.filter(pk=rows[1].pk).exists()


@pytest.mark.rule("ACC-3", "ACC-5")
@pytest.mark.parametrize(
    ("permissions", "may"),
    [
        ({}, False),
        ({"can_reply": True, "can_read": False}, False),
        ({"can_reply": True}, True),
    ],
)
def test_only_who_may_read_and_reply_sends_buyer_messages_elsewhere(
    permissions: dict[str, bool], may: bool
) -> None:
    seller = SellerFactory.create(buyer_messages_address="now@shop.example")
    member = MembershipFactory.create(seller=seller, can_manage_settings=True, **permissions)
    client = visitor(member.user, selling_for=seller)
    form = {"mail_buyer_messages": "on", "buyer_messages_address": "now@shop.example"}
    assert client.post("/settings/notifications/", form).status_code == 302
    answer = client.post("/settings/notifications/", form | {"buyer_messages_address": "own@post.example"})
    assert answer.status_code == (302 if may else 422)
    seller.refresh_from_db()
    assert seller.buyer_messages_address == ("own@post.example" if may else "now@shop.example")
    assert seller.authorized_addresses.filter(address="own@post.example").exists() is may
    assert client.post("/settings/notifications/", form | {"buyer_messages_address": ""}).status_code == 302

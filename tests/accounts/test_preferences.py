from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.models import AccountEvent, Buyer, Membership, Pair, Permission, Seller
from accounts.services import consent
from tests.factories import (
    BuyerFactory,
    MarketplaceFactory,
    MembershipFactory,
    PairFactory,
    SellerFactory,
    seller_owner,
)
from tests.visitors import visitor

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
NOTIFICATIONS, PRIVACY, PROFILE = "/settings/notifications/", "/settings/privacy/", "/settings/profile/"
ALL_ON = {
    "messaging_enabled": "on",
    "mail_buyer_messages": "on",
    "mail_opt_out_notice": "on",
    "mail_failures": "on",
    "mail_reminders": "on",
    "mail_digest": "on",
    "buyer_messages_address": "",
}
SWITCHES = [name for name, value in ALL_ON.items() if value]


@pytest.mark.rule("ACC-5", "ACC-6")
@pytest.mark.parametrize("switch", SWITCHES)
def test_each_switch_of_a_seller_stands_alone(switch: str) -> None:
    seller = SellerFactory.create()
    client = visitor(seller_owner(seller))
    form = {name: value for name, value in ALL_ON.items() if name != switch}
    assert client.post(NOTIFICATIONS, form).status_code == 302
    seller.refresh_from_db()
    assert {name: getattr(seller, name) for name in SWITCHES} == {name: name != switch for name in SWITCHES}
    client.post(NOTIFICATIONS, ALL_ON)
    seller.refresh_from_db()
    assert all(getattr(seller, name) for name in SWITCHES)


@pytest.mark.rule("ACC-3", "ACC-5")
@pytest.mark.parametrize(
    ("can_read", "can_reply", "may"),
    [(True, False, False), (False, True, False), (True, True, True)],
    ids=["no-reply", "no-read", "both"],
)
def test_who_manages_settings_sends_messages_elsewhere_if_they_may_read_and_reply(
    can_read: bool, can_reply: bool, may: bool
) -> None:
    """There they are read, and answered from there."""
    member = MembershipFactory.create(can_manage_settings=True, can_read=can_read, can_reply=can_reply)
    client = visitor(member.user, selling_for=member.seller)
    elsewhere = {**ALL_ON, "buyer_messages_address": "own@post.example"}
    assert client.post(NOTIFICATIONS, elsewhere).status_code == (302 if may else 422)
    member.seller.refresh_from_db()
    assert member.seller.buyer_messages_address == ("own@post.example" if may else "")
    assert client.post(NOTIFICATIONS, {**ALL_ON, "mail_digest": ""}).status_code == 302  # all else is theirs


@pytest.mark.rule("ACC-5")
def test_the_page_warns_while_the_opt_out_notice_is_off() -> None:
    seller = SellerFactory.create()
    client = visitor(seller_owner(seller))
    warning = "cannot tell a blocked message from a delivered one"
    assert warning not in client.get(NOTIFICATIONS).content.decode()
    form = {name: value for name, value in ALL_ON.items() if name != "mail_opt_out_notice"}
    assert warning in client.post(NOTIFICATIONS, form, follow=True).content.decode()
    assert warning in client.get(NOTIFICATIONS).content.decode()


@pytest.mark.rule("ACC-5")
@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-03-30T06:59:59", "2026-03-29"),
        ("2026-03-30T07:00", "2026-03-30"),
        ("2026-03-30T23:00", "2026-03-30"),
    ],
)
def test_the_first_digest_is_that_of_the_next_eight_o_clock(moment: str, day: str) -> None:
    seller = SellerFactory.create()
    assert not seller.mail_digest
    with time_machine.travel(f"{moment}Z", tick=False):
        client = visitor(seller_owner(seller))
        for _ in range(2):  # saving the form again changes nothing
            client.post(NOTIFICATIONS, ALL_ON)
            seller.refresh_from_db()
            assert (seller.mail_digest, seller.digest_day.isoformat()) == (True, day)


@pytest.mark.rule("ACC-5", "ACC-4")
def test_a_new_address_for_buyer_messages_is_listed_and_waits() -> None:
    seller = SellerFactory.create(customer_service_address="service@shop.example")
    assert seller.buyer_messages_to == "service@shop.example"
    client = visitor(seller_owner(seller))
    for _ in range(2):  # saving the form again asks for no second mail
        answer = client.post(NOTIFICATIONS, ALL_ON | {"buyer_messages_address": "Desk@Shop.example"})
        assert answer.status_code == 302
    seller.refresh_from_db()
    assert seller.buyer_messages_to == "desk@shop.example"
    row = seller.authorized_addresses.get(address="desk@shop.example")
    assert row.state == "waiting"
    assert [event.authorized_address for event in AccountEvent.objects.all()] == [row]
    client.post(NOTIFICATIONS, ALL_ON)
    seller.refresh_from_db()
    assert seller.buyer_messages_to == "service@shop.example"


@pytest.mark.rule("ACC-5", "ACC-4")
def test_a_confirmed_address_needs_no_second_confirmation() -> None:
    seller = SellerFactory.create()
    client = visitor(seller_owner(seller))
    client.post(NOTIFICATIONS, ALL_ON | {"buyer_messages_address": seller.customer_service_address})
    assert not AccountEvent.objects.exists()
    assert client.post(NOTIFICATIONS, ALL_ON | {"buyer_messages_address": "nonsense"}).status_code == 422


@pytest.mark.rule("ACC-5")
@pytest.mark.parametrize(("messages", "system"), [(True, False), (False, True), (False, False), (True, True)])
def test_a_buyers_own_switches(*, messages: bool, system: bool) -> None:
    buyer = BuyerFactory.create()
    form = {"mail_messages": "on"} if messages else {}
    form |= {"mail_system": "on"} if system else {}
    assert visitor(buyer.user).post(NOTIFICATIONS, form).status_code == 302
    buyer.refresh_from_db()
    assert (buyer.mail_messages, buyer.mail_system) == (messages, system)


@pytest.mark.rule("ACC-3", "SEC-1")
def test_notifications_are_for_who_may_manage_settings() -> None:
    member = MembershipFactory.create(can_reply=True)
    assert visitor(member.user).get(NOTIFICATIONS).status_code == 403
    assert visitor(member.user).post(NOTIFICATIONS, {}).status_code == 403
    assert visitor().get(NOTIFICATIONS).status_code == 302
    member.seller.refresh_from_db()
    assert member.seller.mail_failures


@pytest.mark.rule("ACC-3")
@pytest.mark.parametrize("permission", list(Permission))
def test_each_permission_is_separate_and_the_owner_has_all(permission: Permission) -> None:
    member = Membership(**{name: name == permission.value for name in Permission.values})
    assert [one for one in Permission if member.may(one)] == [permission]
    assert Membership(is_owner=True, can_read=False).may(permission)


@pytest.mark.rule("ACC-7", "OPT-4")
def test_a_buyer_opts_out_of_all_sellers_and_in_again() -> None:
    buyer = BuyerFactory.create()
    client = visitor(buyer.user)
    client.post(f"{PRIVACY}unsolicited/", {"allowed": "no"})
    buyer.refresh_from_db()
    first = buyer.opted_out_at
    assert first is not None
    client.post(f"{PRIVACY}unsolicited/", {"allowed": "no"})
    buyer.refresh_from_db()
    assert buyer.opted_out_at == first  # it keeps its date
    client.post(f"{PRIVACY}unsolicited/", {"allowed": "yes"})
    buyer.refresh_from_db()
    assert buyer.opted_out_at is None


@pytest.mark.rule("ACC-7", "ACC-8")
@pytest.mark.parametrize(
    ("on", "off", "mark"),
    [("opt_out", "opt_in", "opted_out_at"), ("block", "unblock", "blocked_by_buyer_at")],
)
def test_a_buyer_opts_out_of_and_blocks_one_seller(on: str, off: str, mark: str) -> None:
    pair = PairFactory.create()
    other = PairFactory.create(buyer=pair.buyer)
    client = visitor(pair.buyer.user)
    assert client.post(f"{PRIVACY}{pair.pk}/", {"action": on}).status_code == 302
    marks = dict(Pair.objects.values_list("pk", mark))
    assert marks[pair.pk] is not None
    assert marks[other.pk] is None
    assert client.post(f"{PRIVACY}{pair.pk}/", {"action": off}).status_code == 302
    assert set(Pair.objects.values_list(mark, flat=True)) == {None}
    assert client.post(f"{PRIVACY}{pair.pk}/", {"action": "other"}).status_code == 404


@pytest.mark.rule("ACC-8", "SEC-6")
@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [("/stores/alder/", "/stores/alder/"), ("https://evil.example/", PRIVACY), ("", PRIVACY)],
)
def test_unblocking_leads_back_to_where_it_was_asked_for(wanted: str, leads_to: str) -> None:
    pair = PairFactory.create()
    answer = visitor(pair.buyer.user).post(f"{PRIVACY}{pair.pk}/", {"action": "unblock", "next": wanted})
    assert answer.headers["Location"] == leads_to


@pytest.mark.rule("UX-1", "UX-2")
@pytest.mark.parametrize(
    ("page", "present"),
    [("", "/settings/"), ("profile/", "/settings/profile/"), ("security/", "/settings/security/"),
     ("security/password/", "/settings/security/"), ("security/second-factor/", "/settings/security/"),
     ("notifications/", "/settings/notifications/"), ("privacy/", PRIVACY)],
)  # fmt: skip
def test_the_list_of_settings_marks_the_section_that_one_is_in(page: str, present: str) -> None:
    shown = visitor(BuyerFactory.create().user).get(f"/settings/{page}").content.decode()
    nav = shown.partition('<nav class="settings__nav"')[2].partition("</nav>")[0]
    assert re.findall(r'href="([^"]+)" aria-current="page"', nav) == [present]


@pytest.mark.rule("ACC-7", "ACC-8", "SEC-1")
def test_privacy_is_the_buyers_own() -> None:
    pair, stranger = PairFactory.create(), BuyerFactory.create()
    path = f"{PRIVACY}{pair.pk}/"
    for client, status in [
        (visitor(stranger.user), 404),
        (visitor(seller_owner(pair.seller)), 404),
        (visitor(), 302),
    ]:
        assert client.post(path, {"action": "block"}).status_code == status
    assert visitor(stranger.user).post(f"{PRIVACY}99999/", {"action": "block"}).status_code == 404
    assert visitor(seller_owner(pair.seller)).get(PRIVACY).status_code == 404
    assert pair.seller.trade_name not in visitor(stranger.user).get(PRIVACY).content.decode()
    assert pair.seller.trade_name in visitor(pair.buyer.user).get(PRIVACY).content.decode()
    pair.refresh_from_db()
    assert pair.blocked_by_buyer_at is None


@pytest.mark.rule("ACC-8")
def test_a_mark_keeps_its_first_date() -> None:
    pair = PairFactory.create()
    for hours in (0, 1):
        consent.set_blocked_by_seller(pair=pair, blocked=True, now=NOW + timedelta(hours=hours))
        consent.opt_out_of_seller(pair=pair, now=NOW + timedelta(hours=hours))
    pair.refresh_from_db()
    assert (pair.blocked_by_seller_at, pair.opted_out_at) == (NOW, NOW)
    consent.set_blocked_by_seller(pair=pair, blocked=False, now=NOW)
    pair.refresh_from_db()
    assert (pair.blocked_by_seller_at, pair.blocked_by_buyer_at) == (None, None)


@pytest.mark.rule("ACC-9", "ACC-10")
def test_a_buyer_changes_display_name_language_and_zone() -> None:
    buyer = BuyerFactory.create()
    client = visitor(buyer.user)
    form = {"display_name": "  Hannah\tthe Great ", "language": "it", "time_zone": "Europe/Rome"}
    assert client.post(PROFILE, form).status_code == 302
    buyer = Buyer.objects.select_related("user").get(pk=buyer.pk)
    assert (buyer.display_name, buyer.user.language, buyer.user.time_zone) == (
        "Hannah the Great", "it", "Europe/Rome",
    )  # fmt: skip
    for wrong in ({"language": "xx"}, {"time_zone": "Mars/Base"}, {"display_name": ""}):
        assert client.post(PROFILE, form | wrong).status_code == 422


@pytest.mark.rule("ACC-9")
@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("Zoë", 302),
        ("J. R. R.", 302),
        ("Nr. 5", 302),
        ("N" * 60, 302),
        ("N" * 61, 422),
        ("hannah@people.example", 422),
        ("hannah.example.com", 422),
        ("www winter", 302),
        ("https://x", 422),
        ("Call 020 7946 0991", 422),
        ("hannah＠people．example", 422),
        ("Grand Bazaar Support", 422),
        ("Grаnd Bazааr", 422),  # Cyrillic letters
    ],
)
def test_a_display_name_leads_nowhere_and_is_nobody_elses(name: str, status: int) -> None:
    MarketplaceFactory.create(code="UK", name="Grand Bazaar")
    client = visitor(BuyerFactory.create().user)
    form = {"display_name": name, "language": "", "time_zone": ""}
    assert client.post(PROFILE, form).status_code == status


@pytest.mark.rule("ACC-9", "ACC-2")
def test_a_seller_has_no_display_name_and_cannot_set_one() -> None:
    buyer = BuyerFactory.create(display_name="Hannah W.")
    seller = SellerFactory.create(owner=buyer.user)
    client = visitor(buyer.user, selling_for=seller)
    assert "display_name" not in client.get(PROFILE).context["form"].fields
    client.post(PROFILE, {"display_name": "X", "language": "de", "time_zone": ""})
    buyer = Buyer.objects.select_related("user").get(pk=buyer.pk)
    assert (buyer.display_name, buyer.user.language) == ("Hannah W.", "de")
    assert Seller.objects.get(pk=seller.pk).trade_name == seller.trade_name

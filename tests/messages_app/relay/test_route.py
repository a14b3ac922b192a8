"""The routing half of the decision table, mail by mail (relay.md)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Alias, AuthorizedAddress, Pair
from accounts.queries.pairs import alias_of
from messages_app.models import Delivery, InboundMail, Message, ResponseContact
from messages_app.policy.facts import Side
from messages_app.relay import receive
from messages_app.relay.receive import process_waiting
from messages_app.services.own_marks import loop_mark
from tests.factories import (
    AuthorizedAddressFactory,
    MembershipFactory,
    OrderFactory,
    PairFactory,
    UserFactory,
)
from tests.messages_app.relay.inbound_world import (
    NOON,
    address_of,
    arrive,
    mail_from,
    notices,
    said,
    take_in,
    write,
)
from tests.messages_app.relay.mail_world import body, mail_to, only_mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair() -> Pair:
    made = PairFactory.create()
    OrderFactory.create(pair=made)
    return made


@pytest.mark.rule("MAIL-8", "ALI-5")
@pytest.mark.parametrize("author", [Side.BUYER, Side.SELLER])
def test_a_party_reaches_the_gate(pair: Pair, author: Side) -> None:
    inbound = write(pair, author, "Good morning, a word about the parcel.")
    message = said(inbound)
    assert (inbound.state, inbound.outcome) == ("done", "delivered")
    assert (message.author, message.door, message.pair, message.accepted_at) == (author, "mail", pair, NOON)


@pytest.mark.rule("MAIL-9", "ALI-8")
@pytest.mark.parametrize("author", [Side.BUYER, Side.SELLER])
def test_nobody_else_writes_to_an_alias(pair: Pair, author: Side) -> None:
    strangers = [
        "carrier@parcels.example",
        address_of(pair, author.other),  # the other side of the very pair
        PairFactory.create().buyer.user.email,
        PairFactory.create().seller.customer_service_address,
    ]
    for stranger in strangers:
        inbound = arrive(mail_from(stranger), alias_of(pair, author.other))
        assert (inbound.state, inbound.outcome, inbound.message) == ("refused", "unlisted", None)
    assert notices() == [("unlisted", stranger) for stranger in strangers]


@pytest.mark.rule("MAIL-9")
def test_the_neutral_refusal_goes_once_per_address_and_day(pair: Pair) -> None:
    other = PairFactory.create()
    for address in (alias_of(pair, "buyer"), alias_of(pair, "buyer"), alias_of(other, "seller")):
        arrive(mail_from("Stranger@Mail.example"), address)
    assert notices() == [("unlisted", "stranger@mail.example")]
    Delivery.objects.update(created_at=timezone.now() - timedelta(days=1, seconds=1))
    arrive(mail_from("stranger@mail.example"), alias_of(pair, "buyer"))
    assert len(notices()) == 2


@pytest.mark.rule("MAIL-9")
def test_quotes_that_are_not_needed_make_no_other_address(pair: Pair) -> None:
    local, _, domain = pair.buyer.user.email.partition("@")
    inbound = arrive(mail_from(f'"{local}"@{domain}'), alias_of(pair, "seller"))
    assert (inbound.state, inbound.outcome) == ("done", "delivered")


@pytest.mark.rule("MAIL-9", "MAIL-27")
@pytest.mark.parametrize("stranger", ["jürgen@bücher.example", '"some body"@mail.example'])
def test_an_address_that_no_mail_can_name_is_refused_in_silence(pair: Pair, stranger: str) -> None:
    inbound = arrive(mail_from(stranger), alias_of(pair, "seller"))
    assert (inbound.state, inbound.outcome, notices()) == ("refused", "unlisted", [])


@pytest.mark.rule("MAIL-9", "MAIL-27")
def test_a_domain_in_letters_is_told_under_its_name_in_seven_bits(pair: Pair) -> None:
    arrive(mail_from("jurgen@bücher.example"), alias_of(pair, "seller"))
    assert notices() == [("unlisted", "jurgen@xn--bcher-kva.example")]


@pytest.mark.rule("MAIL-9", "ACC-9")
@pytest.mark.parametrize(
    ("own", "marketplace", "told_in"), [("pl", "fr", "pl"), ("", "fr", "fr")], ids=["own", "marketplace"]
)
def test_a_strangers_refusal_speaks_their_language_or_the_marketplaces(
    pair: Pair, own: str, marketplace: str, told_in: str
) -> None:
    known = PairFactory.create().buyer.user
    known.language = own
    known.save()
    pair.seller.marketplace.language = marketplace
    pair.seller.marketplace.save()
    arrive(mail_from(known.email), alias_of(pair, "seller"))
    assert Delivery.objects.get(template="unlisted").language == told_in


@pytest.mark.rule("ACC-9", "ACC-3")
@pytest.mark.parametrize(("own", "told_in"), [("it", "it"), ("", "es")])
def test_a_members_refusal_speaks_their_language_or_the_sellers(pair: Pair, own: str, told_in: str) -> None:
    reader = MembershipFactory.create(seller=pair.seller, can_reply=False).user
    AuthorizedAddressFactory.create(seller=pair.seller, address=reader.email)
    reader.language = own
    reader.save()
    pair.seller.language = "es"
    pair.seller.save()
    arrive(mail_from(reader.email), alias_of(pair, "buyer"))
    assert Delivery.objects.get(template="no_reply_permission").language == told_in


@pytest.mark.rule("MAIL-9")
@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_refuse_a_stranger_once(pair: Pair) -> None:
    """They work on different pairs, so no lock of a pair keeps them apart."""
    one, other = (
        take_in(mail_from("stranger@mail.example"), alias_of(some, "buyer"))
        for some in (pair, PairFactory.create())
    )

    def rival() -> None:
        try:
            receive._work_off([InboundMail.objects.get(pk=other.pk)])
        finally:
            connections.close_all()

    worker = threading.Thread(target=rival)
    with transaction.atomic():
        receive._work_off([InboundMail.objects.get(pk=one.pk)])
        worker.start()
        worker.join(timeout=1)  # it waits for us, or it has told a second time
    worker.join()
    assert notices() == [("unlisted", "stranger@mail.example")]
    assert set(InboundMail.objects.values_list("state", flat=True)) == {"refused"}


@pytest.mark.rule("MAIL-9", "ACC-4")
def test_the_neutral_refusal_names_nobody(pair: Pair) -> None:
    arrive(mail_from("stranger@mail.example", subject="Hello"), alias_of(pair, "buyer"))
    mail = only_mail()
    said_there = str(mail) + body(mail, "plain") + body(mail, "html")
    for name in (pair.seller.trade_name, pair.buyer.display_name, pair.buyer.user.email):
        assert name not in said_there
    assert alias_of(pair, "buyer") in body(mail, "plain")


@pytest.mark.rule("MAIL-9", "MAIL-17")
@pytest.mark.parametrize("side", [Side.BUYER, Side.SELLER])
def test_another_form_of_a_partys_own_mailbox_is_told_like_any(pair: Pair, side: Side) -> None:
    local, _, domain = address_of(pair, side).partition("@")
    inbound = arrive(mail_from(f"{local}+shop@{domain}", subject="Hello"), alias_of(pair, side.other))
    assert (inbound.state, inbound.outcome) == ("refused", "unlisted")
    mail = only_mail()  # the leak gate lets it leave
    assert mail["To"] == f"{local}+shop@{domain}"
    assert address_of(pair, side.other) not in str(mail) + body(mail, "plain") + body(mail, "html")


@pytest.mark.rule("GATE-6", "MAIL-9")
def test_a_seller_who_writes_to_another_learns_where_to_report_an_infringement(
    pair: Pair, settings: Settings
) -> None:
    settings.INFRINGEMENT_URL = "https://marketplace.example/report"
    seller = AuthorizedAddressFactory.create(address="desk@rival.example", state="confirmed")
    reader = MembershipFactory.create(user__email="reader@rival.example", seller=seller.seller)
    AuthorizedAddressFactory.create(address="asked@rival.example", state="waiting")
    told = {}
    for address in ("desk@rival.example", reader.user.email, "asked@rival.example", "stranger@mail.example"):
        assert arrive(mail_from(address), alias_of(pair, "seller")).outcome == "unlisted"
        told[address] = "https://marketplace.example/report" in body(mail_to(address), "plain")
    assert list(told.values()) == [True, True, False, False]


@pytest.mark.rule("GATE-6", "MAIL-9")
def test_a_seller_who_writes_to_a_buyer_of_another_gets_the_neutral_refusal(pair: Pair) -> None:
    seller = AuthorizedAddressFactory.create(address="desk@rival.example", state="confirmed")
    arrive(mail_from(seller.address), alias_of(pair, "buyer"))
    assert "authorize the address" in body(mail_to(seller.address), "plain")


@pytest.mark.rule("MAIL-9", "ACC-4")
@pytest.mark.parametrize(
    ("state", "outcome"), [("confirmed", "delivered"), ("waiting", "unlisted"), ("blocked", "unlisted")]
)
def test_only_confirmed_addresses_write_for_a_seller(pair: Pair, state: str, outcome: str) -> None:
    address = AuthorizedAddressFactory.create(seller=pair.seller, state=state).address
    inbound = arrive(mail_from(address, "We ship it today."), alias_of(pair, "buyer"))
    assert inbound.outcome == outcome


@pytest.mark.rule("MAIL-9", "ACC-4")
def test_an_address_of_two_sellers_writes_for_each(pair: Pair) -> None:
    other = PairFactory.create(buyer=pair.buyer)
    OrderFactory.create(pair=other)
    for seller in (pair.seller, other.seller):
        AuthorizedAddressFactory.create(seller=seller, address="agency@desk.example")
    for one in (pair, other):
        inbound = arrive(mail_from("Agency@Desk.example", "We ship it today."), alias_of(one, "buyer"))
        assert said(inbound).pair == one


@pytest.mark.rule("ACC-3", "ACC-4", "MAIL-9")
def test_a_member_writes_with_the_permission_to_reply(pair: Pair) -> None:
    allowed = MembershipFactory.create(seller=pair.seller, can_reply=True).user
    reader = MembershipFactory.create(seller=pair.seller).user
    unlisted = MembershipFactory.create(seller=pair.seller, can_reply=True).user
    for user in (allowed, reader):
        AuthorizedAddressFactory.create(seller=pair.seller, address=user.email)
    inbound = {
        user: arrive(mail_from(user.email, f"We ship it today, {user.pk}."), alias_of(pair, "buyer"))
        for user in (allowed, reader, unlisted)
    }
    assert said(inbound[allowed]).user == allowed
    assert (inbound[reader].state, inbound[reader].outcome) == ("refused", "no_reply_permission")
    assert inbound[unlisted].outcome == "unlisted"
    assert notices() == [("no_reply_permission", reader.email), ("unlisted", unlisted.email)]


@pytest.mark.rule("ACC-4")
def test_an_address_of_nobody_in_particular_writes_as_the_seller(pair: Pair) -> None:
    assert said(write(pair, Side.SELLER, "We ship it today.")).user is None
    assert said(write(pair, Side.BUYER)).user == pair.buyer.user


@pytest.mark.rule("MAIL-9")
@pytest.mark.parametrize(
    "sender",
    ["From:", "From: a@b.example, {buyer}", "From: {buyer}\r\nFrom: {buyer}", "From: buyers: {buyer};"],
)
def test_none_or_several_mailboxes_are_held_outside(pair: Pair, sender: str) -> None:
    raw = mail_from("x@y.example", fields=[sender.format(buyer=pair.buyer.user.email)])
    inbound = arrive(raw, alias_of(pair, "seller"))
    assert (inbound.state, inbound.outcome, notices()) == ("held", "from_mailboxes", [])


@pytest.mark.rule("MAIL-10")
def test_a_door_off_loopback_proves_nothing(pair: Pair) -> None:
    inbound = write(pair, Side.BUYER, loopback=False)
    assert (inbound.state, inbound.outcome) == ("held", "unproven")
    assert not Message.objects.exists()
    assert notices() == []


@pytest.mark.rule("MAIL-10")
@pytest.mark.parametrize(
    ("results", "outcome"),
    [
        ("mx.marketplace.example; dmarc=pass header.from=people.example", "delivered"),
        ("mx.marketplace.example; dmarc=fail header.from=people.example", "unproven"),
        ("mx.elsewhere.example; dmarc=pass header.from=people.example", "unproven"),
        ("", "unproven"),
    ],
)
def test_trusted_headers_of_ones_own_edge_prove(
    pair: Pair, settings: Settings, results: str, outcome: str
) -> None:
    settings.MAIL_SENDER_AUTH, settings.MAIL_AUTHSERV_ID = "trusted-header", "mx.marketplace.example"
    inbound = write(pair, Side.BUYER, fields=[f"Authentication-Results: {results}"])
    assert inbound.outcome == outcome


@pytest.mark.rule("MAIL-10")
def test_what_cannot_be_verified_yet_fails_closed(pair: Pair, settings: Settings) -> None:
    settings.MAIL_SENDER_AUTH = "verify"
    assert write(pair, Side.BUYER).outcome == "unproven"


@pytest.mark.rule("MAIL-10")
def test_a_mail_that_its_owner_confirmed_goes_on(pair: Pair) -> None:
    held = write(pair, Side.BUYER, loopback=False)
    InboundMail.objects.filter(pk=held.pk).update(state="waiting", proven=True, attempts=0)
    assert write(pair, Side.BUYER, "Another one.").outcome == "delivered"
    held.refresh_from_db()
    assert held.outcome == "delivered"


@pytest.mark.rule("MAIL-26")
@pytest.mark.parametrize(("hops", "outcome"), [(29, "delivered"), (30, "loop")])
def test_thirty_hops_are_a_loop(pair: Pair, hops: int, outcome: str) -> None:
    inbound = write(pair, Side.BUYER, fields=["Received: from a by b"] * hops)
    assert inbound.outcome == outcome


@pytest.mark.rule("MAIL-26")
def test_own_mail_that_comes_back_is_dropped(pair: Pair) -> None:
    alias = alias_of(pair, "seller")
    marked = write(pair, Side.BUYER, fields=[f"X-Messaging-Center-Loop: {loop_mark()}"])
    foreign = write(pair, Side.BUYER, fields=["X-Messaging-Center-Loop: another"])
    from_alias = arrive(mail_from(alias_of(pair, "buyer")), alias)
    enveloped = write(pair, Side.BUYER, "Once more.", envelope_sender=f"x@{alias.partition('@')[2]}")
    states = [inbound.state for inbound in (marked, foreign, from_alias, enveloped)]
    assert states == ["dropped", "done", "dropped", "dropped"]
    assert notices() == []


AUTOMATIC = [
    ("", []),
    ("<>", []),
    ("a@b.example", ["Auto-Submitted: auto-replied"]),
    ("a@b.example", ["Precedence: bulk"]),
    ("a@b.example", ["List-Id: <news.shop.example>"]),
    ("a@b.example", ["Subject: Abwesenheitsnotiz: Ihr Paket"]),
]


@pytest.mark.rule("MAIL-26", "RSP-4")
@pytest.mark.parametrize(("envelope", "fields"), AUTOMATIC)
def test_automatic_mail_of_a_party_is_one_line_and_causes_nothing(
    pair: Pair, envelope: str, fields: list[str]
) -> None:
    asked = said(write(pair, Side.SELLER, "We ship it today.", at=NOON - timedelta(hours=1)))
    mails_before = Delivery.objects.count()
    inbound = write(pair, Side.BUYER, "I am away.", fields=fields, envelope_sender=envelope)
    message = said(inbound)
    assert (inbound.state, message.automatic, message.thread) == ("recorded", True, asked.thread)
    assert Delivery.objects.count() == mails_before
    assert not ResponseContact.objects.exists()


@pytest.mark.rule("MAIL-26")
@pytest.mark.parametrize(("envelope", "fields"), AUTOMATIC)
def test_automatic_mail_of_a_stranger_is_recorded_alone(pair: Pair, envelope: str, fields: list[str]) -> None:
    write(pair, Side.SELLER, "We ship it today.")
    mails_before = Delivery.objects.count()
    raw = mail_from("stranger@mail.example", fields=fields)
    inbound = arrive(raw, alias_of(pair, "seller"), envelope_sender=envelope)
    assert (inbound.state, inbound.message) == ("recorded", None)
    assert Delivery.objects.count() == mails_before


@pytest.mark.rule("MAIL-26")
def test_a_report_to_an_alias_is_never_shown(pair: Pair) -> None:
    write(pair, Side.SELLER, "We ship it today.")
    kind = "Content-Type: multipart/report; report-type=disposition-notification; boundary=b"
    part = "--b\r\nContent-Type: message/disposition-notification\r\n\r\nDisposition: displayed"
    body = f"--b\r\n\r\nread\r\n{part}\r\n--b--"
    inbound = write(pair, Side.BUYER, body, fields=[kind])
    assert (inbound.state, inbound.message) == ("recorded", None)


@pytest.mark.rule("MAIL-2")
@pytest.mark.parametrize("role", ["postmaster", "abuse"])
def test_mail_to_a_role_is_kept_for_staff(role: str) -> None:
    inbound = arrive(mail_from("someone@mail.example"), f"{role}@marketplace.example")
    assert (inbound.state, inbound.outcome, notices()) == ("recorded", role, [])


@pytest.mark.rule("ALI-7")
def test_an_alias_retired_after_the_250_refuses_for_good(pair: Pair) -> None:
    alias = alias_of(pair, "seller")
    inbound = take_in(mail_from(pair.buyer.user.email), alias)
    Alias.objects.filter(address=alias).update(retired_at=timezone.now())
    process_waiting(1)
    inbound.refresh_from_db()
    assert (inbound.state, inbound.outcome) == ("dropped", "alias_retired")


@pytest.mark.rule("MAIL-5", "GATE-5")
def test_the_same_mail_again_is_one_message(pair: Pair) -> None:
    alias = alias_of(pair, "seller")
    raw = mail_from(pair.buyer.user.email)
    first = arrive(raw, alias)
    with_carrier = b"Received: from a.example\r\n\tby b.example; today\r\nReceived: x\r\n" + raw
    states = [arrive(again, alias).state for again in (raw, with_carrier)]
    assert (first.state, states) == ("done", ["duplicate", "duplicate"])
    assert Message.objects.count() == 1


@pytest.mark.rule("MAIL-5")
def test_other_content_or_another_alias_is_another_message(pair: Pair) -> None:
    other = PairFactory.create(buyer=pair.buyer)
    fields = ["Message-ID: <same@client.example>"]
    first = mail_from(pair.buyer.user.email, "First.", fields=fields)
    second = mail_from(pair.buyer.user.email, "Second.", fields=fields)
    arrivals = [(first, pair), (second, pair), (first, other)]
    assert {arrive(raw, alias_of(one, "seller")).state for raw, one in arrivals} == {"done"}


@pytest.mark.rule("MAIL-5")
@pytest.mark.parametrize(("after", "state"), [(timedelta(0), "duplicate"), (timedelta(seconds=1), "done")])
def test_a_mail_is_the_same_for_seven_days(pair: Pair, after: timedelta, state: str) -> None:
    raw = mail_from(pair.buyer.user.email)
    arrive(raw, alias_of(pair, "seller"))
    assert arrive(raw, alias_of(pair, "seller"), at=NOON + timedelta(days=7) + after).state == state


@pytest.mark.rule("MAIL-5")
def test_without_a_message_id_the_bytes_decide(pair: Pair) -> None:
    alias = alias_of(pair, "seller")
    raw = mail_from(pair.buyer.user.email, fields=["Message-ID:"])
    carried = b"RECEIVED: from a.example\r\n by b.example\r\n" + raw
    states = [arrive(one, alias).state for one in (raw, carried, raw.replace(b"parcel?", b"parcel!"))]
    assert states == ["done", "duplicate", "done"]


@pytest.mark.rule("MAIL-5", "MAIL-9")
def test_a_refused_mail_may_be_sent_again_once_its_address_is_listed(pair: Pair) -> None:
    raw = mail_from("desk@shop.example", "We ship it today.")
    assert arrive(raw, alias_of(pair, "buyer")).state == "refused"
    AuthorizedAddressFactory.create(seller=pair.seller, address="desk@shop.example")
    assert arrive(raw, alias_of(pair, "buyer")).state == "done"


@pytest.mark.rule("MAIL-5", "ACC-3", "MAIL-27")
def test_the_same_mail_without_the_permission_is_told_once_and_goes_with_it(pair: Pair) -> None:
    reader = MembershipFactory.create(seller=pair.seller)
    AuthorizedAddressFactory.create(seller=pair.seller, address=reader.user.email)
    raw = mail_from(reader.user.email, "We ship it today.")
    states = [arrive(raw, alias_of(pair, "buyer")).state for _ in range(2)]
    assert states == ["refused", "duplicate"]
    assert notices() == [("no_reply_permission", reader.user.email)]
    reader.can_reply = True
    reader.save()
    states = [arrive(raw, alias_of(pair, "buyer")).state for _ in range(2)]
    assert states == ["done", "duplicate"]


@pytest.mark.rule("MAIL-27", "GATE-1")
def test_a_blocked_mail_is_told_to_the_address_that_wrote(pair: Pair) -> None:
    desk = AuthorizedAddressFactory.create(seller=pair.seller, address="second.desk@shop.example")
    pair.buyer.opted_out_at = NOON
    pair.buyer.save()
    inbound = arrive(mail_from(desk.address, "A tip for you."), alias_of(pair, "buyer"))
    assert (inbound.state, inbound.outcome) == ("done", "blocked")
    assert notices() == [("blocked", desk.address)]


@pytest.mark.rule("ACC-12", "MAIL-9")
def test_a_removed_address_stops_counting_at_once(pair: Pair) -> None:
    AuthorizedAddress.objects.filter(seller=pair.seller).delete()
    assert write(pair, Side.SELLER).outcome == "unlisted"
    old = pair.buyer.user.email
    pair.buyer.user.email = UserFactory.build(email="new@people.example").email
    pair.buyer.user.save()
    assert arrive(mail_from(old), alias_of(pair, "seller")).outcome == "unlisted"

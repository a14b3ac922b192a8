"""Changing one's own address, and password (ACC-12, ACC-1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import resolve

from accounts import rate_limit
from accounts.links import new_address_by_token, new_address_token, person_by_token, person_token
from accounts.models import AccountEvent, AuthorizedAddress, NewAddress, Seller, User
from accounts.queries.addresses import writer_for
from accounts.services.new_address import ask_for_address, confirm_new_address, withdraw_address
from messages_app.models import Delivery
from messages_app.services.events import take_events
from messages_app.services.outbox import queue_delivery
from messages_app.vault.keys import open_key
from messages_app.vault.values import open_json
from tests.accounts.codes import app_code, switched_on
from tests.factories import (
    PASSWORD,
    AuthorizedAddressFactory,
    BuyerFactory,
    MembershipFactory,
    PairFactory,
    SellerFactory,
    UserFactory,
    seller_owner,
)
from tests.visitors import visitor

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
NEW = "new@people.example"
PAGE = "/settings/security/address/"


def asked(user: User, address: str = NEW, now: datetime = NOW) -> str:
    """The token of the mail to the new address."""
    assert ask_for_address(user=user, address=address, now=now)
    return new_address_token(NewAddress.objects.select_related("user").get(user=user))


def link_of(delivery: Delivery) -> str:
    key = open_key(delivery.key)
    context = open_json(
        key, delivery.context_sealed, table="delivery", column="context_sealed", row_id=delivery.id
    )
    return str(context.get("link", ""))


def queued(recipient: str, **fields: object) -> Delivery:
    values = {"kind": Delivery.Kind.COPY, "template": "relayed", "language": "en", "now": NOW, **fields}
    return queue_delivery(recipient=recipient, **values)  # type: ignore[arg-type]


@pytest.mark.rule("ACC-12")
def test_the_new_address_is_confirmed_first_and_both_are_told() -> None:
    user = BuyerFactory.create().user
    old = user.email
    client, elsewhere = visitor(user), visitor(user)
    answer = client.post(PAGE, {"email": "New@People.example", "password": PASSWORD}, follow=True)
    assert "A link to confirm new@people.example was sent there" in answer.content.decode()
    assert take_events(NOW) == 1
    [mail] = Delivery.objects.all()
    assert (mail.template, mail.recipient) == ("new_address", NEW)
    path = link_of(mail).removeprefix("http://127.0.0.1:8000")
    assert resolve(path).url_name == "confirm_new_address"
    assert NEW in client.get(path).content.decode()
    assert User.objects.get(pk=user.pk).email == old  # opening it changes nothing
    assert client.post(path).status_code == 302
    assert User.objects.get(pk=user.pk).email == NEW
    assert client.get("/orders/").status_code == 200
    assert elsewhere.get("/orders/").status_code == 302
    take_events(NOW)
    told = set(Delivery.objects.exclude(pk=mail.pk).values_list("template", "recipient"))
    assert told == {("address_changed", NEW), ("address_left", old)}
    assert not AccountEvent.objects.exclude(address="").exists()  # the old one is kept nowhere
    assert client.post(path).status_code == client.get(path).status_code == 410
    fresh = visitor()
    assert fresh.post("/sign-in/", {"username": old, "password": PASSWORD}).status_code == 422
    assert fresh.post("/sign-in/", {"username": NEW, "password": PASSWORD}).status_code == 302


@pytest.mark.rule("ACC-12", "ACC-1")
def test_a_wish_takes_the_password_and_the_code_of_who_has_one() -> None:
    user = BuyerFactory.create().user
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        secret, _ = switched_on(user, NOW)
        client = visitor(user)
        code = app_code(secret, NOW + timedelta(minutes=5))
        for form in (
            {"password": "wrong", "code": code},
            {"password": PASSWORD, "code": "000000"},
            {"password": PASSWORD},
            {"code": code},
        ):
            assert client.post(PAGE, {"email": NEW, **form}).status_code == 422
        assert not NewAddress.objects.exists()
        assert client.post(PAGE, {"email": NEW, "password": PASSWORD, "code": code}).status_code == 302
        assert NewAddress.objects.get().address == NEW
        assert client.post(PAGE, {"email": user.email, "password": PASSWORD, "code": "1"}).status_code == 422


@pytest.mark.rule("ACC-12", "SEC-4")
def test_wrong_passwords_are_counted() -> None:
    client = visitor(BuyerFactory.create().user)
    tries = [client.post(PAGE, {"email": NEW, "password": "wrong"}).status_code for _ in range(11)]
    assert tries == [422] * 10 + [429]
    assert client.post(PAGE, {"email": NEW, "password": PASSWORD}).status_code == 429


@pytest.mark.rule("ACC-12", "ACC-1")
def test_that_an_address_is_taken_shows_in_its_own_mailbox_alone() -> None:
    user, other = BuyerFactory.create().user, UserFactory.create(email="taken@people.example")
    client = visitor(user)
    pages = [
        client.post(PAGE, {"email": email, "password": PASSWORD}, follow=True).content.decode()
        for email in (NEW, other.email)
    ]
    assert pages[0].count(NEW) == pages[1].count(other.email) > 0
    take_events(NOW)
    [mail] = Delivery.objects.filter(recipient=other.email)
    assert (mail.template, link_of(mail)) == ("address_taken", "http://127.0.0.1:8000/sign-in/")
    token = new_address_token(NewAddress.objects.select_related("user").get(user=user))
    assert not confirm_new_address(token=token, user=user, now=NOW)  # even if somebody guessed the link
    assert User.objects.get(pk=other.pk).email == "taken@people.example"


@pytest.mark.rule("ACC-12", "SEC-1")
def test_only_the_person_confirms_not_whoever_has_the_mail() -> None:
    user, other = BuyerFactory.create().user, BuyerFactory.create().user
    path = f"/confirm-new-address/{asked(user)}/"
    assert visitor().get(path).headers["Location"].startswith("/sign-in/?next=/confirm-new-address/")
    assert visitor().post(path).headers["Location"].startswith("/sign-in/")
    stranger = visitor(other)
    assert "another account" in stranger.get(path).content.decode()
    assert NEW not in stranger.get(path).content.decode()
    assert stranger.post(path).status_code == 422
    assert User.objects.get(pk=user.pk).email != NEW


@pytest.mark.rule("ACC-12", "SEC-4")
def test_a_link_ends_after_a_day_and_with_its_ground() -> None:
    user = UserFactory.create()
    with time_machine.travel(NOW, tick=False) as clock:
        token = asked(user)
        clock.move_to(NOW + timedelta(hours=24))
        assert new_address_by_token(token) is not None
        clock.move_to(NOW + timedelta(hours=24) + SECOND)
        assert new_address_by_token(token) is None
    first = asked(user)
    second = asked(user, now=NOW + SECOND)
    assert new_address_by_token(first) is None
    assert new_address_by_token(second) is not None
    User.objects.filter(pk=user.pk).update(password="other")
    assert new_address_by_token(second) is None
    third = asked(User.objects.get(pk=user.pk), now=NOW + 2 * SECOND)
    withdraw_address(user=user)
    for forged in (third, third[:-1], "", "~", "1-2~3~4", "\x00", person_token(user)):
        assert new_address_by_token(forged) is None
    assert person_by_token(third) is None


@pytest.mark.rule("ACC-12", "SEC-4")
def test_wishes_are_limited_by_person_and_by_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "accounts.services.new_address.NEW_ADDRESS_PER_PERSON", rate_limit.Limit("new-address-person", 2)
    )
    monkeypatch.setattr("accounts.services.new_address.LINK_PER_ADDRESS", rate_limit.Limit("link-address", 1))
    first, second = UserFactory.create(), UserFactory.create()
    asks = [
        (first, "a@people.example"), (second, "a@people.example"),
        (first, "b@people.example"), (first, "c@people.example"),
    ]  # fmt: skip
    assert [ask_for_address(user=user, address=one, now=NOW) for user, one in asks] == [
        True, False, True, False,
    ]  # fmt: skip


@pytest.mark.both_databases
@pytest.mark.rule("ACC-12", "MAIL-20")
def test_what_waits_goes_to_the_new_address() -> None:
    pair = PairFactory.create()
    user, old = pair.buyer.user, pair.buyer.user.email
    shared = AuthorizedAddressFactory.create(address=old)  # a seller who lists the same address, by chance
    foreign = PairFactory.create(seller=shared.seller)
    mine = queued(old, pair=pair, to_side="buyer")
    own_notice = queued(old)
    deferred = queued(old, pair=pair, to_side="buyer")
    Delivery.objects.filter(pk=deferred.pk).update(state="deferred", rendered_sealed=b"x", rendered_size=1)
    sending = queued(old, pair=pair, to_side="buyer")
    Delivery.objects.filter(pk=sending.pk).update(state="sending", rendered_sealed=b"x", rendered_size=1)
    sent = queued(old, pair=pair, to_side="buyer")
    Delivery.objects.filter(pk=sent.pk).update(state="sent")
    theirs = queued(old, pair=foreign, to_side="seller")
    other = queued("other@people.example", pair=pair, to_side="seller")
    assert confirm_new_address(token=asked(user), user=user, now=NOW)
    take_events(NOW)
    rows = {row.pk: row for row in Delivery.objects.all()}
    for row in (mine, own_notice, deferred, sending):
        assert (rows[row.pk].recipient, rows[row.pk].recipient_domain) == (NEW, "people.example")
    assert (rows[sent.pk].recipient, rows[theirs.pk].recipient) == (old, old)
    assert rows[other.pk].recipient == "other@people.example"
    assert rows[deferred.pk].rendered_size == 0  # its head named the old address
    assert rows[sending.pk].rendered_size == 1  # somebody has it in hand


@pytest.mark.rule("ACC-12", "ACC-4")
@pytest.mark.parametrize(
    ("state", "old_counts", "new_counts"),
    [("confirmed", False, True), ("waiting", False, False), ("blocked", False, False), (None, False, False)],
)
def test_a_members_new_address_takes_the_place_of_the_old_one(
    state: str | None, old_counts: bool, new_counts: bool
) -> None:
    member = MembershipFactory.create(can_reply=True)
    user, old, seller = member.user, member.user.email, member.seller
    if state:
        AuthorizedAddressFactory.create(seller=seller, address=old, state=state)
    elsewhere = AuthorizedAddressFactory.create(address=old)
    assert confirm_new_address(token=asked(user), user=user, now=NOW)
    assert writer_for(seller, old).listed is old_counts
    assert writer_for(seller, NEW).listed is new_counts
    assert AuthorizedAddress.objects.filter(seller=seller, address=old).exists() is (state == "blocked")
    elsewhere.refresh_from_db()
    assert elsewhere.state == "confirmed"  # another seller's list is their own; nobody tells them


@pytest.mark.rule("ACC-12", "ACC-5")
def test_where_buyers_messages_went_to_the_owner_they_still_do() -> None:
    seller = SellerFactory.create()
    owner = seller_owner(seller)
    User.objects.filter(pk=owner.pk).update(email=seller.customer_service_address)
    owner.refresh_from_db()
    Seller.objects.filter(pk=seller.pk).update(buyer_messages_address="desk@shop.example")
    AuthorizedAddressFactory.create(seller=seller, address=NEW, state="waiting")
    assert confirm_new_address(token=asked(owner), user=owner, now=NOW)
    seller.refresh_from_db()
    assert (seller.customer_service_address, seller.buyer_messages_address) == (NEW, "desk@shop.example")
    assert writer_for(seller, NEW).listed


@pytest.mark.rule("ACC-12")
def test_the_page_says_what_waits_and_takes_it_back() -> None:
    user = BuyerFactory.create().user
    token, client = asked(user), visitor(user)
    assert NEW in client.get("/settings/security/").content.decode()
    assert client.post(f"{PAGE}keep/").status_code == 302
    assert NEW not in client.get("/settings/security/").content.decode()
    assert client.get(f"/confirm-new-address/{token}/").status_code == 410
    take_events(NOW)
    assert not Delivery.objects.exists()  # the mail that had not left stays here


@pytest.mark.rule("ACC-1", "SEC-4")
def test_a_new_password_takes_the_old_one_and_ends_other_sessions() -> None:
    user = BuyerFactory.create().user
    client, elsewhere = visitor(user), visitor(user)
    new = {"new_password1": "a-quite-long-passphrase", "new_password2": "a-quite-long-passphrase"}
    page = "/settings/security/password/"
    assert client.post(page, {"password": "wrong", **new}).status_code == 422
    assert (
        client.post(page, {"password": PASSWORD, "new_password1": "x", "new_password2": "x"}).status_code
        == 422
    )
    assert client.post(page, {"password": PASSWORD, **new}).status_code == 302
    assert User.objects.get(pk=user.pk).check_password("a-quite-long-passphrase")
    assert client.get("/orders/").status_code == 200
    assert elsewhere.get("/orders/").status_code == 302
    tries = [client.post(page, {"password": "wrong", **new}).status_code for _ in range(11)]
    assert tries == [422] * 10 + [429]
    assert visitor().get(page).headers["Location"].startswith("/sign-in/")


@pytest.mark.rule("ACC-12", "SEC-1")
def test_staff_without_a_role_have_settings_too() -> None:
    staff = UserFactory.create(is_staff=True)
    client = visitor(staff)
    for path in ("/settings/", "/settings/security/", PAGE, "/settings/security/password/"):
        assert client.get(path).status_code == 200

"""The sample marketplace: what is in it, and that it comes whole or not at all (contract, Demo)."""

from __future__ import annotations

import logging
import re
from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Membership, Pair, Permission, Seller, User
from messages_app.models import Decision, Delivery, Message, ResponseContact, Thread
from messages_app.vault.content import written_content
from messages_app.vault.keys import installation_key, open_key
from messaging_center.demo_world import seed as seeding
from messaging_center.demo_world.info import world
from messaging_center.demo_world.seed import is_seeded, seed
from messaging_center.demo_world.talk import HANNAH
from orders.models import Order, Product

pytestmark = pytest.mark.django_db


@pytest.fixture
def seeded() -> None:
    seed(timezone.now(), say=lambda _text: None)


@pytest.mark.usefixtures("seeded")
def test_there_is_somebody_for_everything() -> None:
    assert Seller.objects.count() >= 3
    assert Pair.objects.values("buyer").distinct().count() >= 6
    assert {person["language"] for person in world()["people"]} == {"en", "fr", "it", "pl", "de", "es"}
    assert {order["marketplace"] for order in world()["orders"]} == {"UK", "FR", "IT", "PL", "DE", "ES"}
    assert set(Order.objects.values_list("status", flat=True)) == set(Order.Status.values)
    for trait in Product.TRAITS:
        assert Product.objects.filter(**{trait: True}).exists()
    roles = Counter(role.partition(":")[0] for person in world()["people"] for role in person["roles"])
    assert roles["moderator"] == roles["admin"] == 1
    assert any({"buyer", "member:officina-bosco"} <= set(person["roles"]) for person in world()["people"])


@pytest.mark.rule("ACC-1")
@pytest.mark.usefixtures("seeded")
def test_everybody_signs_in_and_lands_on_a_page() -> None:
    for person in world()["people"]:
        client = Client()
        form = {"username": person["email"], "password": person["password"]}
        answer = client.post("/sign-in/", form, follow=True)
        assert answer.status_code == 200, person
        assert answer.wsgi_request.user.is_authenticated, person


@pytest.mark.usefixtures("seeded")
def test_the_first_seller_has_every_kind_of_pair_and_member() -> None:
    first = world()["sellers"][0]
    pairs = [pair for pair in world()["pairs"] if pair["seller"] == first["slug"]]
    assert any(pair["opted_out"] for pair in pairs)
    assert any(pair["blocked_by_buyer"] for pair in pairs)
    assert any(pair["blocked_by_seller"] for pair in pairs)
    elsewhere = {pair["buyer"] for pair in world()["pairs"] if pair["seller"] != first["slug"]}
    assert elsewhere & {pair["buyer"] for pair in pairs}
    members = Membership.objects.filter(seller__slug=first["slug"], is_owner=False)
    for permission in Permission:
        assert {member.may(permission) for member in members} == {True, False}
    assert {one["email"] for one in first["members"]} - set(first["authorized"])  # not everybody is listed


@pytest.mark.rule("RSN-8")
@pytest.mark.usefixtures("seeded")
def test_subjects_are_those_that_the_form_writes_in_its_authors_language() -> None:
    firsts = [thread.conversation.earliest("accepted_at") for thread in Thread.objects.exclude(pair=None)]
    subjects = {written_content(open_key(first.thread.key), first).subject for first in firsts}
    assert {
        "Where is it?, 302-5518274-9034671",
        "Article endommagé ou erroné, 403-6620187-5539204",
        "Domanda su un prodotto, 404-3305917-8821467",
    } <= subjects
    assert not [subject for subject in subjects if re.fullmatch(r"[\d-]*", subject)]


@pytest.mark.usefixtures("seeded")
def test_every_line_ends_as_it_should() -> None:
    """All of them came through the gate: a decision each."""
    spoken = Message.objects.exclude(author=Message.Author.MARKETPLACE)
    assert all(message.submission_key and message.submission_key.startswith("demo:") for message in spoken)
    assert Decision.objects.count() == spoken.count()
    assert spoken.filter(automatic=True).count() == 1
    assert spoken.filter(shown_sealed__isnull=False).count() == 1  # masked
    assert set(spoken.values_list("state", flat=True)) == {"delivered", "held", "blocked"}
    found = Decision.objects.exclude(verdict="deliver").values_list("verdict", "codes")
    assert sorted((verdict, *codes) for verdict, codes in found) == [
        ("block", "contact_email"),
        ("block", "opted_out"),
        ("hold", "external_link"),
    ]


@pytest.mark.rule("RSP-1", "RSP-3")
@pytest.mark.usefixtures("seeded")
def test_clocks_stand_in_every_state() -> None:
    now = timezone.now()
    contacts = ResponseContact.objects.filter(seller__external_id="alder-and-pine")
    running = contacts.filter(outcome="open")
    assert running.filter(due_at__lte=now).exists()
    assert running.filter(due_at__gt=now).exists()
    assert contacts.filter(outcome="answered").exists()
    assert contacts.filter(outcome="not_needed").exists()
    assert Thread.objects.filter(started_by="seller").exists()


def test_the_command_loads_once(settings: Settings) -> None:
    first, second = StringIO(), StringIO()
    call_command("seed_demo", stdout=first)
    before = world()
    call_command("seed_demo", stdout=second)
    assert ("Loading" in first.getvalue(), second.getvalue()) == (True, "")
    assert world() == before
    shown = StringIO()
    call_command("demo_info", stdout=shown)
    assert "ana@alder-pine.example" in shown.getvalue()
    assert "/demo/mailboxes/" in shown.getvalue()


@pytest.mark.rule("MAIL-17", "MOD-3")
def test_a_first_start_says_nothing_of_the_leak_that_it_stages(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    call_command("seed_demo", stdout=StringIO())
    assert [line.getMessage() for line in caplog.records if line.levelno >= logging.WARNING] == []
    assert Delivery.objects.filter(state=Delivery.State.HELD).count() == 1
    queued = Message.objects.filter(submission_key__startswith="demo:queue:").order_by("submission_key")
    assert [message.state for message in queued] == ["held"] * 4 + ["delivered"]
    assert ResponseContact.objects.filter(thread__order__number=HANNAH, outcome="open").exists()


def test_a_broken_off_load_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken_off(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(seeding, "_decide", broken_off)
        with pytest.raises(KeyboardInterrupt):
            seed(timezone.now(), say=lambda _text: None)
    assert not any(model.objects.exists() for model in (User, Message, Order))
    seed(timezone.now(), say=lambda _text: None)
    assert is_seeded()


@pytest.mark.parametrize("name", ["seed_demo", "demo_info"])
def test_outside_the_demo_there_is_nothing_to_load_or_show(name: str, settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command(name)


@pytest.mark.rule("PRV-1")
def test_keys_that_open_nothing_are_told(settings: Settings) -> None:
    installation_key.cache_clear()
    settings.MASTER_KEYS = (bytes(range(32)),)
    with pytest.raises(CommandError, match="MASTER_KEYS do not open"):
        call_command("seed_demo")

"""Cases of what was set aside before there were cases, and what a decision leaves behind (MOD-3)."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from accounts.queries.pairs import alias_of
from messages_app.models import Case, Delivery
from messages_app.models.search import SearchEntry
from messages_app.policy.facts import Side
from messages_app.relay.send import send_due
from messages_app.services.moderation import Action
from tests.factories import OrderFactory, PairFactory
from tests.messages_app.relay.inbound_world import arrive, mail_from
from tests.messages_app.services.test_moderation import case_of, decide, held_message
from tests.messages_app.services.test_moderation_mails import quarantined, stopped, unproven

pytestmark = pytest.mark.django_db(transaction=True)

OF_A_CASE = ("kind", "message", "inbound", "delivery", "thread", "pair", "seller", "buyer", "about")


def drawn() -> set[tuple[Any, ...]]:
    return set(Case.objects.values_list(*OF_A_CASE))


@pytest.mark.rule("MOD-3")
@pytest.mark.both_databases
def test_the_migration_opens_the_cases_that_the_services_would_have() -> None:
    pairs = [PairFactory.create() for _ in range(3)]
    for pair in pairs:
        OrderFactory.create(pair=pair)
    held_message()
    quarantined(pairs[0])
    Delivery.objects.all().delete()
    unproven(pairs[1])
    raw = mail_from("x@y.example", fields=["From: a@one.example, b@two.example"])
    arrive(raw, alias_of(pairs[1], Side.BUYER))
    stopped(pairs[2])
    before = drawn()
    assert len(before) == 5
    Case.objects.all().delete()
    import_module("messages_app.migrations.0009_cases").open_cases(apps, None)
    assert drawn() == before


@pytest.mark.rule("BOX-6", "MOD-3")
def test_a_released_message_is_found_by_both_sides() -> None:
    message = held_message()
    assert set(SearchEntry.objects.filter(message=message).values_list("side", flat=True)) == {"seller"}
    decide(case_of(message), Action.RELEASE)
    found = set(SearchEntry.objects.filter(message=message).values_list("side", flat=True))
    assert found == {"seller", "buyer"}


@pytest.mark.rule("GATE-1", "MAIL-28")
def test_the_notice_of_a_rejection_can_be_sent() -> None:
    message = held_message()
    Delivery.objects.all().delete()
    decide(case_of(message), Action.REJECT)
    assert send_due() == 1
    assert Delivery.objects.get(template="rejected").state == "sent"

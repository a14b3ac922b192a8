"""What a mail's subject says stands where its message is read (MAIL-12, BOX-1)."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from messages_app.policy.facts import Door, Side
from tests.factories import PairFactory
from tests.messages_app.views.world import signed_in, write

pytestmark = [pytest.mark.django_db, pytest.mark.rule("BOX-1", "BOX-6")]

ASKED = "Is the Quittenmond green?"


def by_mail(pair: Any, side: Side, subject: str, **fields: Any) -> Any:
    return write(pair, side, door=Door.MAIL, subject=subject, reason="other", **fields)


def seen(person: Any, thread_id: Any) -> str:
    return signed_in(person).get(reverse("thread", args=[thread_id])).content.decode()


def inbox(person: Any, **query: str) -> str:
    return signed_in(person).get(reverse("inbox"), query).content.decode()


def test_a_mails_subject_stands_over_it_and_names_its_line(world: Any) -> None:
    pair = PairFactory.create(seller=world.pair.seller)
    asked = by_mail(pair, Side.BUYER, ASKED)
    write(pair, Side.SELLER, user=world.owner, thread_id=asked.thread_id, text="It is.")
    by_mail(pair, Side.BUYER, f"Re: {ASKED}", thread_id=asked.thread_id, text="Fine.")
    for person in (world.owner, pair.buyer.user):
        assert inbox(person).count(ASKED) == 1  # the line's second words, whoever wrote last
        page = seen(person, asked.thread_id)
        assert page.count(f'message__subject">{ASKED}') == 1
        assert page.count("message__subject") == 1


def test_words_found_in_a_subject_alone_are_marked(world: Any) -> None:
    by_mail(PairFactory.create(seller=world.pair.seller), Side.BUYER, ASKED)
    assert "<mark>Quittenmond</mark>" in inbox(world.owner, q="quittenmond")


def test_the_other_side_gets_a_subject_masked(world: Any) -> None:
    pair = PairFactory.create(seller=world.pair.seller)
    asked = by_mail(pair, Side.BUYER, "Write to zwiebel@post.example <b>", text="Is it green?")
    page = seen(world.owner, asked.thread_id) + inbox(world.owner)
    assert page.count("Write to ") >= 2
    assert "zwiebel@" not in page
    assert "<b>" not in page
    assert "zwiebel@post.example" in seen(pair.buyer.user, asked.thread_id)


def test_what_we_wrote_over_a_message_of_a_page_stands_nowhere(world: Any) -> None:
    pair = PairFactory.create(seller=world.pair.seller)
    asked = write(pair, Side.BUYER, subject="Rarely seen", reason="other")
    assert "Rarely seen" not in seen(world.owner, asked.thread_id) + inbox(world.owner)

"""The marketplace's words around a seller's first ones about an order (RSN-3)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from messages_app.policy.facts import Door, Side
from messages_app.policy.reasons import REASON_BY_NAME
from messages_app.wording import letter_for
from tests.messages_app.relay.mail_world import (
    BUYER_ADDRESS,
    body,
    mail_to,
    only_mail,
    order_for,
    pair_of_two,
    say,
)

PLACED = datetime(2026, 11, 14, 23, 30, tzinfo=UTC)


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.mark.rule("RSN-3")
@pytest.mark.parametrize("reason", sorted(REASON_BY_NAME))
def test_every_reason_has_an_opening_that_names_seller_and_day(reason: str) -> None:
    letter = letter_for(reason, buyer="Hannah W.", seller="Alder & Pine", placed_at=PLACED, zone=UTC)
    assert letter is not None
    assert "Alder & Pine" in letter.opening
    assert "14 November 2026" in letter.opening
    assert letter.opening.endswith((":", "."))
    assert "Hannah W." in letter.greeting


def test_a_reason_of_no_table_has_no_opening() -> None:
    assert letter_for("", buyer="Hannah W.", seller="Alder", placed_at=PLACED, zone=UTC) is None


@pytest.mark.django_db
@pytest.mark.rule("RSN-3")
def test_the_frame_stands_around_the_sellers_text_in_text_and_html() -> None:
    pair = pair_of_two()
    order = order_for(pair, placed_at=PLACED)
    text = "Two of the four arrived broken here."
    say(pair, Side.SELLER, text, order_id=order.pk, reason="unexpected_problem")
    mail = only_mail()
    for words in (body(mail, "plain"), plain(body(mail, "html"))):
        places = [
            words.index(part)
            for part in (
                "Hello Hannah W.,",
                "An unexpected problem has come up",
                text,
                "Kind regards",
            )
        ]
        assert places == sorted(places)


@pytest.mark.django_db
@pytest.mark.rule("RSN-3")
def test_an_answer_stands_as_it_was_written() -> None:
    pair = pair_of_two()
    order = order_for(pair)
    question = say(pair, Side.BUYER, order_id=order.pk)
    say(pair, Side.SELLER, "On its way.", thread_id=question.thread_id)
    assert "Kind regards" not in body(mail_to(BUYER_ADDRESS), "plain")


@pytest.mark.django_db
@pytest.mark.rule("RSN-3", "RSN-6")
def test_a_proactive_mail_is_a_letter_already() -> None:
    pair = pair_of_two()
    order = order_for(pair)
    say(pair, Side.SELLER, "Dear Hannah, ...", order_id=order.pk, reason="other", door=Door.MAIL)
    assert "Kind regards" not in body(only_mail(), "plain")


@pytest.mark.rule("RSN-3")
def test_the_day_is_that_of_the_readers_zone_and_language() -> None:
    with translation.override("de"):
        letter = letter_for(
            "other", buyer="H.", seller="A.", placed_at=PLACED, zone=ZoneInfo("Europe/Berlin")
        )
    assert letter is not None
    assert "15. November 2026" in letter.opening

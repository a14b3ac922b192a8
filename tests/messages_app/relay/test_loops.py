"""Machines that answer machines come to rest (MAIL-26, MAIL-27, MOD-4)."""

from __future__ import annotations

import email
from datetime import timedelta
from email.utils import parseaddr

import pytest

from accounts.models import Pair
from messages_app.models import Delivery, Message
from messages_app.policy.facts import Side
from messages_app.relay.intake import Recipient, resolve_recipient
from tests.factories import OrderFactory, PairFactory
from tests.messages_app.relay.inbound_world import NOON, arrive, mail_from, write
from tests.messages_app.relay.mail_world import finished

pytestmark = pytest.mark.django_db

ROUNDS = 12


@pytest.fixture
def pair() -> Pair:
    made = PairFactory.create()
    OrderFactory.create(pair=made)
    return made


def answer_everything(fields: list[str], envelope_sender: str) -> list[int]:
    """Both sides answer each mail at once, where it says it came from, with the same words; how many mails
    came, round by round."""
    counts = []
    for turn in range(ROUNDS):
        mails = [email.message_from_bytes(one.mail) for one in finished()]
        counts.append(len(mails))
        for mail in mails:
            sender = parseaddr(str(mail["From"]))[1]
            if not isinstance(resolve_recipient(sender), Recipient):
                continue  # the door says 550
            raw = mail_from(
                str(mail["To"]),
                "I am away until Monday and read this then.",
                subject=f"Re: {mail['Subject']}",
                fields=[*fields, f"In-Reply-To: {mail['Message-ID']}"],
            )
            arrive(raw, sender, envelope_sender=envelope_sender, at=NOON + timedelta(seconds=turn))
    return counts


@pytest.mark.rule("MAIL-26", "MAIL-27")
@pytest.mark.parametrize(
    ("fields", "envelope_sender"),
    [
        (["Auto-Submitted: auto-replied"], "away@client.example"),
        ([], ""),
        (["Precedence: auto_reply"], "a@b.example"),
    ],
)
def test_auto_responders_at_both_ends_stop_at_once(
    pair: Pair, fields: list[str], envelope_sender: str
) -> None:
    write(pair, Side.BUYER, "Where is my parcel?")
    assert answer_everything(fields, envelope_sender) == [1] + [0] * (ROUNDS - 1)
    assert Message.objects.filter(automatic=True).count() == 1


@pytest.mark.rule("MAIL-27", "MOD-4")
def test_responders_that_hide_what_they_are_are_held(pair: Pair) -> None:
    write(pair, Side.BUYER, "Where is my parcel?")
    counts = answer_everything([], "responder@client.example")
    assert counts[-6:] == [0] * 6
    assert set(Message.objects.filter(state="held").values_list("author", flat=True)) <= {"buyer", "seller"}
    assert Message.objects.filter(state="held").exists()
    assert Delivery.objects.count() < 12

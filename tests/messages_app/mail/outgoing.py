"""An ordinary outgoing mail for the tests, to be varied by keyword."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from messages_app.mail.compose import OutgoingMail

ORDINARY = OutgoingMail(
    sender_name="Lamps & Co.",
    sender_address="k7m2p9q4r8s3t6v@marketplace.example",
    recipient="bob@home.example",
    subject="About your order 123-1234567-1234567",
    date=datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
    message_id="<m.token@marketplace.example>",
    text="Your lamp leaves tomorrow.\n",
    html="<p>Your lamp leaves <b>tomorrow</b>.</p>",
    language="en",
    seed=b"seed of the delivery",
)


def outgoing(**changes: Any) -> OutgoingMail:
    return replace(ORDINARY, **changes)

"""Submissions as the doors make them, for tests of the gate."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

from accounts.models import Pair
from messages_app.mail.evidence import Evidence
from messages_app.models import Message
from messages_app.policy.facts import Door, Side
from messages_app.services.submission import Submission, Submitted
from messages_app.services.submit import submit_message

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)

_keys = itertools.count()


def page(pair: Pair, author: Side, **fields: Any) -> Submission:
    """A message written on a page."""
    values: dict[str, Any] = {"text": "Good morning, a word about the parcel.", **fields}
    return Submission(key=f"test:{next(_keys)}", door=Door.WEB, author=author, pair=pair, **values)


def mail(pair: Pair, author: Side, **fields: Any) -> Submission:
    """A message that came by mail and answers nothing, unless `evidence` says otherwise."""
    values: dict[str, Any] = {
        "text": "Good morning, a word about the parcel.",
        "subject": "Your parcel",
        "evidence": Evidence.NONE,
        "notify": "writer@mail.example",
        **fields,
    }
    return Submission(key=f"test:{next(_keys)}", door=Door.MAIL, author=author, pair=pair, **values)


def send(submission: Submission, now: datetime = NOON) -> Submitted:
    return submit_message(submission, now=now)


def codes(sent: Submitted) -> list[str]:
    """The codes of what the gate found, in the order of its checks."""
    return [finding.code for finding in sent.decision.findings] if sent.decision else []


def message_of(sent: Submitted) -> Message:
    return Message.objects.select_related("thread__key").get(pk=sent.message_id)

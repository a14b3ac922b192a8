"""What happened to a message, line by line, for its author (MAIL-23)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from messages_app.mail.reply_codes import reply_codes
from messages_app.models import Delivery, DeliveryAttempt, Message


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One moment of a message. `event` is stable: accepted, checked, queued, sent, deferred, failed,
    bounced, held, read; `detail` the verdict of a check or the codes of a server's answer."""

    at: datetime
    event: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message so far. `event` is stable: failed (a mail of it came back or was given up),
    read (on the web), sent (taken by the other side's mail server), waiting, delivered (there is no mail:
    the other side reads on the web)."""

    event: str
    at: datetime | None = None


_State = Delivery.State
_GIVEN_UP = (_State.FAILED, _State.BOUNCED, _State.SUPPRESSED)


def outcomes_of(messages: Sequence[Message]) -> dict[UUID, Outcome]:
    """By message; one statement. Only for the messages' author and staff."""
    copies: dict[UUID, list[tuple[str, datetime | None]]] = {message.id: [] for message in messages}
    rows = Delivery.objects.filter(message__in=copies, kind=Delivery.Kind.COPY)
    for message_id, state, sent_at in rows.values_list("message_id", "state", "sent_at"):
        if message_id:
            copies[message_id].append((state, sent_at))
    return {message.id: _outcome(message, copies[message.id]) for message in messages}


def _outcome(message: Message, copies: list[tuple[str, datetime | None]]) -> Outcome:
    states = {state for state, _at in copies}
    if message.read_at:
        return Outcome("read", message.read_at)
    if states.intersection(_GIVEN_UP):
        return Outcome("failed")
    if not states:
        return Outcome("delivered")
    if states == {_State.SENT}:
        return Outcome("sent", max((at for _state, at in copies if at), default=None))
    return Outcome("waiting")


def trace_of(message: Message) -> list[TraceLine]:
    """The lines in the order of time; three queries. Only for the message's author and staff."""
    lines = [TraceLine(message.accepted_at, "accepted")]
    lines += [
        TraceLine(decided_at, "checked", verdict)
        for decided_at, verdict in message.decisions.order_by("decided_at").values_list(
            "decided_at", "verdict"
        )
    ]
    copies = Delivery.objects.filter(message=message, kind=Delivery.Kind.COPY)
    lines += [TraceLine(created_at, "queued") for created_at in copies.values_list("created_at", flat=True)]
    tries = DeliveryAttempt.objects.filter(delivery__message=message, delivery__kind=Delivery.Kind.COPY)
    lines += [TraceLine(one.at, one.outcome, reply_codes(one.reply)) for one in tries.order_by("at", "id")]
    if message.read_at:
        lines.append(TraceLine(message.read_at, "read"))
    return sorted(lines, key=lambda line: line.at)

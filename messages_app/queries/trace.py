"""What happened to a message, line by line, for its author (MAIL-23)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from messages_app.mail.reply_codes import reply_codes
from messages_app.models import Delivery, DeliveryAttempt, Message


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One moment of a message. `event` is stable: accepted, checked, queued, sent, deferred, failed,
    bounced, held, read; `detail` the verdict of a check or the codes of a server's answer."""

    at: datetime
    event: str
    detail: str = ""


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

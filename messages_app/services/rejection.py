"""Tells authors that staff decided against their message or mail (GATE-1, REL-2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts.models import Alias, Pair, User
from messages_app.models import Delivery, InboundMail, Message
from messages_app.policy.facts import Side
from messages_app.queries.outbox import open_context
from messages_app.services.failures import person_to_tell
from messages_app.services.languages import language_of
from messages_app.services.outbox import queue_delivery
from messages_app.vault.content import written_content
from messages_app.vault.keys import open_key

_TEMPLATE = "rejected"


def tell_rejected(
    message: Message, pair: Pair, findings: Sequence[dict[str, Any]], *, now: datetime
) -> Delivery | None:
    """Tells whoever heard that the message was held; else its author's person, as of a failed delivery."""
    first = _earlier_notice(Delivery.objects.filter(message=message), "held")
    if first is not None:
        return _tell_again(first, findings, now)
    author = Side(message.author)
    person = _person(message, pair)
    if person is None:
        return None
    key = message.thread.key
    return queue_delivery(
        kind=Delivery.Kind.NOTICE,
        template=_TEMPLATE,
        recipient=person.email,
        language=language_of(pair, author, person),
        key=key,
        message=message,
        pair=pair,
        to_side=author,
        context={
            "subject": written_content(open_key(key), message).subject,
            "at": message.accepted_at.isoformat(),
            "alias": Alias.objects.get(pair=pair, side=author.other).address,
            "order": message.thread.order.number if message.thread.order else "",
            "findings": list(findings),
            "thread": str(message.thread_id),
        },
        now=now,
    )


def tell_discarded(inbound: InboundMail, *, now: datetime) -> Delivery | None:
    """Tells whoever heard that people look at the mail; nobody else is known to have written it."""
    first = _earlier_notice(Delivery.objects.filter(inbound=inbound), "quarantined")
    return _tell_again(first, [], now) if first else None


def _person(message: Message, pair: Pair) -> User | None:
    """Who wrote it, where their side wants to hear of what was not delivered (ACC-5)."""
    told = person_to_tell(pair, Side(message.author))
    return message.user if told is not None and message.user is not None else told


def _earlier_notice(deliveries: Any, template: str) -> Delivery | None:
    notices = deliveries.filter(kind=Delivery.Kind.NOTICE, template=template)
    found: Delivery | None = notices.select_related("key", "message", "pair", "inbound").first()
    return found


def _tell_again(first: Delivery, findings: Sequence[dict[str, Any]], now: datetime) -> Delivery:
    """To the same address, about the same message, as the notice before."""
    return queue_delivery(
        kind=Delivery.Kind.NOTICE,
        template=_TEMPLATE,
        recipient=first.recipient,
        language=first.language,
        key=first.key,
        message=first.message,
        pair=first.pair,
        to_side=Side(first.to_side) if first.to_side else None,
        inbound=first.inbound,
        context={**open_context(first), "findings": list(findings)},
        now=now,
    )

"""Reports about our mails that come back: recorded at their delivery, told to its author (MAIL-24)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, Pair
from messages_app.mail.report import DeliveryReport, ReportKind
from messages_app.models import Delivery, DeliveryAttempt, Message
from messages_app.policy.facts import Side
from messages_app.services.outbox import queue_delivery
from messages_app.vault.content import written_content
from messages_app.vault.keys import open_key

PERMANENT, TRANSIENT = 5, 4  # classes of RFC 3463
MAX_REPLY = 300
NO_STATUS = "5.0.0"  # failed, and nobody said why


def record_report(delivery_id: UUID, report: DeliveryReport, *, at: datetime) -> str | None:
    """Records a report to a bounce address that is ours. Returns what it was, as a stable code, or None
    where the delivery is gone. A second report of a failure is recorded and told nobody."""
    if report.kind is not ReportKind.DELIVERY:
        exists = Delivery.objects.filter(pk=delivery_id).exists()
        return report.kind.value if exists else None
    with transaction.atomic():
        delivery = (
            Delivery.objects.select_for_update(of=("self",))
            .select_related(
                "message__thread__key", "message__thread__order", "pair__seller", "pair__buyer__user"
            )
            .filter(pk=delivery_id)
            .first()
        )
        if delivery is None:
            return None
        return _record(delivery, report, at)


def _record(delivery: Delivery, report: DeliveryReport, at: datetime) -> str:
    failed = report.status_class == PERMANENT
    if not failed and report.status_class != TRANSIENT:
        return "no_failure"  # delivered, or nothing that could be understood: nothing to act on
    outcome = DeliveryAttempt.Outcome.BOUNCED if failed else DeliveryAttempt.Outcome.DEFERRED
    reply = report.diagnostic[:MAX_REPLY]
    _, first_time = DeliveryAttempt.objects.get_or_create(
        delivery=delivery, at=at, outcome=outcome, defaults={"reply": reply}
    )
    if not failed:
        return "delayed"
    if first_time and delivery.state != Delivery.State.BOUNCED:
        delivery.state = Delivery.State.BOUNCED
        _tell_author(delivery, report)
        delivery.save(update_fields=["state", "author_told_at"])
    return "bounced"


def _tell_author(delivery: Delivery, report: DeliveryReport) -> None:
    """Our own report, in which the recipient is the alias; only for a person's message, and once."""
    message, pair = delivery.message, delivery.pair
    if message is None or pair is None or delivery.kind != Delivery.Kind.COPY or delivery.author_told_at:
        return
    author = Side(message.author)
    recipient = _author_address(pair, author)
    if not recipient:
        return
    now = timezone.now()
    delivery.author_told_at = now
    queue_delivery(
        kind=Delivery.Kind.NOTICE,
        template="failed",
        recipient=recipient,
        language=_language(pair, author),
        key=message.thread.key,
        message=message,
        pair=pair,
        to_side=author,
        context=_context(message, pair, author, report),
        now=now,
    )


def _context(message: Message, pair: Pair, author: Side, report: DeliveryReport) -> dict[str, object]:
    worst = max(report.recipients, key=lambda recipient: recipient.status_class)
    content = written_content(open_key(message.thread.key), message)
    return {
        "subject": content.subject,
        "at": message.accepted_at.isoformat(),
        "alias": pair.aliases.get(side=author.other).address,
        "order": message.thread.order.number if message.thread.order else "",
        "status": worst.status or NO_STATUS,
        # Only the code: the server's words may describe the other side's mailbox (MAIL-25).
        "reply": "",
        "foreign_id": content.foreign_id,
        "thread": str(message.thread_id),
    }


def _author_address(pair: Pair, author: Side) -> str:
    """Failures go to the owner, who may switch them off (ACC-5); a buyer's to the buyer."""
    if author is Side.BUYER:
        return pair.buyer.user.email
    if not pair.seller.mail_failures:
        return ""
    return Membership.objects.select_related("user").get(seller=pair.seller, is_owner=True).user.email


def _language(pair: Pair, author: Side) -> str:
    if author is Side.SELLER:
        return pair.seller.language
    return pair.buyer.user.language or pair.buyer.marketplace.language

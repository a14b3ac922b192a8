"""Reports about our mails that come back: recorded at their delivery, told to its author (MAIL-24)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from messages_app.mail.reply_codes import report_codes
from messages_app.mail.report import DeliveryReport, ReportKind
from messages_app.models import Delivery, DeliveryAttempt
from messages_app.services.failures import tell_author_failed
from messages_app.services.outcomes import note_outcomes

TRANSIENT = 4  # class of RFC 3463


def record_report(delivery_id: UUID, report: DeliveryReport, *, at: datetime) -> str | None:
    """Records a report that came to our bounce address at that moment. Returns what it was, as a stable
    code, or None where the delivery is gone. A second report of a failure tells nobody again; running
    twice with the same report changes nothing."""
    with transaction.atomic():
        delivery = (
            Delivery.objects.select_for_update(of=("self",))
            .select_related("message__thread__key", "pair__seller__marketplace", "pair__buyer__user")
            .filter(pk=delivery_id)
            .first()
        )
        if delivery is None:
            return None
        if report.kind is not ReportKind.DELIVERY:
            return report.kind.value
        return _record(delivery, report, at)


def _record(delivery: Delivery, report: DeliveryReport, at: datetime) -> str:
    worst = report.worst
    if worst is None or not (worst.failed or worst.status_class == TRANSIENT):
        return "no_failure"  # delivered, or nothing that could be understood: nothing to act on
    outcome = DeliveryAttempt.Outcome.BOUNCED if worst.failed else DeliveryAttempt.Outcome.DEFERRED
    reply = report_codes(worst.status, worst.diagnostic)
    DeliveryAttempt.objects.get_or_create(
        delivery=delivery, at=at, outcome=outcome, defaults={"reply": reply}
    )
    if outcome == DeliveryAttempt.Outcome.DEFERRED:
        return "delayed"
    if delivery.state != Delivery.State.BOUNCED:
        Delivery.objects.filter(pk=delivery.pk).update(state=Delivery.State.BOUNCED)
        note_outcomes([delivery])
        tell_author_failed(delivery, reply, now=at)
    return "bounced"

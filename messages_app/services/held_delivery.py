"""What a moderator decides about a mail that was not allowed to leave (MAIL-17, decision 0014)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts.models import User
from accounts.wake import wake
from messages_app.models import Case, Delivery, DeliveryAttempt
from messages_app.services.cases import close_cases
from messages_app.services.decided import ALREADY, DONE, NOT_POSSIBLE, Decided
from messages_app.services.failures import tell_author_failed

State = Delivery.State

_WITH = ("message__thread__key", "pair__buyer__user", "pair__buyer__marketplace", "pair__seller__marketplace")


def retry_delivery(delivery_id: UUID, *, by: User, now: datetime) -> Decided:
    """The mail is made anew from what stands in the tables, and the leak gate looks again."""
    delivery = _locked(delivery_id)
    if delivery is None:
        return ALREADY
    # A large one's old file stays until the new one takes its place: a sender may write it at this moment.
    delivery.rendered_sealed, delivery.rendered_size = b"", 0
    return _queue(delivery, Case.Decision.RETRIED, by, now)


def release_delivery(delivery_id: UUID, *, by: User, now: datetime) -> Decided:
    """Exactly the bytes that the leak gate stopped leave, and nothing else that may be made of the same rows
    later. NOT_POSSIBLE where no mail was made."""
    delivery = _locked(delivery_id)
    if delivery is None:
        return ALREADY
    if not delivery.rendered_size:
        return NOT_POSSIBLE
    return _queue(delivery, Case.Decision.RELEASED, by, now)


def discard_delivery(delivery_id: UUID, *, by: User, now: datetime) -> Decided:
    """The mail never leaves. The author of a message hears so, as of any mail that failed (REL-2)."""
    delivery = _locked(delivery_id)
    if delivery is None:
        return ALREADY
    delivery.state = State.FAILED
    delivery.save(update_fields=["state"])
    DeliveryAttempt.objects.create(delivery=delivery, at=now, outcome=DeliveryAttempt.Outcome.FAILED)
    tell_author_failed(delivery, "", now=now)
    close_cases(delivery=delivery, decision=Case.Decision.DISCARDED, now=now, by=by)
    return DONE


def _locked(delivery_id: UUID) -> Delivery | None:
    """None: it waits for nobody any more."""
    held = Delivery.objects.select_for_update(of=("self",)).filter(pk=delivery_id, state=State.HELD)
    return held.select_related(*_WITH).first()


def _queue(delivery: Delivery, decision: Case.Decision, by: User, now: datetime) -> Decided:
    """Due at once, and with all the time that a new mail has. What it is dated and listed by stays."""
    delivery.state, delivery.attempts, delivery.begun = State.QUEUED, 0, 0
    delivery.next_at = delivery.queued_again_at = now
    delivery.save(
        update_fields=[
            "state",
            "attempts",
            "begun",
            "next_at",
            "queued_again_at",
            "rendered_sealed",
            "rendered_size",
        ]
    )
    close_cases(delivery=delivery, decision=decision, now=now, by=by)
    wake("send_deliveries")
    return DONE

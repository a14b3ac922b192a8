"""The response clock: when it runs, stops and reminds (RSP-1 to RSP-4, RSP-6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from accounts.models import Membership, User
from messages_app.models import Delivery, MailboxEntry, Message, ResponseContact, Thread
from messages_app.policy.facts import Side
from messages_app.services.locks import lock_pair
from messages_app.services.outbox import queue_delivery

REMIND_AT_ONCE = 100  # contacts a call takes; the next call takes the rest


def run_clocks(delivered: Sequence[tuple[Thread, Message]]) -> None:
    """What delivered messages do to the clocks of their threads, of each at most one.

    A buyer's opens the clock, one that runs is left alone (RSP-1). The seller's first one answers the contact
    (RSP-2); one that was accepted before the question and worked off late answers nothing.
    Call it in the transaction of the messages, with their pairs locked.
    """
    contacts = ResponseContact.objects.filter(
        thread__in=[thread for thread, _ in delivered], outcome=ResponseContact.Outcome.OPEN
    )
    running = {contact.thread_id: contact for contact in contacts}
    opened, answered = [], []
    for thread, message in delivered:
        contact = running.get(thread.id)
        if message.author == Side.BUYER and contact is None and thread.seller_id is not None:
            opened.append(_new_contact(thread, thread.seller_id, message))
        elif message.author == Side.SELLER and contact is not None and _answers(message, contact):
            answered.append(_answered(contact, message))
    ResponseContact.objects.bulk_create(opened)
    _save_answered(answered)
    _show_dues([contact.thread_id for contact in (*opened, *answered)])


def _new_contact(thread: Thread, seller_id: int, message: Message) -> ResponseContact:
    return ResponseContact(
        thread=thread,
        seller_id=seller_id,
        opened_by=message,
        opened_at=message.counted_at,
        due_at=message.counted_at + timedelta(hours=settings.RESPONSE_DUE_HOURS),
    )


def _answers(message: Message, contact: ResponseContact) -> bool:
    return contact.opened_at <= message.counted_at


def _answered(contact: ResponseContact, message: Message) -> ResponseContact:
    contact.outcome = ResponseContact.Outcome.ANSWERED
    contact.closed_at = message.counted_at
    contact.answered_by = message
    contact.closed_by_id = message.user_id
    return contact


def _save_answered(contacts: Sequence[ResponseContact]) -> None:
    """Only what an answer changes: the reminders are claimed without the pair's lock."""
    if contacts:
        ResponseContact.objects.bulk_create(
            contacts,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["outcome", "closed_at", "answered_by", "closed_by"],
        )


@transaction.atomic
def mark_not_needed(
    *, thread: Thread, user: User | None, now: datetime, contact: ResponseContact | None = None
) -> bool:
    """Takes the running contact out of the figures (RSP-3). False: no clock was running.

    `contact`: only if it is this one that runs, for the link of a mail that was about it.
    """
    if thread.pair_id is None:
        return False
    lock_pair(thread.pair_id)
    running = ResponseContact.objects.filter(thread=thread, outcome=ResponseContact.Outcome.OPEN)
    if contact is not None:
        running = running.filter(pk=contact.pk)
    marked = running.update(outcome=ResponseContact.Outcome.NOT_NEEDED, closed_at=now, closed_by=user)
    if marked:
        _show_dues([thread.id])
    return bool(marked)


@transaction.atomic
def undo_not_needed(*, thread: Thread) -> bool:
    """Starts the contact that was last marked again, its due time unchanged (RSP-3).

    False: there is none, or the thread has moved on: a later contact, or an answer since.
    """
    if thread.pair_id is None:
        return False
    lock_pair(thread.pair_id)
    contacts = ResponseContact.objects.filter(thread=thread)
    last = contacts.order_by("-opened_at").first()
    running = contacts.filter(outcome=ResponseContact.Outcome.OPEN).exists()
    if running or last is None or last.outcome != ResponseContact.Outcome.NOT_NEEDED:
        return False
    since = Q(accepted_at__gte=last.opened_at) | Q(released_at__gte=last.opened_at)  # counted_at (RSP-2)
    answered = Message.objects.filter(
        since,
        thread=thread,
        author=Message.Author.SELLER,
        state=Message.State.DELIVERED,
        automatic=False,
    )
    if answered.exists():
        return False
    last.outcome = ResponseContact.Outcome.OPEN
    last.closed_at, last.closed_by = None, None
    last.save(update_fields=["outcome", "closed_at", "closed_by"])
    _show_dues([thread.id])
    return True


def _show_dues(thread_ids: Sequence[UUID]) -> None:
    """Copies the due times of the running clocks to the sellers' lists, empty where none runs."""
    running = ResponseContact.objects.filter(
        thread=OuterRef("thread"), outcome=ResponseContact.Outcome.OPEN
    ).values("due_at")
    if thread_ids:
        MailboxEntry.objects.filter(thread_id__in=thread_ids, side=Side.SELLER).update(
            due_at=Subquery(running), changed_at=timezone.now()
        )


def remind_due(now: datetime) -> int:
    """Queues the reminders that are due, once each; returns how many contacts it took (RSP-6)."""
    soon = Q(reminded_at=None, opened_at__lte=now - timedelta(hours=settings.REMINDER_HOURS))
    due = Q(reminded_due_at=None, due_at__lte=now)
    waiting = (
        ResponseContact.objects.filter(soon | due, outcome=ResponseContact.Outcome.OPEN)
        .select_related("thread__key", "thread__pair", "seller")
        .order_by("due_at")[:REMIND_AT_ONCE]
    )
    return sum(_remind(contact, now) for contact in waiting)


@transaction.atomic
def _remind(contact: ResponseContact, now: datetime) -> bool:
    """One reminder, claimed by the update that marks it: two clocks at once send one.

    Where both are due at once (the center was down), the later one says it all.
    """
    is_due = contact.due_at <= now
    mark = {"reminded_at": now} | ({"reminded_due_at": now} if is_due else {})
    unmarked = {"reminded_due_at": None} if is_due else {"reminded_at": None}
    claimed = ResponseContact.objects.filter(
        pk=contact.pk, outcome=ResponseContact.Outcome.OPEN, **unmarked
    ).update(**mark)
    if claimed and contact.seller.mail_reminders:
        _queue_reminder(contact, which="due" if is_due else "soon", now=now)
    return bool(claimed)


def _queue_reminder(contact: ResponseContact, *, which: str, now: datetime) -> None:
    owner = Membership.objects.select_related("user").filter(seller=contact.seller, is_owner=True).first()
    if owner is None:
        return
    queue_delivery(
        kind=Delivery.Kind.REMINDER,
        template="reminder",
        recipient=owner.user.email,
        language=owner.user.language or contact.seller.language,
        key=contact.thread.key,
        pair=contact.thread.pair,
        to_side=Side.SELLER,
        context={
            "thread": str(contact.thread_id),
            "due_at": contact.due_at.isoformat(),
            "which": which,
        },
        now=now,
    )

"""Finds what a killed process or a lost wake-up left behind (MAIL-4, MAIL-20)."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from accounts.rate_limit import forget_ended
from messages_app.models import Delivery, InboundMail
from messages_app.services.drafts import sweep_drafts
from messages_app.services.failures import tell_late
from messages_app.services.infected import forget_infected_mails
from messages_app.services.notice_lists import queue_notice_lists
from messages_app.services.orphans import remove_orphans
from messages_app.services.purge import purge_files


def sweep(now: datetime) -> int:
    """One round: leases that ran out, authors to be told of late mail, hourly lists of notices, files that
    nothing names, that waited too long for a text, were kept for staff or are infected, counts of tries that
    are over."""
    found = free_leases(until=now) + tell_late(now) + queue_notice_lists(now) + remove_orphans(now)
    found += sweep_drafts(now) + purge_files(now) + forget_infected_mails()
    return found + forget_ended(now)


def free_leases(until: datetime | None = None) -> int:
    """Gives back what is leased: all of it, or what had run out by `until`. Returns how many rows."""
    leased = InboundMail.objects.filter(state=InboundMail.State.WAITING, lease_until__isnull=False)
    if until is not None:
        leased = leased.filter(lease_until__lte=until)
    return free_deliveries(until) + leased.update(lease_until=None)


def free_deliveries(until: datetime | None = None) -> int:
    """The same for mail out alone.

    A mail that was being sent goes back to the queue: it may have left already, and the identical
    mail goes once more (MAIL-20).
    """
    sending = Delivery.objects.filter(state=Delivery.State.SENDING)
    if until is not None:
        sending = sending.filter(lease_until__lte=until)
    return sending.update(
        state=Delivery.State.QUEUED, lease=None, lease_until=None, next_at=until or timezone.now()
    )

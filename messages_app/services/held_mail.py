"""What people decide about mails that were set aside: an account's owner (MAIL-10), staff (MAIL-6, MOD-3)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.wake import wake
from messages_app.models import Case, InboundMail
from messages_app.services.cases import close_cases
from messages_app.services.outcomes import note_held
from messages_app.services.rejection import tell_discarded

State = InboundMail.State


@transaction.atomic
def let_in(*, inbound_id: UUID, decision: Case.Decision, now: datetime, by: User | None) -> bool:
    """ "It was me": a mail held outside goes its way as proven. False: it is no longer held, or names no
    single sender."""
    confirmed = InboundMail.objects.filter(pk=inbound_id, state=State.HELD, outcome="unproven").update(
        state=State.WAITING, proven=True, outcome="", attempts=0, lease_until=None
    )
    if confirmed:
        close_cases(inbound=[inbound_id], decision=decision, now=now, by=by)
        note_held(inbound_id)
        wake("process_inbound")
    return bool(confirmed)


@transaction.atomic
def disown(*, inbound_id: UUID, decision: Case.Decision, now: datetime, by: User | None) -> bool:
    """ "Not mine": a mail held outside is dropped, nobody will see it. False: it is no longer held."""
    discarded = InboundMail.objects.filter(pk=inbound_id, state=State.HELD).update(
        state=State.DROPPED, outcome=decision, settled_at=now, identity_token=None
    )
    if discarded:
        close_cases(inbound=[inbound_id], decision=decision, now=now, by=by)
        note_held(inbound_id)
    return bool(discarded)


@transaction.atomic
def retry_mails(ids: Collection[UUID], *, now: datetime, by: User | None = None) -> int:
    """Lets the worker try these of the quarantine again, three times each; returns how many."""
    mails = _locked_quarantine(ids)
    if mails:
        InboundMail.objects.filter(pk__in=mails).update(
            state=State.WAITING, outcome="", attempts=0, lease_until=None, identity_token=None
        )
        close_cases(inbound=mails, decision=Case.Decision.RETRIED, now=now, by=by)
        wake("process_inbound")
    return len(mails)


@transaction.atomic
def discard_quarantined(ids: Collection[UUID], *, now: datetime, by: User | None = None) -> int:
    """Ends the way of these of the quarantine; the bytes stay for the record. Returns how many. Whoever heard
    that people look at theirs is told (REL-2). Nothing was made of them, so the same mail sent once more is
    no repetition."""
    mails = _locked_quarantine(ids)
    if mails:
        InboundMail.objects.filter(pk__in=mails).update(
            state=State.DROPPED, outcome="discarded", settled_at=now, identity_token=None
        )
        for inbound in InboundMail.objects.filter(pk__in=mails):
            tell_discarded(inbound, now=now)
        close_cases(inbound=mails, decision=Case.Decision.DISCARDED, now=now, by=by)
    return len(mails)


def _locked_quarantine(ids: Collection[UUID]) -> list[UUID]:
    """Those of the mails that are in quarantine: nobody else decides about them for now."""
    mails = InboundMail.objects.select_for_update().filter(pk__in=ids, state=State.QUARANTINED)
    return list(mails.order_by("pk").values_list("pk", flat=True))

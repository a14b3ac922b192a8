"""What an owner decides about a mail held outside (MAIL-10)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.wake import wake
from messages_app.models import InboundMail

State = InboundMail.State


@transaction.atomic
def confirm_mail(*, inbound: InboundMail) -> bool:
    """ "It was me": the mail goes its way as proven. False if it is no longer held."""
    confirmed = InboundMail.objects.filter(pk=inbound.pk, state=State.HELD, outcome="unproven").update(
        state=State.WAITING, proven=True, outcome="", attempts=0, lease_until=None
    )
    if confirmed:
        wake("process_inbound")
    return bool(confirmed)


def discard_mail(*, inbound: InboundMail, now: datetime) -> bool:
    """Nobody will see it. False if it is no longer held."""
    discarded = InboundMail.objects.filter(pk=inbound.pk, state=State.HELD).update(
        state=State.DROPPED, outcome="disowned", settled_at=now, identity_token=None
    )
    return bool(discarded)

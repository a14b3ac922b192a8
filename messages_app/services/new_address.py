"""Mail that waits for somebody whose address has changed (ACC-12)."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from messages_app.models import Delivery
from messages_app.vault.files import delete_file

State = Delivery.State
_WAITING = (State.QUEUED, State.DEFERRED)
# In the hands of a sender, of staff, or of the hourly list: their next try goes to the new address.
_ELSEWHERE = Q(state__in=(State.SENDING, State.HELD)) | Q(state=State.LISTED, list=None)


@transaction.atomic
def move_deliveries(*, user: User, old: str) -> int:
    """Sends what has not left yet to the person's address of now; returns how many rows that are.

    What a mail says is rendered anew where it waits, for its head names the address. Mail that another
    seller gets at the same address, which this person does not work for, stays as it is.
    """
    own = Q(pair=None) | Q(pair__buyer__user=user) | Q(to_side="seller", pair__seller__memberships__user=user)
    theirs = Delivery.objects.filter(own, recipient=old)
    ids = set(theirs.filter(Q(state__in=_WAITING) | _ELSEWHERE).values_list("pk", flat=True))
    rows = Delivery.objects.filter(pk__in=ids)
    waiting = rows.filter(state__in=_WAITING)
    in_files = list(waiting.filter(rendered_size__gt=0, rendered_sealed=b"").values_list("pk", flat=True))
    new = {"recipient": user.email, "recipient_domain": user.email.rpartition("@")[2]}
    moved = waiting.update(**new, rendered_sealed=b"", rendered_size=0)
    moved += rows.filter(_ELSEWHERE).update(**new)
    for pk in in_files:
        transaction.on_commit(partial(delete_file, pk))
    return moved

"""The display name that a buyer goes by (ACC-9, BOX-6)."""

from __future__ import annotations

from datetime import datetime

from accounts.models import AccountEvent, Buyer, Pair
from accounts.wake import wake

_RENAMED = AccountEvent.Kind.RENAMED


def rename_buyer(buyer: Buyer, name: str, *, now: datetime) -> None:
    """Stores the name, and has search follow where it is another. In a transaction.

    It waits for messages under way: theirs is the lock of their pair, lowest id first as in the gate. What is
    recorded before has the old name and is followed; what is recorded after has the new one.
    """
    if buyer.display_name == name:
        return
    list(Pair.objects.select_for_update().filter(buyer=buyer).order_by("pk").values_list("pk"))
    buyer.take_name(name)
    buyer.save(update_fields=["display_name", "name_key"])
    # What a name before this one asked for is done by this one.
    AccountEvent.objects.filter(kind=_RENAMED, user=buyer.user_id, taken_at=None).update(taken_at=now)
    AccountEvent.objects.create(kind=_RENAMED, user_id=buyer.user_id, created_at=now)
    wake("take_events")

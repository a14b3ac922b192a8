"""The daily digest: one mail a day to a seller's owner, at eight of the marketplace's clock (ACC-5)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import Seller
from messages_app.models import Delivery, SealingKey
from messages_app.policy.facts import Side
from messages_app.queries.digests import Digest, digests_of, sellers_to_tell
from messages_app.services.locks import lock_name
from messages_app.services.outbox import new_delivery, save_deliveries
from messages_app.vault.keys import new_sealing_key
from orders.queries import day_bounds, local_day

AT_ONCE = 100  # sellers a call takes; the next call takes the rest


@transaction.atomic
def queue_digests(now: datetime) -> int:
    """Queues the digests that are due, once a seller and day; returns how many sellers it looked at.

    One worker at a time: the others wait here and then find the day taken up. Mails and mark are one
    transaction, so a killed worker leaves neither.
    """
    lock_name("daily digests")
    sellers = sellers_to_tell(now, AT_ONCE)
    if not sellers:
        return 0
    day = local_day(sellers[0].marketplace, now)
    Seller.objects.filter(pk__in=[seller.pk for seller in sellers]).update(digest_day=day)
    until = day_bounds(sellers[0].marketplace, day)[1]
    told = [digest for digest in digests_of(sellers, day, now) if digest.has_news and digest.owner]
    keys = SealingKey.objects.bulk_create([new_sealing_key("delivery") for _ in told])
    save_deliveries([_delivery(digest, key, until, now) for digest, key in zip(told, keys, strict=True)])
    return len(sellers)


def _delivery(digest: Digest, key: SealingKey, until: datetime, now: datetime) -> Delivery:
    """The mail as it waits: figures, and threads by their ids; whose names it shows is looked up with it."""
    if digest.owner is None:
        raise ValueError("a digest goes to an owner")
    return new_delivery(
        kind=Delivery.Kind.DIGEST,
        template="digest",
        recipient=digest.owner.email,
        language=digest.owner.language or digest.seller.language,
        key=key,
        to_side=Side.SELLER,
        context={
            "seller": digest.seller.pk,
            "until": until.isoformat(),
            "at": now.isoformat(),
            "waiting": digest.waiting,
            "overdue": digest.overdue,
            "unread": digest.unread,
            "held": digest.held,
            "blocked": digest.blocked,
            "used": digest.used,
            "cap": digest.cap,
            "soonest": [[str(thread), due_at.isoformat()] for thread, due_at in digest.soonest],
        },
        now=now,
    )

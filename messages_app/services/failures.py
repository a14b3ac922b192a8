"""Tells an author that the mail of their message is late or could not be delivered (MAIL-21, REL-2).

The report is our own: it names the alias, never the address behind it (MAIL-24).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from accounts.models import Alias, Membership, Pair, User
from messages_app.mail.reply_codes import enhanced_status, reply_codes
from messages_app.models import Delivery
from messages_app.policy.facts import Side
from messages_app.services.languages import language_of
from messages_app.services.outbox import queue_delivery
from messages_app.vault.content import written_content
from messages_app.vault.keys import open_key

TELL_LATE_AFTER = timedelta(hours=4)
TELL_AT_ONCE = 100  # rows a call takes
_WAITING = (Delivery.State.DEFERRED, Delivery.State.QUEUED)

_WITH = (
    "key",
    "message__thread__key",
    "pair__buyer__user",
    "pair__buyer__marketplace",
    "pair__seller__marketplace",
)


def tell_author_failed(delivery: Delivery, reply: str, *, now: datetime) -> Delivery | None:
    """Tells the author that the copy was refused for good or came back. Nothing for other mails: a
    failed notice causes no notice (MAIL-26)."""
    return _tell(delivery, "failed", reply, default_status="5.0.0", now=now)


def tell_late(now: datetime) -> int:
    """Tells the authors of copies that have been waiting for four hours, once each; how many rows it took."""
    late = Delivery.objects.select_related(*_WITH).filter(
        Q(queued_again_at=None) | Q(queued_again_at__lte=now - TELL_LATE_AFTER),
        kind=Delivery.Kind.COPY,
        state__in=_WAITING,
        created_at__lte=now - TELL_LATE_AFTER,
        author_told_at=None,
    )
    return sum(_tell_late(delivery, now) for delivery in late.order_by("created_at")[:TELL_AT_ONCE])


@transaction.atomic
def _tell_late(delivery: Delivery, now: datetime) -> bool:
    """Claimed by the update that marks it: two sweepers at once tell one time, and of what has left or come
    to an end meanwhile nobody is told that it is late."""
    unmarked = Delivery.objects.filter(pk=delivery.pk, author_told_at=None, state__in=_WAITING)
    if not unmarked.update(author_told_at=now):
        return False
    last = delivery.tries.order_by("-at", "-id").first()
    _tell(delivery, "late", last.reply if last else "", default_status="4.0.0", now=now)
    return True


def _tell(
    delivery: Delivery, template: str, reply: str, *, default_status: str, now: datetime
) -> Delivery | None:
    message, pair = delivery.message, delivery.pair
    if delivery.kind != Delivery.Kind.COPY or message is None or pair is None:
        return None
    Delivery.objects.filter(pk=delivery.pk).update(author_told_at=now)
    author = person_to_tell(pair, Side(message.author))
    if author is None:
        return None
    codes = reply_codes(reply)
    return queue_delivery(
        kind=Delivery.Kind.NOTICE,
        template=template,
        recipient=author.email,
        language=language_of(pair, message.author, author),
        key=message.thread.key,
        message=message,
        pair=pair,
        to_side=Side(message.author),
        context={
            "subject": written_content(open_key(message.thread.key), message).subject,
            "at": message.accepted_at.isoformat(),
            "alias": Alias.objects.get(pair=pair, side=delivery.to_side).address,
            "status": enhanced_status(codes) or default_status,
            "reply": codes,
            "thread": str(message.thread_id),
        },
        now=now,
    )


def person_to_tell(pair: Pair, side: Side) -> User | None:
    """Who is told: the buyer, or the seller's owner where failures are wanted (ACC-5)."""
    if side is Side.BUYER:
        return pair.buyer.user
    if not pair.seller.mail_failures:
        return None
    owner = Membership.objects.select_related("user").filter(seller=pair.seller_id, is_owner=True).first()
    return owner.user if owner else None

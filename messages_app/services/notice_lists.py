"""Notices past so many an hour to one address become one list an hour (MAIL-27)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from messages_app.mail.address_mask import mask_addresses
from messages_app.models import Delivery
from messages_app.queries.outbox import open_context
from messages_app.services.outbox import queue_delivery

HOUR = timedelta(hours=1)
MOST_NAMED = 500  # messages that one list names; the rest goes into a further one
ADDRESSES_AT_ONCE = 100


def past_the_hour(notices: Collection[UUID]) -> set[UUID]:
    """Which of these notices follow a full number of others to their address within the hour before.

    Every notice of that hour counts, sent or listed: a pure function of the rows, so that workers
    who ask at the same time answer alike. One query.
    """
    if not notices:
        return set()
    before = (
        Delivery.objects.filter(
            recipient=OuterRef("recipient"),
            kind=Delivery.Kind.NOTICE,
            created_at__gt=OuterRef("created_at") - HOUR,
            created_at__lte=OuterRef("created_at"),
            id__lt=OuterRef("id"),
        )
        .order_by()
        .values("recipient")
        .annotate(number=Count("id"))
        .values("number")
    )
    rows = Delivery.objects.filter(pk__in=list(notices)).annotate(before=Coalesce(Subquery(before), 0))
    return set(rows.filter(before__gte=settings.NOTICES_PER_HOUR).values_list("id", flat=True))


def queue_notice_lists(now: datetime) -> int:
    """One list for each address whose oldest listed notice is an hour old; how many notices it took."""
    waiting = _unlisted().filter(created_at__lte=now - HOUR)
    addresses = list(waiting.order_by().values_list("recipient", flat=True).distinct()[:ADDRESSES_AT_ONCE])
    return sum(_queue_list(address, now) for address in addresses)


def _unlisted() -> QuerySet[Delivery]:
    return Delivery.objects.filter(state=Delivery.State.LISTED, list=None)


@transaction.atomic
def _queue_list(address: str, now: datetime) -> int:
    # Locked where the database locks rows; elsewhere the transaction is alone. A second sweeper finds none.
    mine = _unlisted().filter(recipient=address).select_related("key").select_for_update(of=("self",))
    notices = list(mine.order_by("created_at", "id")[:MOST_NAMED])
    if not notices:
        return 0
    listing = queue_delivery(
        kind=Delivery.Kind.NOTICE_LIST,
        template="notice_list",
        recipient=address,
        language=notices[-1].language,
        context={"items": [_item(notice) for notice in notices]},
        now=now,
    )
    return Delivery.objects.filter(pk__in=[notice.id for notice in notices]).update(list=listing)


def _item(notice: Delivery) -> dict[str, Any]:
    """What the list names of a message: subject, moment, alias, and how it ended."""
    context = open_context(notice)
    return {
        "template": notice.template,
        "subject": mask_addresses(str(context.get("subject", ""))),
        "at": context.get("at") or notice.created_at.isoformat(),
        "alias": context.get("alias", ""),
        "codes": [finding["code"] for finding in context.get("findings", ())],
    }

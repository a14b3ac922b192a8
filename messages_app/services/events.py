"""Takes what accounts and orders have to tell and turns it into mails and system messages (ORD-6).

An event is marked as taken in the transaction of what it leads to: it is told once, whoever dies.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.links import address_token, person_token
from accounts.models import AccountEvent, AuthorizedAddress, User
from messages_app.models import Delivery
from messages_app.services.links import web_address
from messages_app.services.outbox import queue_delivery
from messages_app.services.system_messages import post_system_message
from orders.models import OrderEvent

log = logging.getLogger(__name__)

BATCH = 50  # events of each kind a call takes


def take_events(now: datetime) -> int:
    """Tells of the events that wait, oldest first; returns how many were taken."""
    account_events = AccountEvent.objects.filter(taken_at=None).order_by("created_at", "pk")
    order_events = OrderEvent.objects.filter(taken_at=None).order_by("pk")
    taken = [
        _guarded(_take_account_event, event, now)
        for event in account_events.values_list("pk", flat=True)[:BATCH]
    ]
    taken += [
        _guarded(_take_order_event, event, now) for event in order_events.values_list("pk", flat=True)[:BATCH]
    ]
    return sum(taken)


def _guarded(take: Callable[[UUID, datetime], bool], event: UUID, now: datetime) -> bool:
    try:
        return take(event, now)
    except (DatabaseError, OSError):
        raise
    except Exception:  # a fault of ours that one event brings out must not stop its neighbours (REL-4)
        log.exception("an event could not be told of", extra={"item": f"event:{event}"})
        return False


@transaction.atomic
def _take_account_event(pk: UUID, now: datetime) -> bool:
    if not AccountEvent.objects.filter(pk=pk, taken_at=None).update(taken_at=now):
        return False  # another worker was faster
    event = AccountEvent.objects.select_related("user", "authorized_address__seller").get(pk=pk)
    if event.kind == AccountEvent.Kind.CONFIRM_ADDRESS:
        _tell_address(event.authorized_address, now)
    elif event.user is not None:
        _tell_person(event.user, event.kind, now)
    return True


def _tell_address(row: AuthorizedAddress | None, now: datetime) -> None:
    """The link that confirms an authorized address; nothing when it no longer waits (ACC-4)."""
    if row is None or row.state != AuthorizedAddress.State.WAITING:
        return
    link = reverse("confirm_address", args=[address_token(row)])
    queue_delivery(
        kind=Delivery.Kind.ACCOUNT,
        template="confirm_address",
        recipient=row.address,
        language=row.seller.language,
        context={"link": web_address(link.lstrip("/")), "seller": row.seller.trade_name},
        now=now,
    )


def _tell_person(user: User, kind: str, now: datetime) -> None:
    """A link to a person's own address: sets a password, or leads to the sign-in page (ACC-1, ACC-11)."""
    exists = kind == AccountEvent.Kind.ACCOUNT_EXISTS
    link = reverse("sign_in") if exists else reverse("set_password", args=[person_token(user)])
    queue_delivery(
        kind=Delivery.Kind.ACCOUNT,
        template=kind,
        recipient=user.email,
        language=user.language or settings.LANGUAGE_CODE,
        context={"link": web_address(link.lstrip("/"))},
        now=now,
    )


@transaction.atomic
def _take_order_event(pk: UUID, now: datetime) -> bool:
    if not OrderEvent.objects.filter(pk=pk, taken_at=None).update(taken_at=now):
        return False
    event = OrderEvent.objects.select_related("order__seller").get(pk=pk)
    if event.kind in OrderEvent.ANNOUNCED:
        post_system_message(order=event.order, kind=OrderEvent.Kind(event.kind), now=now)
    return True

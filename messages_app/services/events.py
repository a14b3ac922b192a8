"""Takes what accounts and orders have to tell and turns it into mails and system messages (ORD-6), and has
search follow new names (BOX-6).

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

from accounts.links import address_token, invitation_token, new_address_token, person_token
from accounts.models import AccountEvent, AuthorizedAddress, Invitation, NewAddress, User
from messages_app.models import Delivery
from messages_app.services.links import web_address
from messages_app.services.new_address import move_deliveries
from messages_app.services.outbox import queue_delivery
from messages_app.services.renamed import index_renamed
from messages_app.services.system_messages import post_system_message
from orders.models import OrderEvent

log = logging.getLogger(__name__)

Kind = AccountEvent.Kind

BATCH = 50  # events of each kind a call takes
RENAMED_AT_ONCE = 5  # people of whose messages a call takes some


def take_events(now: datetime) -> int:
    """Tells of the events that wait, oldest first; returns how many were taken. Of those that search follows
    each call takes a step."""
    waiting = AccountEvent.objects.filter(taken_at=None).order_by("created_at", "pk")
    account_events, renamed = waiting.exclude(kind=Kind.RENAMED), waiting.filter(kind=Kind.RENAMED)
    order_events = OrderEvent.objects.filter(taken_at=None).order_by("pk")
    taken = [
        _guarded(_take_account_event, event, now)
        for event in account_events.values_list("pk", flat=True)[:BATCH]
    ]
    taken += [
        _guarded(_take_order_event, event, now) for event in order_events.values_list("pk", flat=True)[:BATCH]
    ]
    taken += [
        _guarded(index_renamed, event, now)
        for event in renamed.values_list("pk", flat=True)[:RENAMED_AT_ONCE]
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
    event = AccountEvent.objects.select_related(
        "user", "authorized_address__seller", "invitation__seller", "new_address__user"
    ).get(pk=pk)
    match event.kind:
        case Kind.CONFIRM_ADDRESS:
            _tell_address(event.authorized_address, now)
        case Kind.INVITATION:
            _tell_invited(event.invitation, event.created_at, now)
        case Kind.NEW_ADDRESS:
            _tell_new_address(event.new_address, event.created_at, now)
        case Kind.ADDRESS_CHANGED if event.user is not None:
            _tell_changed(event.user, event.address, now)
            AccountEvent.objects.filter(pk=pk).update(address="")
        case _ if event.user is not None:
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


def _tell_invited(row: Invitation | None, asked_at: datetime, now: datetime) -> None:
    """The link that takes a place in a team; nothing where it was withdrawn, taken or sent anew (ACC-3)."""
    if row is None or row.sent_at != asked_at:
        return
    link = reverse("invitation", args=[invitation_token(row)])
    queue_delivery(
        kind=Delivery.Kind.ACCOUNT,
        template="invitation",
        recipient=row.email,
        language=row.seller.language,
        context={"link": web_address(link.lstrip("/")), "seller": row.seller.trade_name},
        now=now,
    )


def _tell_new_address(row: NewAddress | None, asked_at: datetime, now: datetime) -> None:
    """The link that confirms a person's new address; nothing where they want another by now (ACC-12): the
    link would go there, be it somebody else's."""
    if row is not None and row.created_at == asked_at:
        link = reverse("confirm_new_address", args=[new_address_token(row)])
        _tell(row.user, "new_address", link, now, recipient=row.address)


def _tell_changed(user: User, old: str, now: datetime) -> None:
    """Both addresses are told, and what waits for the old one goes to the new one (ACC-12)."""
    move_deliveries(user=user, old=old)
    _tell(user, "address_changed", reverse("sign_in"), now)
    _tell(user, "address_left", "", now, recipient=old)


def _tell_person(user: User, kind: str, now: datetime) -> None:
    """A link to a person's own address: sets a password, or leads to the sign-in page (ACC-1, ACC-11)."""
    to_sign_in = kind in (Kind.ACCOUNT_EXISTS, Kind.ADDRESS_TAKEN)
    link = reverse("sign_in") if to_sign_in else reverse("set_password", args=[person_token(user)])
    _tell(user, kind, link, now)


def _tell(user: User, template: str, link: str, now: datetime, *, recipient: str = "") -> None:
    queue_delivery(
        kind=Delivery.Kind.ACCOUNT,
        template=template,
        recipient=recipient or user.email,
        language=user.language or settings.LANGUAGE_CODE,
        context={"link": web_address(link.lstrip("/"))} if link else {},
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

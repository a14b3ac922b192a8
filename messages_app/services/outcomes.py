"""Lets the author's open pages see what became of a mail (BOX-11, MAIL-10, MAIL-23)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from messages_app.models import Delivery, InboundMail, MailboxEntry, Message
from messages_app.policy.facts import Side
from messages_app.queries.inbox import entries_owned


def note_outcomes(deliveries: Iterable[Delivery]) -> None:
    """Moves `changed_at` of their authors' mailboxes once the outcomes are on record: two statements for all.

    After the commit and alone, so that it never waits for a message under way while it holds the deliveries,
    and a mail is never sent again because its author's page could not be told.
    """
    ids = {one.message_id for one in deliveries if one.kind == Delivery.Kind.COPY and one.message_id}
    if ids:
        transaction.on_commit(partial(_touch, ids), robust=True)


@transaction.atomic
def _touch(message_ids: set[UUID]) -> None:
    """Lowest id first, as `services.mailbox` locks them, or the two could wait for each other."""
    told = Message.objects.filter(pk__in=message_ids)
    theirs = told.filter(thread=OuterRef("thread"), author=OuterRef("side"))
    entries = MailboxEntry.objects.filter(Exists(theirs), thread__in=told.values("thread"))
    locked = entries.select_for_update().order_by("pk").values_list("pk", flat=True)
    MailboxEntry.objects.filter(pk__in=list(locked)).update(changed_at=timezone.now())


def note_held(inbound_id: UUID) -> None:
    """Lets the pages of whom a mail names as its author see that one more is held outside, or one fewer."""
    transaction.on_commit(partial(_touch_newest, inbound_id), robust=True)


def _touch_newest(inbound_id: UUID) -> None:
    """No thread is another one for it: the entry that changed last is said to have changed again."""
    found = InboundMail.objects.select_related("alias__pair").get(pk=inbound_id)
    if found.alias is None:
        return
    author, pair = Side(found.alias.side).other, found.alias.pair
    entries = entries_owned(author, pair.seller_id if author is Side.SELLER else pair.buyer_id)
    newest = list(entries.order_by("-changed_at").values_list("pk", flat=True)[:1])
    MailboxEntry.objects.filter(pk__in=newest).update(changed_at=timezone.now())

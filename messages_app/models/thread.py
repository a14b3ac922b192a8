from __future__ import annotations

import uuid_utils.compat as uuid
from django.db import models
from django.utils import timezone

from messages_app.policy.facts import Side


class Thread(models.Model):
    """A conversation of one buyer and one seller about one order or none (BOX-1), or the
    marketplace's own messages to a buyer about an order (kind system, no seller; ORD-6)."""

    class Kind(models.TextChoices):
        CONVERSATION = "conversation"
        SYSTEM = "system"

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.CONVERSATION)
    pair = models.ForeignKey("accounts.Pair", on_delete=models.PROTECT, null=True, related_name="threads")
    buyer = models.ForeignKey("accounts.Buyer", on_delete=models.PROTECT, related_name="threads")
    seller = models.ForeignKey(
        "accounts.Seller", on_delete=models.PROTECT, null=True, related_name="threads", db_index=False
    )
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, null=True, related_name="threads")
    key = models.OneToOneField("messages_app.SealingKey", on_delete=models.PROTECT, related_name="+")
    number = models.BigIntegerField(unique=True)  # random, 40 bits: what the reference code spells (MAIL-11)
    created_at = models.DateTimeField(default=timezone.now)
    started_by = models.CharField(max_length=6, choices=[(side, side) for side in Side], blank=True)
    topic = models.CharField(max_length=24, blank=True)  # contact reason or buyer's topic it began with
    # The first delivered human message of each side: what "reply" and "proactive" stand on (Terms).
    buyer_wrote_at = models.DateTimeField(null=True)
    seller_wrote_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="system", seller=None, pair=None)
                | models.Q(kind="conversation", seller__isnull=False, pair__isnull=False),
                name="thread_has_the_parties_of_its_kind",
            )
        ]
        indexes = [
            models.Index(fields=["pair", "order"], name="threads_of_pair"),
            models.Index(fields=["seller", "id"], name="threads_of_seller"),
        ]

    def __str__(self) -> str:
        return f"thread {self.pk}"


class MailboxEntry(models.Model):
    """A thread in one side's mailbox: what its list shows and sorts by, kept with each message, so
    that a list is one indexed read whatever the store's size (PERF-6). A side that can see no
    message of a thread has no entry.

    `place` is this side's own doing (BOX-5): the other side's mailbox and the record stay as they are.
    `changed_at` moves with everything that the list shows, so that an unchanged list is known by one indexed
    look-up (BOX-11)."""

    class Place(models.TextChoices):
        INBOX = "inbox"
        ARCHIVED = "archived"
        DELETED = "deleted"  # can be restored for 30 days

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="entries")
    side = models.CharField(max_length=6, choices=[(side, side) for side in Side])
    seller = models.ForeignKey("accounts.Seller", on_delete=models.PROTECT, null=True, related_name="+")
    buyer = models.ForeignKey("accounts.Buyer", on_delete=models.PROTECT, null=True, related_name="+")
    last_at = models.DateTimeField()  # of the last message this side sees
    received_at = models.DateTimeField(null=True)  # of the last one that came from the other side
    sent_at = models.DateTimeField(null=True)  # of the last delivered one of its own
    refused_at = models.DateTimeField(null=True)  # of the last one of its own held or blocked
    unread = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True)  # of the running response clock; the seller's side only
    preview_sealed = models.BinaryField()  # JSON {"subject", "text"}, cut short, of the last message said
    has_files = models.BooleanField(default=False)  # any message that this side sees carries one
    place = models.CharField(max_length=8, choices=Place, default=Place.INBOX)
    placed_at = models.DateTimeField(null=True)  # when it was archived or deleted; empty in the inbox
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "side"], name="one_entry_per_side"),
            models.CheckConstraint(
                condition=models.Q(side="seller", buyer=None, seller__isnull=False)
                | models.Q(side="buyer", seller=None, buyer__isnull=False),
                name="entry_belongs_to_its_side",
            ),
        ]
        # For the views of queries.mailbox_views: a page is a range of an index, in its order. A buyer's
        # "conversations" and "system" are read from the index of the inbox.
        indexes = [
            models.Index(
                fields=["seller", "due_at", "thread"],
                condition=models.Q(due_at__isnull=False),
                name="entries_due",
            ),
            models.Index(
                fields=["seller", "-last_at", "-thread"],
                condition=models.Q(side="seller") & ~models.Q(place="deleted"),
                name="entries_of_seller",
            ),
            models.Index(
                fields=["buyer", "-last_at", "-thread"],
                condition=models.Q(side="buyer", place="inbox"),
                name="entries_of_buyer",
            ),
            models.Index(
                fields=["seller", "-last_at", "-thread"],
                condition=models.Q(side="seller", place="inbox", unread__gt=0),
                name="entries_unread_of_seller",
            ),
            models.Index(
                fields=["buyer", "-last_at", "-thread"],
                condition=models.Q(side="buyer", place="inbox", unread__gt=0),
                name="entries_unread_of_buyer",
            ),
            models.Index(
                fields=["seller", "-received_at", "-thread"],
                condition=models.Q(side="seller", place="inbox", received_at__isnull=False),
                name="entries_received_by_seller",
            ),
            models.Index(
                fields=["seller", "-sent_at", "-thread"],
                condition=models.Q(side="seller", sent_at__isnull=False) & ~models.Q(place="deleted"),
                name="entries_sent_by_seller",
            ),
            models.Index(
                fields=["seller", "-refused_at", "-thread"],
                condition=models.Q(side="seller", refused_at__isnull=False) & ~models.Q(place="deleted"),
                name="entries_refused_of_seller",
            ),
            models.Index(
                fields=["buyer", "-sent_at", "-thread"],
                condition=models.Q(side="buyer", sent_at__isnull=False) & ~models.Q(place="deleted"),
                name="entries_sent_by_buyer",
            ),
            models.Index(
                fields=["seller", "place", "-placed_at", "-thread"],
                condition=models.Q(side="seller", placed_at__isnull=False),
                name="entries_placed_by_seller",
            ),
            models.Index(
                fields=["buyer", "place", "-placed_at", "-thread"],
                condition=models.Q(side="buyer", placed_at__isnull=False),
                name="entries_placed_by_buyer",
            ),
            models.Index(
                fields=["seller", "-changed_at"],
                condition=models.Q(side="seller"),
                name="entries_changed_of_seller",
            ),
            models.Index(
                fields=["buyer", "-changed_at"],
                condition=models.Q(side="buyer"),
                name="entries_changed_of_buyer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.side} entry of {self.thread_id}"

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.queries.found import aliases_named
from accounts.record_admin import MetadataAdmin, masked
from accounts.record_list import fixed_values
from accounts.record_search import Finder, by_alias, by_id, by_names
from messages_app.files.kinds import Kind
from messages_app.models import (
    Attachment,
    DailyUsage,
    Decision,
    Delivery,
    DeliveryAttempt,
    InboundMail,
    MailboxEntry,
    Message,
    ResponseContact,
)
from messages_app.queries.record_search import by_order_of_thread


def _to_alias(text: str) -> Q | None:
    if "@" not in text:
        return None
    return Q(alias__in=aliases_named(text))


@admin.register(Message)
class MessageAdmin(MetadataAdmin[Message]):
    """What is known of a message without its text."""

    list_display = ("id", "thread", "author", "door", "state", "accepted_at")
    list_filter = ("state", "author", "door", "accepted_at")
    finders = (by_id("pk", "thread"), by_order_of_thread(), by_alias(pair="pair"))
    fields = (
        "id", "thread", "author", "door", "state", "accepted_at", "released_at", "automatic", "proactive",
        "critical", "reason", "evidence", "read_at",
    )  # fmt: skip


@admin.register(Delivery)
class DeliveryAdmin(MetadataAdmin[Delivery]):
    """Mails that leave; whom they go to stays masked."""

    list_display = ("id", "kind", "to_side", "state", "attempts", "created_at", "sent_at")
    list_filter = ("state", "kind", "created_at")
    finders = (by_id("pk", "message"), by_alias(pair="pair"))
    fields = (
        "id", "kind", "template", "message", "pair", "to_side", "masked_recipient", "language", "created_at",
        "state", "attempts", "begun", "files_cleared", "next_at", "sent_at", "author_told_at",
    )  # fmt: skip
    readonly_fields = ("masked_recipient",)

    @admin.display(description=_("Recipient"))
    def masked_recipient(self, delivery: Delivery) -> str:
        return masked(delivery.recipient)


@admin.register(InboundMail)
class InboundMailAdmin(MetadataAdmin[InboundMail]):
    """Mails that came in, and how each ended."""

    list_display = ("id", "alias", "door", "state", "outcome", "attempts", "received_at")
    list_filter = ("state", "door", "received_at")
    finders = (by_id("pk", "message"), Finder(_("Alias"), _to_alias))
    fields = (
        "id", "alias", "role_address", "bounce_of", "door", "loopback", "state", "outcome", "attempts",
        "proven", "message", "received_at", "settled_at",
    )  # fmt: skip


@admin.register(ResponseContact)
class ResponseContactAdmin(MetadataAdmin[ResponseContact]):
    """Runs of the response clock."""

    list_display = ("seller", "thread", "outcome", "opened_at", "due_at", "closed_at")
    list_filter = ("outcome", "opened_at")
    finders = (by_id("pk", "thread"), by_order_of_thread(), by_names(seller="seller"))
    fields = (
        "seller", "thread", "opened_by", "opened_at", "due_at", "outcome", "closed_at", "answered_by",
        "reminded_at", "reminded_due_at",
    )  # fmt: skip


@admin.register(Decision)
class DecisionAdmin(MetadataAdmin[Decision]):
    """What the gate or a person decided; the facts and findings, which quote, stand with the thread."""

    list_display = ("message", "verdict", "codes", "policy_version", "decided_at", "decided_by")
    list_filter = ("verdict", "decided_at")
    finders = (by_id("pk", "message"),)
    fields = ("message", "verdict", "codes", "policy_version", "decided_at", "decided_by")


@admin.register(DeliveryAttempt)
class DeliveryAttemptAdmin(MetadataAdmin[DeliveryAttempt]):
    list_display = ("delivery", "outcome", "reply", "at")
    list_filter = ("outcome", "at")
    finders = (by_id("delivery"),)
    fields = ("delivery", "outcome", "reply", "at")


@admin.register(Attachment)
class AttachmentAdmin(MetadataAdmin[Attachment]):
    """Files by kind and size; names and bytes stand with the thread."""

    list_display = ("id", "message", "kind", "size", "inline", "stored")
    list_filter = (("kind", fixed_values(Kind)), "stored", "inline")
    finders = (by_id("pk", "message"),)
    fields = ("id", "message", "position", "kind", "size", "original_size", "inline", "stored", "purge_at")


@admin.register(MailboxEntry)
class MailboxEntryAdmin(MetadataAdmin[MailboxEntry]):
    list_display = ("thread", "side", "place", "unread", "due_at", "last_at")
    list_filter = ("side", "place")
    finders = (by_id("thread"), by_order_of_thread())
    fields = (
        "thread", "side", "place", "placed_at", "unread", "due_at", "last_at", "received_at", "sent_at",
        "refused_at",
    )  # fmt: skip


@admin.register(DailyUsage)
class DailyUsageAdmin(MetadataAdmin[DailyUsage]):
    list_display = ("seller", "day", "used")
    list_filter = ("day",)
    finders = (by_names(seller="seller"),)
    fields = ("seller", "day", "used")

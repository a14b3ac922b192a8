"""The one door to a thread, and what a side sees in it (BOX-1, SEC-1)."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.http import Http404

from accounts.roles import Role
from messages_app.mail.subjects import telling_subjects
from messages_app.models import Attachment, Decision, Message, ResponseContact, Thread
from messages_app.policy.facts import Door, Side
from messages_app.queries.inbox import entries_of, entry_or_404
from messages_app.queries.trace import Outcome, outcomes_of
from messages_app.vault.content import Content, shown_content, written_content
from messages_app.vault.keys import open_key
from messages_app.vault.values import open_json
from orders.models import Order
from orders.queries.lists import with_products

OTHER_ORDERS = 5  # of the same buyer and seller, beside a conversation
NEWEST = 100  # messages of a thread a page shows; older ones by the link above them


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """An attachment as the page lists it."""

    id: UUID
    name: str
    kind: str
    size: int  # bytes
    inline: bool
    is_open: bool = True  # False: kept for staff alone, or no longer (ATT-2)
    has_preview: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """One message, opened for one side."""

    id: UUID
    mine: bool
    by_marketplace: bool
    member: str  # which member of one's own team wrote it; empty for everybody else
    door: str
    state: str
    at: datetime
    automatic: bool
    critical: bool
    reason: str
    content: Content
    subject: str  # of one that came by mail, where it says something of its own
    files: tuple[FileView, ...]
    findings: tuple[dict[str, object], ...]  # what the gate said, to the author alone (GATE-2)
    outcome: Outcome | None  # what became of it on its way, to the author alone (MAIL-23)

    @property
    def is_held(self) -> bool:
        return self.state == Message.State.HELD

    @property
    def is_blocked(self) -> bool:
        return self.state == Message.State.BLOCKED


def thread_or_404(role: Role, thread_id: UUID) -> Thread:
    """The thread if it is in the role's mailbox. Everybody else gets the 404 of a thread that does
    not exist, by the same look-up."""
    return entry_or_404(role, thread_id).thread


def visible_to(side: str) -> Q:
    """The condition on messages that a side may see: what was delivered, and its own (GATE-2, SEC-1)."""
    return Q(state=Message.State.DELIVERED) | Q(author=side)


def conversation(role: Role, thread: Thread, *, before: datetime | None = None) -> list[MessageView]:
    """The newest messages, oldest first; four statements whatever the thread's length."""
    side = Side(role.side)
    messages = Message.objects.filter(visible_to(side), thread=thread)
    if before is not None:
        messages = messages.filter(accepted_at__lt=before)
    if side is Side.SELLER:
        messages = messages.annotate(member_name=F("user__full_name"), member_email=F("user__email"))
    newest = list(messages.order_by("-accepted_at", "-id")[:NEWEST])
    mine = [message for message in newest if message.author == side]
    beside = _Beside(
        key=open_key(thread.key),
        files=_files_of(newest),
        decisions=_last_decisions(mine),
        outcomes=outcomes_of([message for message in mine if message.is_delivered]),
    )
    return _with_subjects([_view(message, side, beside) for message in reversed(newest)])


def _with_subjects(views: list[MessageView]) -> list[MessageView]:
    """What stands over a message of a page was written by us, and tells nothing that its head does not."""
    told = telling_subjects(view.content.subject for view in views)
    return [
        replace(view, subject=subject) if subject and view.door == Door.MAIL else view
        for view, subject in zip(views, told, strict=True)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beside:
    """What belongs to the messages of a page, by message."""

    key: bytes
    files: dict[UUID, list[Attachment]]
    decisions: dict[UUID, tuple[UUID, bytes | memoryview]]  # id and sealed record
    outcomes: dict[UUID, Outcome]


def _files_of(messages: list[Message]) -> dict[UUID, list[Attachment]]:
    found: dict[UUID, list[Attachment]] = {message.id: [] for message in messages}
    for file in Attachment.objects.filter(message_id__in=found).order_by("position"):
        found[file.message_id].append(file)
    return found


def _last_decisions(messages: list[Message]) -> dict[UUID, tuple[UUID, bytes | memoryview]]:
    rows = Decision.objects.filter(message_id__in=[message.id for message in messages])
    values = rows.order_by("decided_at").values_list("message_id", "id", "record_sealed")
    return {message_id: (row_id, sealed) for message_id, row_id, sealed in values}


def _view(message: Message, side: Side, beside: _Beside) -> MessageView:
    mine = message.author == side
    content = written_content(beside.key, message) if mine else shown_content(beside.key, message)
    return MessageView(
        id=message.id,
        mine=mine,
        by_marketplace=message.author == Message.Author.MARKETPLACE,
        member=_member(message) if mine and side is Side.SELLER else "",
        door=message.door,
        state=message.state,
        at=message.accepted_at,
        automatic=message.automatic,
        critical=message.critical,
        reason=message.reason,
        content=content,
        subject="",
        files=tuple(_file(beside.key, file, message, mine=mine) for file in beside.files[message.id]),
        findings=_findings(beside.key, beside.decisions.get(message.id)),
        outcome=beside.outcomes.get(message.id),
    )


def _member(message: Any) -> str:
    """Who of the team wrote it, as `conversation` read it; empty for nobody known."""
    return message.member_name or message.member_email or ""


def _file(key: bytes, file: Attachment, message: Message, *, mine: bool) -> FileView:
    is_open = file.stored and not message.is_blocked
    return FileView(
        id=file.id,
        name=file_name(key, file, mine=mine),
        kind=file.kind,
        size=file.size,
        inline=file.inline,
        is_open=is_open,
        has_preview=is_open and file.has_preview,
    )


def file_meta(key: bytes, file: Attachment) -> dict[str, str]:
    """{"name", "shown_name", "content_id", "key"} of an attachment; `key` opens its bytes, in base64."""
    meta: dict[str, str] = open_json(
        key, file.meta_sealed, table="attachment", column="meta_sealed", row_id=file.id
    )
    return meta


def file_name(key: bytes, file: Attachment, *, mine: bool) -> str:
    """The file's name as this side sees it: as written for its author, else masked (POL-2)."""
    return file_meta(key, file)["name" if mine else "shown_name"]


def file_key(key: bytes, file: Attachment) -> bytes:
    """The key of the attachment's own bytes, from the thread's key."""
    return b64decode(file_meta(key, file)["key"])


def _findings(key: bytes, decision: tuple[UUID, bytes | memoryview] | None) -> tuple[dict[str, object], ...]:
    """Of one's own message; the last decision stands."""
    if decision is None:
        return ()
    row_id, sealed = decision
    record = open_json(key, sealed, table="decision", column="record_sealed", row_id=row_id)
    return tuple(record["findings"])


def attachment_or_404(role: Role, attachment_id: UUID) -> tuple[Attachment, Thread]:
    """An attachment of a message that the role sees, by one statement (ATT-6, SEC-1). Those of a blocked one
    are for staff alone, its author included (ATT-2)."""
    seen = _seen_messages(role).exclude(state=Message.State.BLOCKED)
    file = (
        Attachment.objects.filter(message__in=seen, pk=attachment_id, stored=True)
        .select_related("message__thread__key")
        .first()
    )
    if file is None:
        raise Http404
    return file, file.message.thread


def message_or_404(role: Role, message_id: UUID) -> tuple[Message, Thread]:
    """A message that the role sees, by one statement (SEC-1)."""
    message = _seen_messages(role).filter(pk=message_id).select_related("thread__key").first()
    if message is None:
        raise Http404
    return message, message.thread


def _seen_messages(role: Role) -> QuerySet[Message]:
    return Message.objects.filter(visible_to(role.side), thread__in=entries_of(role).values("thread"))


def other_orders(thread: Thread) -> list[Order]:
    """The newest orders of the thread's buyer at its seller, but for the thread's own: those that a thread
    without an order may be about (ALI-6). Two statements; none for the marketplace's own threads."""
    if thread.seller_id is None:
        return []
    orders = Order.objects.filter(buyer=thread.buyer_id, seller=thread.seller_id)
    if thread.order_id:
        orders = orders.exclude(pk=thread.order_id)
    return list(orders.prefetch_related(with_products()).order_by("-placed_at", "-pk")[:OTHER_ORDERS])


def last_contact(thread: Thread) -> ResponseContact | None:
    """The latest contact, running or closed."""
    return ResponseContact.objects.filter(thread=thread).order_by("-opened_at").first()

"""The one door to a thread, and what a side sees in it (BOX-1, SEC-1)."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from accounts.roles import Role
from messages_app.models import Attachment, Decision, Message, ResponseContact, Thread
from messages_app.policy.facts import Side
from messages_app.queries.inbox import entries_of, entry_or_404
from messages_app.queries.trace import Outcome, outcomes_of
from messages_app.vault.content import Content, shown_content, written_content
from messages_app.vault.keys import open_key
from messages_app.vault.values import open_json
from orders.models import Order

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
    messages = Message.objects.filter(visible_to(side), thread=thread).select_related("user")
    if before is not None:
        messages = messages.filter(accepted_at__lt=before)
    newest = list(
        messages.order_by("-accepted_at", "-id").prefetch_related("attachments", "decisions")[:NEWEST]
    )
    key = open_key(thread.key)
    outcomes = outcomes_of([message for message in newest if message.author == side and message.is_delivered])
    return [_view(key, message, side, outcomes.get(message.id)) for message in reversed(newest)]


def _view(key: bytes, message: Message, side: Side, outcome: Outcome | None) -> MessageView:
    mine = message.author == side
    content = written_content(key, message) if mine else shown_content(key, message)
    team = mine and side is Side.SELLER and message.user is not None
    return MessageView(
        id=message.id,
        mine=mine,
        by_marketplace=message.author == Message.Author.MARKETPLACE,
        member=(message.user.full_name or message.user.email) if team and message.user else "",
        door=message.door,
        state=message.state,
        at=message.accepted_at,
        automatic=message.automatic,
        critical=message.critical,
        reason=message.reason,
        content=content,
        files=tuple(_file(key, file, message, mine=mine) for file in message.attachments.all()),
        findings=_findings(key, list(message.decisions.all())) if mine else (),
        outcome=outcome,
    )


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


def _findings(key: bytes, decisions: list[Decision]) -> tuple[dict[str, object], ...]:
    if not decisions:
        return ()
    last = max(decisions, key=lambda decision: decision.decided_at)
    record = open_json(key, last.record_sealed, table="decision", column="record_sealed", row_id=last.id)
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
    return list(orders.prefetch_related("lines__product").order_by("-placed_at", "-pk")[:OTHER_ORDERS])


def last_contact(thread: Thread) -> ResponseContact | None:
    """The latest contact, running or closed."""
    return ResponseContact.objects.filter(thread=thread).order_by("-opened_at").first()

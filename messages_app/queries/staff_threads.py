"""A thread as staff read it: both sides, everything, as written and as shown (MOD-6). The page behind it has
asked for a reason; nothing here decides who may."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch

from accounts.models import User
from messages_app.models import Attachment, Decision, Delivery, DeliveryAttempt, Message, Thread
from messages_app.queries.threads import file_meta
from messages_app.vault.content import Content, shown_content, written_content
from messages_app.vault.keys import open_key
from messages_app.vault.values import open_json

NEWEST = 100  # messages that the page shows, and the one that the case is about


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One decision about a message: the gate's, or a person's with what they typed."""

    at: datetime
    verdict: str
    by: User | None
    findings: tuple[dict[str, Any], ...]
    reason: str
    policy_version: str
    facts: tuple[tuple[str, str | int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One mail about a message, without its address."""

    id: UUID
    kind: str
    to_side: str
    state: str
    created_at: datetime
    tries: tuple[DeliveryAttempt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFile:
    """A file under the name that it came with."""

    id: UUID
    name: str
    kind: str
    size: int  # bytes
    stored: bool  # False: only its digest is left
    has_original: bool  # it was cleaned, and lies beside what was passed on


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMessage:
    """One message, opened for staff."""

    id: UUID
    author: str
    who: str
    member: str
    door: str
    state: str
    at: datetime
    released_at: datetime | None
    reason: str
    critical: bool
    proactive: bool
    automatic: bool
    written: Content
    shown: Content | None  # None: as written
    files: tuple[StaffFile, ...]
    judgements: tuple[Judgement, ...]
    mails: tuple[Sent, ...]


def thread_for_staff(thread_id: UUID) -> Thread | None:
    """The thread with its people and its key."""
    threads = Thread.objects.select_related("key", "order", "buyer__marketplace", "seller__marketplace")
    return threads.filter(pk=thread_id).first()


def staff_conversation(thread: Thread, *, about: UUID | None = None) -> list[StaffMessage]:
    """The newest messages of both sides and the one asked for, oldest first; six statements."""
    messages = Message.objects.filter(thread=thread)
    newest = list(messages.order_by("-accepted_at", "-id").values_list("pk", flat=True)[:NEWEST])
    wanted = newest if about is None or about in newest else [*newest, about]
    decisions = Decision.objects.select_related("decided_by").order_by("decided_at", "id")
    rows = (
        messages.filter(pk__in=wanted)
        .select_related("user")
        .prefetch_related("attachments", Prefetch("decisions", decisions))
        .order_by("accepted_at", "id")
    )
    found = list(rows)
    mails = _mails([message.pk for message in found])
    key = open_key(thread.key)
    return [_view(key, thread, message, mails[message.pk]) for message in found]


def _view(key: bytes, thread: Thread, message: Message, mails: Sequence[Sent]) -> StaffMessage:
    member = message.user if message.author == Message.Author.SELLER else None
    return StaffMessage(
        id=message.id,
        author=message.author,
        who=_who(thread, message.author),
        member=member.full_name if member else "",
        door=message.door,
        state=message.state,
        at=message.accepted_at,
        released_at=message.released_at,
        reason=message.reason,
        critical=message.critical,
        proactive=message.proactive,
        automatic=message.automatic,
        written=written_content(key, message),
        shown=shown_content(key, message) if message.shown_sealed is not None else None,
        files=tuple(_file(key, file) for file in message.attachments.all()),
        judgements=tuple(_judgement(key, one) for one in message.decisions.all()),
        mails=tuple(mails),
    )


def _who(thread: Thread, author: str) -> str:
    if author == Message.Author.BUYER:
        return thread.buyer.display_name
    if author == Message.Author.SELLER and thread.seller:
        return thread.seller.trade_name
    return thread.buyer.marketplace.name


def _file(key: bytes, file: Attachment) -> StaffFile:
    return StaffFile(
        id=file.id,
        name=file_meta(key, file)["name"],
        kind=file.kind,
        size=file.size,
        stored=file.stored,
        has_original=file.original_size is not None,
    )


def _judgement(key: bytes, decision: Decision) -> Judgement:
    record = open_json(
        key, decision.record_sealed, table="decision", column="record_sealed", row_id=decision.id
    )
    return Judgement(
        at=decision.decided_at,
        verdict=decision.verdict,
        by=decision.decided_by,
        findings=tuple(record["findings"]),
        reason=record.get("reason", ""),
        policy_version=decision.policy_version,
        facts=tuple(_facts(record["facts"])) if decision.decided_by is None else (),
    )


def _facts(facts: dict[str, Any]) -> list[tuple[str, str | int]]:
    """The plain facts by name; what the findings tell better, or is empty, is left out."""
    plain = {name: value for name, value in facts.items() if not isinstance(value, list | dict)}
    return [(name, value) for name, value in sorted(plain.items()) if value not in (None, "")]


def _mails(message_ids: Sequence[UUID]) -> defaultdict[UUID | None, list[Sent]]:
    tries = Prefetch("tries", DeliveryAttempt.objects.order_by("at", "id"))
    rows = Delivery.objects.filter(message__in=message_ids).order_by("id").prefetch_related(tries)
    rows = rows.only("id", "message_id", "kind", "to_side", "state", "created_at")
    found: defaultdict[UUID | None, list[Sent]] = defaultdict(list)
    for row in rows:
        found[row.message_id].append(
            Sent(
                id=row.id,
                kind=row.kind,
                to_side=row.to_side,
                state=row.state,
                created_at=row.created_at,
                tries=tuple(row.tries.all()),
            )
        )
    return found

"""A side's list of threads: one indexed read a page, whatever the store's size (BOX-2, BOX-3)."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from accounts.roles import Role
from messages_app.models import MailboxEntry, Message
from messages_app.policy.facts import Side
from messages_app.queries.filters import Filters, filtered
from messages_app.queries.moments import read_moment
from messages_app.vault.content import written_content
from messages_app.vault.keys import open_key
from messages_app.vault.previews import open_preview, preview_of

PAGE = 50  # threads
COUNTED = 100  # a count says "99+" beyond, and costs no more than that
RESTORABLE = timedelta(days=30)  # how long what was deleted is listed and can be restored (BOX-5)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadRow:
    """One line of the list. Names are what this side may see (ACC-9)."""

    id: UUID
    who: str
    language: str  # of the other side's words, for `lang`
    topic: str
    order_number: str
    subject: str
    text: str
    at: datetime
    due_at: datetime | None
    unread: bool
    refused: bool  # text and subject are those of a held or blocked message of one's own
    held: bool  # of a held one
    system: bool
    has_files: bool
    place: str  # of MailboxEntry.Place


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxPage:
    rows: tuple[ThreadRow, ...]
    next_cursor: str  # empty: the last page


@dataclass(frozen=True, slots=True)
class View:
    """A named selection of a mailbox: what it holds, and what it is sorted by."""

    name: str
    holds: Q
    by: str  # column of MailboxEntry, descending unless it is due_at
    counted: bool = False  # the page says how many there are

    @property
    def spoken_at(self) -> str:
        """The column that days are compared with: when something was said."""
        return "last_at" if self.soonest_first or self.placed else self.by

    @property
    def placed(self) -> bool:
        """Whether it holds what was put away."""
        return self.by == "placed_at"

    @property
    def soonest_first(self) -> bool:
        return self.by == "due_at"

    @property
    def lists_refused(self) -> bool:
        return self.by == "refused_at"


_INBOX = Q(place="inbox")
_ARCHIVED = View("archived", Q(place="archived", placed_at__isnull=False), "placed_at")
_DELETED = View("deleted", Q(place="deleted", placed_at__isnull=False), "placed_at")

SELLER_VIEWS = (
    # A clock never hides: a thread that waits for its answer is here wherever else it lies.
    View("needed", Q(due_at__isnull=False), "due_at", counted=True),
    View("received", _INBOX & Q(received_at__isnull=False), "received_at"),
    View("unread", _INBOX & Q(unread__gt=0), "last_at", counted=True),
    View("sent", _INBOX & Q(sent_at__isnull=False), "sent_at"),
    View("refused", _INBOX & Q(refused_at__isnull=False), "refused_at", counted=True),
    View("all", ~Q(place="deleted"), "last_at"),
    _ARCHIVED,
    _DELETED,
)
BUYER_VIEWS = (
    View("inbox", _INBOX, "last_at"),
    View("unread", _INBOX & Q(unread__gt=0), "last_at", counted=True),
    View("conversations", _INBOX & Q(thread__kind="conversation"), "last_at"),
    View("system", _INBOX & Q(thread__kind="system"), "last_at"),
    View("sent", _INBOX & Q(sent_at__isnull=False), "sent_at"),
    _ARCHIVED,
    _DELETED,
)


def views_of(role: Role) -> tuple[View, ...]:
    """The views of that side, the one shown first at the front."""
    return SELLER_VIEWS if role.side == Side.SELLER else BUYER_VIEWS


def view_named(role: Role, name: str) -> View:
    """The view of that name, else the first."""
    views = views_of(role)
    return next((view for view in views if view.name == name), views[0])


def entries_of(role: Role) -> QuerySet[MailboxEntry]:
    """The mailbox of the role: nobody else's threads are in it (SEC-1)."""
    if role.side == Side.SELLER:
        return MailboxEntry.objects.filter(side=Side.SELLER, seller=role.seller)
    return MailboxEntry.objects.filter(side=Side.BUYER, buyer=role.buyer)


def entry_or_404(role: Role, thread_id: UUID) -> MailboxEntry:
    """The thread in the role's mailbox, with all that its page shows of the parties. Everybody else gets the
    404 of a thread that does not exist, by the same look-up (SEC-1)."""
    entry = (
        entries_of(role)
        .filter(thread_id=thread_id)
        .select_related(
            "thread__key",
            "thread__order",
            "thread__buyer__user",
            "thread__buyer__marketplace",
            "thread__seller__marketplace",
            "thread__pair",
        )
        .first()
    )
    if entry is None:
        raise Http404
    return entry


def inbox_page(role: Role, view: View, cursor: str = "", filters: Filters | None = None) -> InboxPage:
    """Up to 50 threads of the view from the cursor on; an unreadable cursor begins at the front."""
    found = list(_entries_after(role, view, cursor, filters)[: PAGE + 1])
    shown = found[:PAGE]
    next_cursor = _cursor(view, shown[-1]) if len(found) > PAGE else ""
    return InboxPage(rows=thread_rows(role, view, shown), next_cursor=next_cursor)


def thread_rows(role: Role, view: View, entries: Sequence[MailboxEntry]) -> tuple[ThreadRow, ...]:
    """The lines of these entries, which came with `LISTED`; one statement more, or none."""
    refused = _refused_messages(role, view, entries)
    return tuple(_row(entry, view, refused.get(entry.thread_id)) for entry in entries)


LISTED = ("thread__key", "thread__order", "thread__buyer__user", "thread__seller")  # what a line shows
_COLUMNS = (
    *(field.attname for field in MailboxEntry._meta.concrete_fields),  # noqa: SLF001 - its public name
    "thread__topic",
    "thread__kind",
    "thread__key__wrapped",
    "thread__order__number",
    "thread__buyer__display_name",
    "thread__buyer__user__language",
    "thread__seller__trade_name",
)


def _entries_after(
    role: Role, view: View, cursor: str, filters: Filters | None = None
) -> QuerySet[MailboxEntry]:
    entries = held_by(role, view)
    if filters:
        entries = entries.filter(filtered(filters, role, view.spoken_at, timezone.get_current_timezone()))
    if position := _read_cursor(cursor):
        entries = entries.filter(_after(view, *position))
    order = (view.by, "thread_id") if view.soonest_first else (f"-{view.by}", "-thread_id")
    return entries.order_by(*order).select_related(*LISTED).only(*_COLUMNS)


def held_by(role: Role, view: View) -> QuerySet[MailboxEntry]:
    """The role's threads in the view; what was deleted only while it can be restored."""
    entries = entries_of(role).filter(view.holds)
    if view is _DELETED:
        entries = entries.filter(placed_at__gte=timezone.now() - RESTORABLE)
    return entries


def counts_of(role: Role) -> dict[str, int]:
    """How many threads need something, by view name, counted up to 100."""
    return {view.name: _count(held_by(role, view)) for view in views_of(role) if view.counted}


def _count(entries: QuerySet[MailboxEntry]) -> int:
    return len(entries.values_list("pk", flat=True)[:COUNTED])


@dataclass(frozen=True, slots=True, kw_only=True)
class NextDue:
    """The thread to answer next."""

    id: UUID
    who: str
    due_at: datetime


def next_due(role: Role, beside: UUID | None = None) -> NextDue | None:
    """The soonest due thread of a seller, other than the one that is open; one statement."""
    due = entries_of(role).filter(due_at__isnull=False).order_by("due_at", "thread_id")
    if beside:
        due = due.exclude(thread_id=beside)
    entry = due.select_related("thread__buyer").first()
    if entry is None or entry.due_at is None:
        return None
    return NextDue(id=entry.thread_id, who=entry.thread.buyer.display_name, due_at=entry.due_at)


def _after(view: View, at: datetime, thread_id: UUID) -> Q:
    # First one bound that the index can take, then what it leaves of the same moment.
    if view.soonest_first:
        return Q(due_at__gte=at) & (Q(due_at__gt=at) | Q(thread_id__gt=thread_id))
    earlier = Q(**{f"{view.by}__lt": at}) | Q(thread_id__lt=thread_id)
    return Q(**{f"{view.by}__lte": at}) & earlier


def _cursor(view: View, entry: MailboxEntry) -> str:
    at: datetime = getattr(entry, view.by)
    return urlsafe_b64encode(f"{at.isoformat()} {entry.thread_id}".encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, UUID] | None:
    try:
        at, thread_id = urlsafe_b64decode(cursor.encode()).decode().split(" ")
        moment = read_moment(at)
        return (moment, UUID(thread_id)) if moment else None
    except ValueError:
        return None


def _refused_messages(role: Role, view: View, entries: Sequence[MailboxEntry]) -> dict[UUID, Message]:
    """What the gate refused last of the role's own, by thread, for the rows that show it: all of a view of
    such threads; elsewhere where nothing else is in the thread, for what waits for an answer is the other
    side's word. One statement, or none."""
    latest = {
        entry.thread_id: entry.refused_at
        for entry in entries
        if entry.refused_at and (view.lists_refused or not (entry.received_at or entry.sent_at))
    }
    if not latest:
        return {}
    found = Message.objects.filter(
        thread_id__in=latest, author=role.side, accepted_at__in=set(latest.values())
    ).exclude(state=Message.State.DELIVERED)
    return {
        message.thread_id: message for message in found if message.accepted_at == latest[message.thread_id]
    }


def _row(entry: MailboxEntry, view: View, refused: Message | None) -> ThreadRow:
    thread = entry.thread
    key = open_key(thread.key)
    preview = preview_of(written_content(key, refused)) if refused else open_preview(key, entry)
    at: datetime = entry.last_at if view.soonest_first else getattr(entry, view.by)
    return ThreadRow(
        id=thread.id,
        who=_who(entry),
        language=thread.buyer.user.language if entry.side == Side.SELLER and not refused else "",
        topic=thread.topic,
        order_number=thread.order.number if thread.order else "",
        subject=preview["subject"],
        text=preview["text"],
        at=at,
        due_at=entry.due_at,
        unread=entry.unread > 0,
        refused=refused is not None,
        held=refused is not None and refused.is_held,
        system=thread.kind == "system",
        has_files=entry.has_files,
        place=entry.place,
    )


def _who(entry: MailboxEntry) -> str:
    thread = entry.thread
    if entry.side == Side.SELLER:
        return thread.buyer.display_name
    return thread.seller.trade_name if thread.seller else ""

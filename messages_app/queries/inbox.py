"""A side's list of threads: one indexed read a page, whatever the store's size (BOX-2, BOX-3)."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from accounts.roles import Role
from accounts.written_once import WrittenOnce
from messages_app.models import MailboxEntry
from messages_app.policy.facts import Side
from messages_app.queries.filters import Filters, filtered
from messages_app.queries.listed import LISTED, ThreadRow, listed, thread_rows
from messages_app.queries.mailbox_views import DELETED, VIEWS, View, views_of
from messages_app.queries.moments import read_moment

PAGE = 50  # threads
COUNTED = 100  # a count says "99+" beyond, and costs no more than that
RESTORABLE = timedelta(days=30)  # how long what was deleted is listed and can be restored (BOX-5)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxPage:
    rows: tuple[ThreadRow, ...]
    next_cursor: str  # empty: the last page


def entries_of(role: Role) -> QuerySet[MailboxEntry]:
    """The mailbox of the role: nobody else's threads are in it (SEC-1)."""
    return entries_owned(Side(role.side), owner_of(role))


def owner_of(role: Role) -> int:
    """Whose mailbox it is: the id of the role's seller or buyer."""
    party = role.seller or role.buyer
    if party is None:
        raise ValueError("a role of neither side")
    return int(party.pk)


def entries_owned(side: Side, owner: int) -> QuerySet[MailboxEntry]:
    """The mailbox of the seller or buyer of that id."""
    if side is Side.SELLER:
        return MailboxEntry.objects.filter(side=side, seller=owner)
    return MailboxEntry.objects.filter(side=side, buyer=owner)


def entry_or_404(role: Role, thread_id: UUID) -> MailboxEntry:
    """The thread in the role's mailbox, with all that its page shows of the parties. Everybody else gets the
    404 of a thread that does not exist, by the same look-up (SEC-1)."""
    found = entries_of(role).filter(thread_id=thread_id)
    for entry in found.select_related(
        "thread__key",
        "thread__order__marketplace",
        "thread__buyer__user",
        "thread__buyer__marketplace",
        "thread__seller",
        "thread__pair",
    ):
        return entry
    raise Http404


def inbox_page(role: Role, view: View, cursor: str = "", filters: Filters | None = None) -> InboxPage:
    """Up to 50 threads of the view from the cursor on; an unreadable cursor begins at the front."""
    found = listed(_read(role, view, cursor, filters))
    shown = found[:PAGE]
    next_cursor = _cursor(getattr(shown[-1], view.by), shown[-1].thread_id) if len(found) > PAGE else ""
    return InboxPage(rows=thread_rows(role, view, shown), next_cursor=next_cursor)


def _read(role: Role, view: View, cursor: str, filters: Filters | None) -> Iterable[tuple[Any, ...]]:
    if cursor or filters or view is DELETED:
        return _entries_after(role, view, cursor, filters).values_list(*LISTED)[: PAGE + 1]
    return _FRONT[Side(role.side), view.name].rows(owner_of(role))


def _entries_after(
    role: Role, view: View, cursor: str, filters: Filters | None = None
) -> QuerySet[MailboxEntry]:
    entries = held_by(role, view)
    if filters:
        entries = entries.filter(filtered(filters, role, view.spoken_at, timezone.get_current_timezone()))
    if position := _read_cursor(cursor):
        entries = entries.filter(_after(view, *position))
    return _in_order(entries, view)


def _in_order(entries: QuerySet[MailboxEntry], view: View) -> QuerySet[MailboxEntry]:
    order = (view.by, "thread_id") if view.soonest_first else (f"-{view.by}", "-thread_id")
    return entries.order_by(*order)


def _front(side: Side, view: View) -> WrittenOnce:
    """The first page of a view that nothing narrows down: by far the most asked for."""

    def build(owner: int) -> QuerySet[MailboxEntry, tuple[Any, ...]]:
        entries = entries_owned(side, owner).filter(view.holds)
        return _in_order(entries, view).values_list(*LISTED)[: PAGE + 1]

    return WrittenOnce(build)


# What was deleted is listed by the clock, so its statement is never the same.
_FRONT = {
    (side, view.name): _front(side, view)
    for side, views in VIEWS.items()
    for view in views
    if view is not DELETED
}


def held_by(role: Role, view: View) -> QuerySet[MailboxEntry]:
    """The role's threads in the view; what was deleted only while it can be restored."""
    entries = entries_of(role).filter(view.holds)
    if view is DELETED:
        entries = entries.filter(placed_at__gte=timezone.now() - RESTORABLE)
    return entries


def counts_of(role: Role) -> dict[str, int]:
    """How many threads need something, by view name, counted up to 100; a statement each."""
    counted = [view.name for view in views_of(role) if view.counted]
    return {name: len(_COUNTED[Side(role.side), name].rows(owner_of(role))) for name in counted}


def _counted(side: Side, view: View) -> WrittenOnce:
    return WrittenOnce(
        lambda owner: entries_owned(side, owner).filter(view.holds).values_list("pk")[:COUNTED]
    )


_COUNTED = {
    (side, view.name): _counted(side, view) for side, views in VIEWS.items() for view in views if view.counted
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NextDue:
    """The thread to answer next."""

    id: UUID
    who: str
    due_at: datetime


def next_due(role: Role, beside: UUID | None = None) -> NextDue | None:
    """The soonest due thread of a seller, other than the one that is open; one statement."""
    found = _SOONEST_DUE.rows(owner_of(role))
    return next((NextDue(id=id_, who=who, due_at=at) for id_, who, at in found if id_ != beside), None)


_SOONEST_DUE = WrittenOnce(
    lambda owner: (
        entries_owned(Side.SELLER, owner)
        .filter(due_at__isnull=False)
        .order_by("due_at", "thread_id")
        .values_list("thread_id", "thread__buyer__display_name", "due_at")[:2]
    )
)


def _after(view: View, at: datetime, thread_id: UUID) -> Q:
    # First one bound that the index can take, then what it leaves of the same moment.
    if view.soonest_first:
        return Q(due_at__gte=at) & (Q(due_at__gt=at) | Q(thread_id__gt=thread_id))
    earlier = Q(**{f"{view.by}__lt": at}) | Q(thread_id__lt=thread_id)
    return Q(**{f"{view.by}__lte": at}) & earlier


def _cursor(at: datetime, thread_id: UUID) -> str:
    return urlsafe_b64encode(f"{at.isoformat()} {thread_id}".encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, UUID] | None:
    try:
        at, thread_id = urlsafe_b64decode(cursor.encode()).decode().split(" ")
        moment = read_moment(at)
        return (moment, UUID(thread_id)) if moment else None
    except ValueError:
        return None

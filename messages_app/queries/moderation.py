"""The moderators' queue, and what one case is about (MOD-3, MOD-6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet
from django.http import Http404

from accounts.models import Alias, Membership, Pair, User
from messages_app.models import Case, Message
from messages_app.queries.moments import read_moment
from orders.numbers import order_numbers

PAGE = 50  # cases of a list
HISTORY = timedelta(days=30)  # how far back a person's history counts (MOD-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What waits of one kind."""

    kind: str
    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What else was with the person whom a case is about, within 30 days; cases of all times."""

    sent: int
    held: int
    blocked: int
    upheld: int  # held ones that a moderator rejected
    cases: int


def queues() -> list[Queue]:
    """Every kind with how many cases wait and since when; one statement."""
    waiting = Case.objects.filter(closed_at=None).values("kind")
    found = {row["kind"]: row for row in waiting.annotate(count=Count("pk"), oldest=Min("opened_at"))}
    return [
        Queue(
            kind=kind,
            count=found[kind]["count"] if kind in found else 0,
            oldest=found[kind]["oldest"] if kind in found else None,
        )
        for kind in Case.Kind.values
    ]


def cases_with_people() -> QuerySet[Case]:
    """Cases with everything that their line or page names."""
    return Case.objects.select_related(
        "message",
        "inbound__raw",
        "inbound__alias",
        "delivery",
        "thread__order",
        "seller",
        "buyer",
        "decided_by",
    )


def case_or_404(case_id: UUID) -> Case:
    """One case with its people."""
    case = cases_with_people().filter(pk=case_id).first()
    if case is None:
        raise Http404
    return case


def next_case(after: Case, user: User) -> Case | None:
    """The oldest open case of the same kind that follows, or else the oldest of them, that is not about the
    moderator's own."""
    waiting = Case.objects.filter(closed_at=None, kind=after.kind).exclude(pk=after.pk)
    waiting = waiting.exclude(seller__memberships__user=user).exclude(buyer__user=user)
    later = Q(opened_at__gt=after.opened_at) | Q(opened_at=after.opened_at, pk__gt=after.pk)
    return (
        waiting.filter(later).order_by("opened_at", "pk").first()
        or waiting.order_by("opened_at", "pk").first()
    )


def is_party(user: User, case: Case) -> bool:
    """Whether the case is about a thread of the person's own (MOD-6)."""
    return is_of_the_two(user, buyer_id=case.buyer_id, seller_id=case.seller_id)


def is_of_the_two(user: User, *, buyer_id: int | None, seller_id: int | None) -> bool:
    """Whether the person is that buyer, or in the team of that seller."""
    buys = buyer_id is not None and User.objects.filter(pk=user.pk, buyer=buyer_id).exists()
    return buys or (seller_id is not None and Membership.objects.filter(user=user, seller=seller_id).exists())


def history_of(case: Case, now: datetime) -> History | None:
    """Of the side whose doing the case is; None where it is nobody's. Three statements."""
    if not case.about or case.pair_id is None:
        return None
    side = {"seller": case.seller_id} if case.about == "seller" else {"buyer": case.buyer_id}
    ((name, value),) = side.items()
    written = Message.objects.filter(
        **{f"pair__{name}": value}, author=case.about, automatic=False, accepted_at__gte=now - HISTORY
    )
    counts = written.aggregate(
        sent=Count("pk", filter=Q(state=Message.State.DELIVERED)),
        held=Count("pk", filter=Q(state=Message.State.HELD)),
        blocked=Count("pk", filter=Q(state=Message.State.BLOCKED)),
    )
    cases = Case.objects.filter(**side, about=case.about).exclude(pk=case.pk)
    upheld = cases.filter(decision=Case.Decision.REJECTED, closed_at__gte=now - HISTORY)
    return History(**counts, upheld=upheld.count(), cases=cases.count())


def search_cases(cases: QuerySet[Case], text: str) -> QuerySet[Case]:
    """Cases by alias, order number, id of a thread or of the case, or trade name (ALI-6)."""
    text = text.replace("\0", "").strip()
    if not text:
        return cases
    found = Q(seller__trade_name__icontains=text) | Q(buyer__display_name__icontains=text)
    if numbers := order_numbers(text):
        found |= Q(thread__order__number__in=numbers)
    if "@" in text:
        found |= Q(pair__in=Alias.objects.filter(address=text.lower()).values("pair"))
    if (row_id := _uuid(text)) is not None:
        found |= Q(thread=row_id) | Q(pk=row_id)
    return cases.filter(found)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def may_moderators_read(thread_id: UUID) -> bool:
    """Whether something of the thread waits for moderators; all else is for admins (MOD-6)."""
    return Case.objects.filter(thread=thread_id, closed_at=None).exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class RealAddresses:
    """Who stands behind a pair's aliases: for admins alone, with a typed reason (MOD-6)."""

    buyer: str
    buyer_name: str
    seller: tuple[str, ...]


def real_addresses(pair: Pair) -> RealAddresses:
    """The addresses of both sides; the pair came with its people."""
    seller = pair.seller
    own: Iterable[str] = (
        seller.customer_service_address,
        seller.buyer_messages_address,
        *(row.address for row in seller.authorized_addresses.all()),
        *(member.user.email for member in seller.memberships.all()),
    )
    return RealAddresses(
        buyer=pair.buyer.user.email,
        buyer_name=pair.buyer.user.full_name,
        seller=tuple(dict.fromkeys(address for address in own if address)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which cases a list shows; empty: all of that."""

    kind: str = ""
    about: str = ""
    decided: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """One page of a list, and where the next begins (empty: this is the last)."""

    cases: tuple[Case, ...]
    after: str


def case_page(filters: Filters, after: str = "") -> CasePage:
    """At most 50 cases that follow `after` (what an earlier page gave; nonsense begins anew): those that wait
    oldest first, those that were decided the last opened first. One statement."""
    found = list(_listed(filters, after)[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    cursor = f"{last.opened_at.isoformat()}_{last.pk}" if last else ""
    return CasePage(cases=tuple(found[:PAGE]), after=cursor)


def _listed(filters: Filters, after: str = "") -> QuerySet[Case]:
    cases = cases_with_people().filter(closed_at__isnull=not filters.decided)
    if filters.kind:
        cases = cases.filter(kind=filters.kind)
    if filters.about:
        cases = cases.filter(about=filters.about)
    return _after(search_cases(cases, filters.words), after, latest_first=filters.decided)


def _after(cases: QuerySet[Case], cursor: str, *, latest_first: bool) -> QuerySet[Case]:
    # First one bound that the index can take, as in `queries.inbox`.
    moment, _, row_id = cursor.partition("_")
    at, pk = read_moment(moment), _uuid(row_id)
    if latest_first:
        cases = cases.order_by("-opened_at", "-pk")
        before = Q(opened_at__lte=at) & (Q(opened_at__lt=at) | Q(pk__lt=pk))
        return cases.filter(before) if at and pk else cases
    cases = cases.order_by("opened_at", "pk")
    later = Q(opened_at__gte=at) & (Q(opened_at__gt=at) | Q(pk__gt=pk))
    return cases.filter(later) if at and pk else cases

"""The moderators' queue, and what one case is about (MOD-3, MOD-6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Min, Prefetch, Q, QuerySet, Sum
from django.http import Http404

from accounts.models import Membership, User
from accounts.record_search import as_uuid, by_alias, by_id, by_names, first_found
from messages_app.models import Case, DailyUsage, Decision, Message
from messages_app.queries.moments import read_moment
from messages_app.queries.record_search import by_order_of_thread

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
    """Cases with everything that their line or page names; the first of `message.verdicts` is the gate's. Two
    statements."""
    verdicts = Decision.objects.order_by("decided_at", "pk").defer("record_sealed")
    cases = Case.objects.prefetch_related(Prefetch("message__decisions", verdicts, to_attr="verdicts"))
    return cases.select_related(
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
    sellers = list(Membership.objects.filter(user=user).values_list("seller", flat=True))
    own = Message.objects.filter(user=user).values("thread")
    waiting = waiting.exclude(seller__in=sellers).exclude(buyer__user=user).exclude(thread__in=own)
    waiting = waiting.order_by("opened_at", "pk")
    return waiting.filter(_later_than(after.opened_at, after.pk)).first() or waiting.first()


def is_party(user: User, case: Case) -> bool:
    """Whether the case is about a thread of the person's own (MOD-6)."""
    if case.thread_id is not None and wrote_in(user, case.thread_id):
        return True
    return is_of_the_two(user, buyer_id=case.buyer_id, seller_id=case.seller_id)


def wrote_in(user: User, thread_id: UUID) -> bool:
    """Whether the person wrote in that thread, be it for a team that they have left since."""
    return Message.objects.filter(thread=thread_id, user=user).exists()


def is_of_the_two(user: User, *, buyer_id: int | None, seller_id: int | None) -> bool:
    """Whether the person is that buyer, or in the team of that seller."""
    buys = buyer_id is not None and User.objects.filter(pk=user.pk, buyer=buyer_id).exists()
    return buys or (seller_id is not None and Membership.objects.filter(user=user, seller=seller_id).exists())


def history_of(case: Case, now: datetime) -> History | None:
    """Of the side whose doing the case is; None where it is nobody's. Four statements."""
    if not case.about or case.pair_id is None:
        return None
    side = {"seller": case.seller_id} if case.about == "seller" else {"buyer": case.buyer_id}
    since = now - HISTORY
    refused = _written(case, since).exclude(state=Message.State.DELIVERED)  # as their index has them
    counts = refused.aggregate(
        held=Count("pk", filter=Q(state=Message.State.HELD)),
        blocked=Count("pk", filter=Q(state=Message.State.BLOCKED)),
    )
    cases = Case.objects.filter(**side, about=case.about).exclude(pk=case.pk)
    upheld = cases.filter(decision=Case.Decision.REJECTED, closed_at__gte=since)
    return History(sent=_sent(case, since), **counts, upheld=upheld.count(), cases=cases.count())


def _written(case: Case, since: datetime) -> QuerySet[Message]:
    """What the person whom the case is about has written since."""
    party = {"pair__seller": case.seller_id} if case.about == "seller" else {"pair__buyer": case.buyer_id}
    return Message.objects.filter(**party, author=case.about, automatic=False, accepted_at__gte=since)


def _sent(case: Case, since: datetime) -> int:
    """How many of them were delivered; of a seller, who may have written very many, by whole days."""
    if case.about == "buyer":
        return _written(case, since).filter(state=Message.State.DELIVERED).count()
    days = DailyUsage.objects.filter(seller=case.seller_id, day__gte=since.date())
    sent: int = days.aggregate(sent=Sum("used", default=0))["sent"]
    return sent


_FINDERS = (
    by_id("pk", "thread"),
    by_order_of_thread(),
    by_alias(pair="pair"),
    by_names(seller="seller", buyer="buyer"),
)


def search_cases(cases: QuerySet[Case], text: str) -> QuerySet[Case]:
    """Cases by alias, order number, id of a thread or of the case, or the beginning of a name (ALI-6). Whom
    the text names is looked up first: two statements."""
    text = text.replace("\0", "").strip()
    return cases.filter(first_found(_FINDERS, text)) if text else cases


def may_moderators_read(thread_id: UUID) -> bool:
    """Whether something of the thread waits for moderators; all else is for admins (MOD-6)."""
    return Case.objects.filter(thread=thread_id, closed_at=None).exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilters:
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


def case_page(filters: CaseFilters, after: str = "") -> CasePage:
    """At most 50 cases that follow `after` (what an earlier page gave; nonsense begins anew): those that wait
    oldest first, those that were decided the last decided first. Two statements, with a search up to four."""
    found = list(_listed(filters, after)[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    moment = last and (last.closed_at if filters.decided else last.opened_at)
    cursor = f"{moment.isoformat()}_{last.pk}" if last and moment else ""
    return CasePage(cases=tuple(found[:PAGE]), after=cursor)


def _listed(filters: CaseFilters, after: str = "") -> QuerySet[Case]:
    cases = cases_with_people().filter(closed_at__isnull=not filters.decided)
    if filters.kind:
        cases = cases.filter(kind=filters.kind)
    if filters.about:
        cases = cases.filter(about=filters.about)
    return _after(search_cases(cases, filters.words), after, latest_first=filters.decided)


def _after(cases: QuerySet[Case], cursor: str, *, latest_first: bool) -> QuerySet[Case]:
    # First one bound that the index can take, as in `queries.inbox`.
    moment, _, row_id = cursor.partition("_")
    at, pk = read_moment(moment), as_uuid(row_id)
    if latest_first:
        cases = cases.order_by("-closed_at", "-pk")
        before = Q(closed_at__lte=at) & (Q(closed_at__lt=at) | Q(pk__lt=pk))
        return cases.filter(before) if at and pk else cases
    cases = cases.order_by("opened_at", "pk")
    return cases.filter(_later_than(at, pk)) if at and pk else cases


def _later_than(at: datetime, pk: UUID) -> Q:
    return Q(opened_at__gte=at) & (Q(opened_at__gt=at) | Q(pk__gt=pk))

"""What daily digests tell (ACC-5): a fixed number of statements for any number of sellers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from accounts.digest_day import digest_moment
from accounts.models import Marketplace, Membership, Seller, User
from messages_app.models import DailyUsage, MailboxEntry, Message
from messages_app.policy.facts import Side
from messages_app.policy.limits import daily_cap
from messages_app.queries.limits import current_limits
from messages_app.queries.mailbox_views import SELLER_VIEWS
from orders.queries import average_daily_orders_of, local_day

SOONEST = 5  # threads that a digest names
_HOLDS = {view.name: view.holds for view in SELLER_VIEWS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What one seller is told in the morning of a day."""

    seller: Seller  # with its marketplace
    owner: User | None
    waiting: int  # threads whose clock runs
    overdue: int  # of these, past their due time
    unread: int  # threads
    held: int  # own messages of the 24 hours (by the clock) before the digest's moment that are held still
    blocked: int
    used: int  # messages of yesterday, against yesterday's cap
    cap: int
    soonest: tuple[tuple[UUID, datetime], ...]  # thread and due time, at most five

    @property
    def has_news(self) -> bool:
        """Whether there is something to say: a quiet day brings no mail."""
        return bool(self.waiting or self.unread or self.held or self.blocked)


def sellers_to_tell(now: datetime, limit: int) -> list[Seller]:
    """Sellers of one marketplace whose digest of today is due and was not taken up yet, at most `limit`.

    A day's digest is due from eight until the day ends there: what was missed is not told later. Two
    statements.
    """
    due: defaultdict[date, list[Marketplace]] = defaultdict(list)
    for marketplace in Marketplace.objects.all():
        today = local_day(marketplace, now)
        if now >= digest_moment(marketplace, today):
            due[today].append(marketplace)
    wanted = Q(pk__in=())
    for day, marketplaces in due.items():
        wanted |= Q(marketplace__in=marketplaces, digest_day__lt=day)
    sellers = Seller.objects.filter(wanted, mail_digest=True).select_related("marketplace")
    found = list(sellers.order_by("marketplace", "pk")[:limit])
    return [seller for seller in found if seller.marketplace_id == found[0].marketplace_id]


def digests_of(sellers: Sequence[Seller], day: date, now: datetime) -> list[Digest]:
    """What these sellers of one marketplace are told on that day, in their order."""
    yesterday = day - timedelta(days=1)
    owners = _owners(sellers)
    running, unread = _running(sellers, now), _unread(sellers)
    refused = _refused(sellers, yesterday, day)
    soonest = _soonest(sellers)
    used, caps = _used(sellers, yesterday), _caps(sellers, yesterday)
    return [
        Digest(
            seller=seller,
            owner=owners.get(seller.pk),
            waiting=running.get(seller.pk, (0, 0))[0],
            overdue=running.get(seller.pk, (0, 0))[1],
            unread=unread.get(seller.pk, 0),
            held=refused.get((seller.pk, Message.State.HELD), 0),
            blocked=refused.get((seller.pk, Message.State.BLOCKED), 0),
            used=used.get(seller.pk, 0),
            cap=caps[seller.pk],
            soonest=tuple(soonest[seller.pk]),
        )
        for seller in sellers
    ]


def _owners(sellers: Sequence[Seller]) -> dict[int, User]:
    owners = Membership.objects.filter(seller__in=sellers, is_owner=True).select_related("user")
    return {owner.seller_id: owner.user for owner in owners}


def _entries(sellers: Sequence[Seller], view: str) -> QuerySet[MailboxEntry]:
    """What these sellers' view of that name holds."""
    return MailboxEntry.objects.filter(_HOLDS[view], side=Side.SELLER, seller__in=sellers).order_by()


def _running(sellers: Sequence[Seller], now: datetime) -> dict[int | None, tuple[int, int]]:
    """How many threads wait for an answer, and how many of them past their due time."""
    counted = (
        _entries(sellers, "needed")
        .values("seller")
        .annotate(waiting=Count("pk"), overdue=Count("pk", filter=Q(due_at__lt=now)))
    )
    rows = counted.values_list("seller", "waiting", "overdue")
    return {seller: (waiting, overdue) for seller, waiting, overdue in rows}


def _unread(sellers: Sequence[Seller]) -> dict[int | None, int]:
    counted = _entries(sellers, "unread").values("seller").annotate(number=Count("pk"))
    return dict(counted.values_list("seller", "number"))


def _soonest(sellers: Sequence[Seller]) -> Mapping[int | None, list[tuple[UUID, datetime]]]:
    rank = Window(RowNumber(), partition_by=F("seller"), order_by=(F("due_at"), F("thread")))
    first = _entries(sellers, "needed").annotate(rank=rank).filter(rank__lte=SOONEST)
    found: defaultdict[int | None, list[tuple[UUID, datetime]]] = defaultdict(list)
    for seller, thread, due_at in first.order_by("seller", "rank").values_list("seller", "thread", "due_at"):
        if due_at is not None:
            found[seller].append((thread, due_at))
    return found


def _refused(sellers: Sequence[Seller], yesterday: date, day: date) -> dict[tuple[int | None, str], int]:
    """Own messages held or blocked from one digest's moment to the next, by seller and state: each day's mail
    begins where the one before ended, however late either goes. Found by the view of such threads."""
    marketplace = sellers[0].marketplace
    since, until = digest_moment(marketplace, yesterday), digest_moment(marketplace, day)
    threads = _entries(sellers, "refused").filter(refused_at__gte=since).values("thread")
    refused = Message.objects.filter(
        thread__in=threads, author=Side.SELLER, accepted_at__gte=since, accepted_at__lt=until
    ).exclude(state=Message.State.DELIVERED)
    counted = refused.order_by().values("thread__seller", "state").annotate(number=Count("pk"))
    rows = counted.values_list("thread__seller", "state", "number")
    return {(seller, state): number for seller, state, number in rows}


def _used(sellers: Sequence[Seller], day: date) -> dict[int, int]:
    return dict(DailyUsage.objects.filter(seller__in=sellers, day=day).values_list("seller", "used"))


def _caps(sellers: Sequence[Seller], day: date) -> dict[int, int]:
    limits = current_limits()
    averages = average_daily_orders_of(sellers, day)
    return {seller: daily_cap(average, limits) for seller, average in averages.items()}

"""Mails held outside because nothing proved who wrote them: for that account's owner alone (MAIL-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from accounts.models import Alias
from accounts.roles import Role
from accounts.written_once import WrittenOnce
from messages_app.models import Case, InboundMail
from messages_app.policy.facts import Side
from messages_app.queries.inbox import owner_of

HELD_FOR = timedelta(days=7)
SHOWN = 100  # mails


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMail:
    """What its owner is told: to whom and when. The mail itself is for staff alone (MOD-6)."""

    id: UUID
    other_name: str
    alias: str
    received_at: datetime
    confirmable: bool  # False: it named no single sender, so nobody can vouch for it


def held_rows(role: Role, now: datetime) -> QuerySet[InboundMail]:
    """Held mails that claim to come from the role's side, not older than 7 days."""
    held = InboundMail.objects.filter(state=InboundMail.State.HELD, received_at__gte=now - HELD_FOR)
    # An alias reaches one side; who writes to it is the other.
    if role.side == Side.SELLER:
        return held.filter(alias__side=Side.BUYER, alias__pair__seller=owner_of(role))
    return held.filter(alias__side=Side.SELLER, alias__pair__buyer=owner_of(role))


def held_count(role: Role, now: datetime) -> int:
    """How many are shown, counted up to 100: what the inbox tells whoever may decide (ACC-3)."""
    if role.membership is not None and not role.membership.is_owner:
        return 0
    return len(_COUNTED[Side(role.side)].rows(owner_of(role), now - HELD_FOR))


def _counted(side: Side) -> WrittenOnce:
    """By their open cases: those of one party are few, its aliases may be very many."""
    waiting = Case.objects.filter(kind=Case.Kind.UNPROVEN_MAIL, closed_at=None, about=side)

    def build(owner: int, since: datetime) -> QuerySet[Case, tuple[UUID]]:
        own = waiting.filter(seller=owner) if side is Side.SELLER else waiting.filter(buyer=owner)
        return own.filter(inbound__received_at__gte=since).values_list("pk")[:SHOWN]

    return WrittenOnce(build, int, datetime)


_COUNTED = {side: _counted(side) for side in Side}


def held_mails(role: Role, now: datetime) -> list[HeldMail]:
    """The newest first, at most 100; one statement."""
    rows = held_rows(role, now).select_related("alias__pair__buyer", "alias__pair__seller")
    newest = rows.order_by("-received_at", "-id")[:SHOWN]
    return [_shown(row, row.alias, role) for row in newest if row.alias]


def held_mail_or_404(role: Role, inbound_id: UUID, now: datetime) -> InboundMail:
    """One of them; anything else does not exist (SEC-1)."""
    row = held_rows(role, now).filter(pk=inbound_id).first()
    if row is None:
        raise Http404
    return row


def _shown(row: InboundMail, alias: Alias, role: Role) -> HeldMail:
    pair = alias.pair
    return HeldMail(
        id=row.id,
        other_name=pair.buyer.display_name if role.side == Side.SELLER else pair.seller.trade_name,
        alias=alias.address,
        received_at=row.received_at,
        confirmable=is_confirmable(row),
    )


def is_confirmable(row: InboundMail) -> bool:
    """Whether the owner's word can prove it: its From names one mailbox (MAIL-9)."""
    return row.outcome == "unproven"

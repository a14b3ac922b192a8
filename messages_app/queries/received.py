"""The mails that went to a person lately, and what became of them (BOX-13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Q, QuerySet, Subquery

from accounts.roles import Role
from messages_app.mail.reply_codes import reply_codes
from messages_app.models import Delivery, DeliveryAttempt

SINCE = timedelta(days=14)
SHOWN = 10  # mails

_ABOUT = ("message__thread__topic", "message__thread__order__number")

_State = Delivery.State
_GIVEN_UP = (_State.FAILED, _State.BOUNCED, _State.SUPPRESSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMail:
    """A copy of a message, or a mail of the marketplace, to the role's side. `who` is the other side by the
    name that this one may see (ACC-9), empty for the marketplace; `topic` is the thread's. `reply` holds the
    codes of the mail server's last answer, none of its words; `at` is when it left, else when it was
    written."""

    at: datetime
    state: str
    reply: str
    who: str
    topic: str
    order_number: str

    @property
    def failed(self) -> bool:
        """Whether it was given up or came back."""
        return self.state in _GIVEN_UP


def received_mails(role: Role, address: str, now: datetime) -> list[ReceivedMail]:
    """To that address of the role's within 14 days, the newest first, at most 10; one statement."""
    last = DeliveryAttempt.objects.filter(delivery=OuterRef("pk")).order_by("-at", "-id").values("reply")[:1]
    rows = _of(role).filter(
        recipient=address,
        kind__in=(Delivery.Kind.COPY, Delivery.Kind.SYSTEM),
        created_at__gte=now - SINCE,
    )
    newest = rows.annotate(reply=Subquery(last)).order_by("-created_at", "-id")[:SHOWN]
    who = "pair__buyer__display_name" if role.seller else "pair__seller__trade_name"
    return [
        ReceivedMail(
            at=sent_at or created_at,
            state=state,
            reply=reply_codes(reply or ""),
            who=name or "",
            topic=topic if name and topic else "",
            order_number=number or "",
        )
        for sent_at, created_at, state, reply, name, topic, number in newest.values_list(
            "sent_at", "created_at", "state", "reply", who, *_ABOUT
        )
    ]


def _of(role: Role) -> QuerySet[Delivery]:
    """Mails to the role's side; several accounts may share one address (SEC-1)."""
    rows = Delivery.objects.filter(to_side=role.side)
    if role.seller:
        return rows.filter(pair__seller=role.seller)
    return rows.filter(Q(pair__buyer=role.buyer) | Q(message__thread__buyer=role.buyer))

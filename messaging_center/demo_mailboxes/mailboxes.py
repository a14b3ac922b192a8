"""Whose mailboxes there are, and what lies in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import Alias, AuthorizedAddress, User
from messages_app.models import Delivery
from messages_app.vault.values import token

PAGE = 50
ALIASES_OFFERED = 200

# The mail left: what happened to it later does not take it out of the mailbox again.
_LEFT = Q(state__in=(Delivery.State.SENT, Delivery.State.BOUNCED), rendered_size__gt=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """One address. `key` stands for it in links, which never hold an address (PRV-5)."""

    key: str
    address: str
    name: str
    mails: int = 0
    latest: datetime | None = None


def mailbox_key(address: str) -> str:
    """A keyed token of the address."""
    return token(address, purpose="demo_mailbox").hex()


def mailboxes_with_mail(after: str = "") -> list[Mailbox]:
    """One page of those that got mail, and one more where there are more; who got some last comes first.
    `after` is the key of the last page's last."""
    found = (
        Delivery.objects.filter(_LEFT)
        .values("recipient")
        .annotate(mails=Count("pk"), latest=Max("sent_at"))
        .order_by("-latest", "recipient")
    )
    if after:
        last = mailbox_or_404(after).address
        latest = Delivery.objects.filter(_LEFT, recipient=last).aggregate(at=Max("sent_at"))["at"]
        found = found.filter(Q(latest__lt=latest) | Q(latest=latest, recipient__gt=last))
    rows = list(found[: PAGE + 1])
    names = _names(row["recipient"] for row in rows)
    return [
        Mailbox(
            key=mailbox_key(row["recipient"]),
            address=row["recipient"],
            name=names.get(row["recipient"], ""),
            mails=row["mails"],
            latest=row["latest"],
        )
        for row in rows
    ]


def empty_mailboxes() -> list[Mailbox]:
    """People whom no mail was sent to yet, one page of them."""
    written_to = Delivery.objects.filter(_LEFT).values("recipient")
    people = User.objects.exclude(email__in=written_to).order_by("pk")[:PAGE]
    return [
        Mailbox(key=mailbox_key(person.email), address=person.email, name=person.full_name)
        for person in people
    ]


def mailbox_or_404(key: str) -> Mailbox:
    """The mailbox that a link means: a person's, a listed address's, or that of whoever got mail."""
    known: tuple[QuerySet[User, str] | QuerySet[AuthorizedAddress, str] | QuerySet[Delivery, str], ...] = (
        User.objects.values_list("email", flat=True),
        AuthorizedAddress.objects.values_list("address", flat=True),
        Delivery.objects.order_by().values_list("recipient", flat=True).distinct(),
    )
    for addresses in known:
        for address in addresses.iterator():
            if mailbox_key(address) == key:
                return Mailbox(key=key, address=address, name=_names([address]).get(address, ""))
    raise Http404


def mails_of(address: str, before: UUID | None = None) -> list[Delivery]:
    """One page of an address's mails, newest first, and one more where there are more; `before` is the
    last page's last mail."""
    mails = (
        Delivery.objects.filter(_LEFT, recipient=address).select_related("key").order_by("-sent_at", "-pk")
    )
    last = Delivery.objects.filter(recipient=address, pk=before).first() if before else None
    if last is not None:
        mails = mails.filter(Q(sent_at__lt=last.sent_at) | Q(sent_at=last.sent_at, pk__lt=last.pk))
    return list(mails.order_by("-sent_at", "-pk")[: PAGE + 1])


def mail_or_404(pk: UUID) -> Delivery:
    """One mail that left."""
    return get_object_or_404(Delivery.objects.filter(_LEFT).select_related("key"), pk=pk)


def addresses_of(mailbox: Mailbox) -> list[str]:
    """The addresses that the person behind a mailbox may try to write from: this one, their own, and those
    that a seller they work for has listed."""
    person = User.objects.filter(email=mailbox.address).first()
    listed = AuthorizedAddress.objects.filter(
        Q(seller__memberships__user=person) if person else Q(address=mailbox.address)
    ).order_by("pk")
    return list(dict.fromkeys([mailbox.address, *listed.values_list("address", flat=True)]))


def aliases_known_to(mailbox: Mailbox) -> list[tuple[str, str]]:
    """(alias, whom it reaches) of everybody this person may write to, the latest pairs first."""
    person = User.objects.filter(email=mailbox.address).first()
    sellers = AuthorizedAddress.objects.filter(address=mailbox.address).values("seller")
    own = Q(side=Alias.Side.BUYER, pair__seller__in=sellers)
    if person is not None:
        own |= Q(side=Alias.Side.BUYER, pair__seller__memberships__user=person)
        own |= Q(side=Alias.Side.SELLER, pair__buyer__user=person)
    found = Alias.objects.filter(own, retired_at=None).select_related("pair__buyer", "pair__seller")
    newest = found.order_by("-pair_id", "pk").distinct()[:ALIASES_OFFERED]
    return [(alias.address, _reached_by(alias)) for alias in newest]


def _reached_by(alias: Alias) -> str:
    buyer, seller = alias.pair.buyer, alias.pair.seller
    return buyer.display_name if alias.side == Alias.Side.BUYER else seller.trade_name


def _names(addresses: Iterable[str]) -> dict[str, str]:
    people = User.objects.filter(email__in=set(addresses))
    return dict(people.values_list("email", "full_name"))

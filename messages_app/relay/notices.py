"""Notices about mails that never reached the gate (MAIL-9, MAIL-27). The gate's own are its business."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from accounts.queries.addresses import is_of_a_seller
from messages_app.mail.headers import can_be_named
from messages_app.models import Delivery
from messages_app.policy.facts import Side
from messages_app.policy.verdict import Severity
from messages_app.relay.arrival import Arrival, Party
from messages_app.services.languages import language_of
from messages_app.services.locks import lock_name
from messages_app.services.outbox import queue_delivery

ONCE_IN = timedelta(days=1)  # the neutral refusal, to one address

# Machines that write like people: they get no notice, or two of them would talk for ever (MAIL-27).
_NOBODY = frozenset(
    ("noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "mailer-daemon", "postmaster", "bounce")
)


def queue_refusal(arrival: Arrival, template: str) -> Delivery | None:
    """Tells the proven address that wrote; None where nobody is to be told. Within a transaction."""
    party = arrival.party
    if party is None or not party.proven or not can_be_named(party.address):
        return None
    if not party.listed and (party.address.partition("@")[0] in _NOBODY or _told_today(party.address)):
        return None
    return queue_delivery(
        kind=Delivery.Kind.NOTICE,
        template=template,
        recipient=party.address,
        language=_language(arrival, party),
        pair=arrival.pair,  # whose addresses the leak gate looks for: of both sides, unless it is one of them
        to_side=arrival.author if party.listed else None,
        inbound=arrival.inbound,
        context={
            "subject": arrival.mail.subject,
            "at": arrival.inbound.received_at.isoformat(),
            "alias": arrival.inbound.alias.address if arrival.inbound.alias else "",
            "order": "",
            "findings": _findings(arrival, party),
            "foreign_id": arrival.mail.message_id,
            "thread": "",
        },
        now=timezone.now(),
    )


def _findings(arrival: Arrival, party: Party) -> list[dict[str, object]]:
    """A seller who writes to another seller's alias learns where to report an infringement (GATE-6)."""
    if party.listed or arrival.author is not Side.BUYER or not is_of_a_seller(party.address):
        return []
    return [{"code": "seller_to_seller", "severity": int(Severity.BLOCK), "data": {}}]


def _told_today(address: str) -> bool:
    lock_name(f"unlisted {address}")  # two workers at once would both find that nobody was told
    return Delivery.objects.filter(
        recipient=address,
        kind=Delivery.Kind.NOTICE,
        template="unlisted",
        created_at__gt=timezone.now() - ONCE_IN,
    ).exists()


def _language(arrival: Arrival, party: Party) -> str:
    """Theirs, where the address is known to be somebody's, else their side's; of an unlisted one nothing is
    given away: their own language, or the marketplace's."""
    person = party.user or User.objects.filter(email=party.address).first()
    if party.listed and arrival.author:
        return language_of(arrival.pair, arrival.author, person)
    return (person.language if person else "") or arrival.pair.seller.marketplace.language

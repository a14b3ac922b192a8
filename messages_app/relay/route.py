"""The routing half of the decision table (relay.md): the first rule that answers ends the way of a mail.

Only proven human mail of a party gets past all of them, to the gate.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from django.db.models import Exists
from django.utils import timezone

from accounts.addresses import normalise_address
from messages_app.mail.evidence import Evidence
from messages_app.mail.fields import head_bounds
from messages_app.mail.parsed import ParsedMail
from messages_app.models import InboundMail
from messages_app.policy.facts import Door
from messages_app.queries.evidence import Found, find_evidence, latest_thread, order_named
from messages_app.relay.arrival import Arrival
from messages_app.relay.bounces import record_report
from messages_app.relay.intake import raw_bytes, relay_domains
from messages_app.services.submission import Submission, SubmittedFile
from messages_app.services.submit import submit_message
from messages_app.vault.values import token

MAX_HOPS = 30  # this many Received fields or more: a loop (MAIL-26)
REPEATED_WITHIN = timedelta(days=7)  # MAIL-5

_RECEIVED = re.compile(rb"^received[ \t]*:[^\n]*+\n(?:[ \t][^\n]*+\n)*+", re.IGNORECASE | re.MULTILINE)

State = InboundMail.State


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """How a mail ended. `outcome` says why as a stable code; `notice` names a template, or nothing."""

    state: InboundMail.State
    outcome: str
    message_id: UUID | None = None
    notice: str = ""


def route(arrival: Arrival) -> Routed:
    """Takes a mail to its end. Idempotent: a second run after a crash ends the same way."""
    for rule in RULES:
        if (routed := rule(arrival)) is not None:
            return routed
    submission, now = _submission(arrival), arrival.inbound.received_at
    if arrival.inbound.settled_at is not None:
        # It was set aside, and people let it in: that moment counts (Terms).
        submission, now = replace(submission, accepted_at=now), timezone.now()
    submitted = submit_message(submission, now=now)
    return Routed(state=State.DONE, outcome=submitted.state, message_id=submitted.message_id)


def role_address(arrival: Arrival) -> Routed | None:
    """postmaster and abuse: kept for staff (MAIL-2)."""
    role = arrival.inbound.role_address
    return Routed(state=State.RECORDED, outcome=role) if role in ("postmaster", "abuse") else None


def bounce_address(arrival: Arrival) -> Routed | None:
    """A report to the envelope sender of one of our mails, also in words alone; anything else there is
    dropped, absence notes among it (MAIL-24)."""
    if arrival.inbound.alias is not None:
        return None
    if arrival.inbound.bounce_of is None:
        return Routed(state=State.DROPPED, outcome="bounce_token")
    if arrival.report is None or arrival.envelope_sender:
        return Routed(state=State.DROPPED, outcome="no_report")
    recorded = record_report(arrival.inbound.bounce_of, arrival.report, at=arrival.inbound.received_at)
    return Routed(state=State.RECORDED if recorded else State.DROPPED, outcome=recorded or "bounce_token")


def loop(arrival: Arrival) -> Routed | None:
    """Our own mail come back, or one that has been round too often (MAIL-26)."""
    if arrival.mail.own_loop_mark or arrival.mail.hops >= MAX_HOPS or _from_own_domain(arrival):
        return Routed(state=State.DROPPED, outcome="loop")
    return None


def retired_alias(arrival: Arrival) -> Routed | None:
    """Erased between the 250 and now (ALI-7)."""
    alias = arrival.inbound.alias
    return Routed(state=State.DROPPED, outcome="alias_retired") if alias and alias.retired_at else None


def report(arrival: Arrival) -> Routed | None:
    """Reports and receipts are never shown to a party (MAIL-26)."""
    return Routed(state=State.RECORDED, outcome="report") if arrival.mail.report else None


def automatic(arrival: Arrival) -> Routed | None:
    """Never causes mail; of a proven party it shows as one line of the thread it belongs to (MAIL-26)."""
    if arrival.mail.automatic is None:
        return None
    party = arrival.party
    if party is None or not (party.proven and party.listed and party.may_reply):
        return Routed(state=State.RECORDED, outcome=arrival.mail.automatic)
    if again := repeated(arrival):
        return again
    submission = _submission(arrival, automatic=True)
    if submission.thread_id is None:
        return Routed(state=State.RECORDED, outcome=arrival.mail.automatic)
    submitted = submit_message(submission, now=arrival.inbound.received_at)
    return Routed(state=State.RECORDED, outcome=arrival.mail.automatic, message_id=submitted.message_id)


def unproven(arrival: Arrival) -> Routed | None:
    """Held outside for the account's owner, never answered (MAIL-9, MAIL-10)."""
    if arrival.party is None:
        return Routed(state=State.HELD, outcome="from_mailboxes")
    return None if arrival.party.proven else _held(arrival)


def _held(arrival: Arrival) -> Routed:
    """Offered to the owner once, however often it comes (MAIL-5)."""
    identity = mail_identity(arrival)
    same = InboundMail.objects.filter(alias=arrival.inbound.alias, identity_token=identity, state=State.HELD)
    if same.exclude(pk=arrival.inbound.pk).exists():
        return Routed(state=State.DUPLICATE, outcome="repeated")
    InboundMail.objects.filter(pk=arrival.inbound.pk).update(identity_token=identity)
    return Routed(state=State.HELD, outcome="unproven")


def unlisted(arrival: Arrival) -> Routed | None:
    """Somebody else than this side of the pair (MAIL-9, ALI-8)."""
    if arrival.party is not None and not arrival.party.listed:
        return Routed(state=State.REFUSED, outcome="unlisted", notice="unlisted")
    return None


def without_permission(arrival: Arrival) -> Routed | None:
    """A member who may read but not reply (ACC-3)."""
    if arrival.party is not None and not arrival.party.may_reply:
        return Routed(state=State.REFUSED, outcome="no_reply_permission", notice="no_reply_permission")
    return None


def repeated(arrival: Arrival) -> Routed | None:
    """The same mail again within 7 days: who comes first is the original, and the mails of a pair are worked
    off one after the other (MAIL-4, MAIL-5). A mail refused for want of a permission became nothing, so with
    the permission it may come again."""
    identity = mail_identity(arrival)
    received = arrival.inbound.received_at
    same = InboundMail.objects.filter(
        alias=arrival.inbound.alias,
        identity_token=identity,
        received_at__range=(received - REPEATED_WITHIN, received + REPEATED_WITHIN),
    ).exclude(pk=arrival.inbound.pk)
    same = same.exclude(state=State.HELD)  # what nobody has vouched for yet stands in no one's way
    if arrival.party is not None and arrival.party.may_reply:
        same = same.exclude(state=State.REFUSED)
    if InboundMail.objects.filter(~Exists(same), pk=arrival.inbound.pk).update(identity_token=identity):
        return None
    message_id = same.values_list("message_id", flat=True).first()
    return Routed(state=State.DUPLICATE, outcome="repeated", message_id=message_id)


RULES: tuple[Callable[[Arrival], Routed | None], ...] = (
    role_address,
    bounce_address,
    loop,
    retired_alias,
    report,
    automatic,
    unproven,
    unlisted,
    repeated,  # before what answers with a notice each time
    without_permission,
)


def mail_identity(arrival: Arrival) -> bytes:
    """What makes two mails to one alias the same: From, Message-ID and decoded content, or without a
    Message-ID the bytes except for what carriers put on top (MAIL-5)."""
    mail = arrival.mail
    if not mail.message_id:
        digest = _digest_without_received(raw_bytes(arrival.inbound.raw))
        return token(digest.hex(), purpose="raw_identity")
    sender = normalise_address(mail.from_mailboxes[0].address) if mail.from_mailboxes else ""
    return token(f"{sender}\0{mail.message_id}\0{mail.content_digest.hex()}", purpose="mail_identity")


def _digest_without_received(raw: bytes) -> bytes:
    """SHA-256 of the mail without its Received fields."""
    end = head_bounds(raw, 0, len(raw))[0]
    digest = sha256(_RECEIVED.sub(b"", raw[:end]))
    digest.update(memoryview(raw)[end:])
    return digest.digest()


def _from_own_domain(arrival: Arrival) -> bool:
    senders = [arrival.envelope_sender, *(box.address for box in arrival.mail.from_mailboxes)]
    return any(normalise_address(sender).rpartition("@")[2] in relay_domains() for sender in senders)


def _submission(arrival: Arrival, *, automatic: bool = False) -> Submission:
    """What the gate gets. `arrival` is a listed party's."""
    mail, party = arrival.mail, arrival.party
    if party is None or arrival.author is None:
        raise ValueError("only a party's mail reaches the gate")
    found = find_evidence(arrival.pair, mail, now=arrival.inbound.received_at)
    if automatic and found.thread_id is None:
        found = Found(Evidence.NONE, latest_thread(arrival.pair))
    return Submission(
        key=f"mail:{arrival.inbound.pk}",
        door=Door.MAIL,
        author=arrival.author,
        pair=arrival.pair,
        user_id=party.user.pk if party.user else None,
        thread_id=found.thread_id,
        order_id=order_named(arrival.pair, mail),
        reason="other",  # a mail names no reason (RSN-6, RSN-8)
        subject=mail.subject,
        text=mail.text,
        new=mail.spans.new,
        html="" if automatic and mail.text else mail.html,
        body_bytes=mail.body_bytes,
        files=() if automatic else _files(mail),
        evidence=found.evidence,
        foreign_id=mail.message_id,
        automatic=automatic,
        obstacles=mail.obstacles,
        left_out=mail.left_out,
        inbound_id=arrival.inbound.pk,
        notify="" if automatic else party.address,
    )


def _files(mail: ParsedMail) -> tuple[SubmittedFile, ...]:
    return tuple(
        SubmittedFile(name=file.name, content=file.content, content_id=file.content_id, inline=file.inline)
        for file in mail.files
    )

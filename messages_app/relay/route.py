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

from django.db import transaction
from django.utils import timezone

from accounts.addresses import normalise_address
from accounts.models import Pair
from messages_app.mail.evidence import Evidence
from messages_app.mail.fields import head_bounds
from messages_app.mail.parsed import ParsedMail
from messages_app.models import InboundMail
from messages_app.policy.facts import Door
from messages_app.queries.evidence import Found, find_evidence, latest_thread, order_named
from messages_app.relay.bounces import record_report
from messages_app.relay.case import Case
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


def route(case: Case) -> Routed:
    """Takes a mail to its end. Idempotent: a second run after a crash ends the same way."""
    for rule in RULES:
        if (routed := rule(case)) is not None:
            return routed
    submission, now = _submission(case), case.inbound.received_at
    if case.inbound.settled_at is not None:
        # It was set aside, and people let it in: that moment counts (Terms).
        submission, now = replace(submission, accepted_at=now), timezone.now()
    submitted = submit_message(submission, now=now)
    return Routed(state=State.DONE, outcome=submitted.state, message_id=submitted.message_id)


def role_address(case: Case) -> Routed | None:
    """postmaster and abuse: kept for staff (MAIL-2)."""
    role = case.inbound.role_address
    return Routed(state=State.RECORDED, outcome=role) if role in ("postmaster", "abuse") else None


def bounce_address(case: Case) -> Routed | None:
    """A report to the envelope sender of one of our mails; anything else there is dropped (MAIL-24)."""
    if case.inbound.alias is not None:
        return None
    if case.inbound.bounce_of is None:
        return Routed(state=State.DROPPED, outcome="bounce_token")
    if case.report is None or case.envelope_sender:
        return Routed(state=State.DROPPED, outcome="no_report")
    recorded = record_report(case.inbound.bounce_of, case.report, at=case.inbound.received_at)
    return Routed(state=State.RECORDED if recorded else State.DROPPED, outcome=recorded or "bounce_token")


def loop(case: Case) -> Routed | None:
    """Our own mail come back, or one that has been round too often (MAIL-26)."""
    if case.mail.own_loop_mark or case.mail.hops >= MAX_HOPS or _from_own_domain(case):
        return Routed(state=State.DROPPED, outcome="loop")
    return None


def retired_alias(case: Case) -> Routed | None:
    """Erased between the 250 and now (ALI-7)."""
    alias = case.inbound.alias
    return Routed(state=State.DROPPED, outcome="alias_retired") if alias and alias.retired_at else None


def report(case: Case) -> Routed | None:
    """Reports and receipts are never shown to a party (MAIL-26)."""
    return Routed(state=State.RECORDED, outcome="report") if case.mail.report else None


def automatic(case: Case) -> Routed | None:
    """Never causes mail; of a proven party it shows as one line of the thread it belongs to (MAIL-26)."""
    if case.mail.automatic is None:
        return None
    party = case.party
    if party is None or not (party.proven and party.listed and party.may_reply):
        return Routed(state=State.RECORDED, outcome=case.mail.automatic)
    if again := repeated(case):
        return again
    submission = _submission(case, automatic=True)
    if submission.thread_id is None:
        return Routed(state=State.RECORDED, outcome=case.mail.automatic)
    submitted = submit_message(submission, now=case.inbound.received_at)
    return Routed(state=State.RECORDED, outcome=case.mail.automatic, message_id=submitted.message_id)


def unproven(case: Case) -> Routed | None:
    """Held outside for the account's owner, never answered (MAIL-9, MAIL-10)."""
    if case.party is None:
        return Routed(state=State.HELD, outcome="from_mailboxes")
    return None if case.party.proven else _held(case)


def _held(case: Case) -> Routed:
    """Offered to the owner once, however often it comes (MAIL-5)."""
    identity = mail_identity(case)
    same = InboundMail.objects.filter(alias=case.inbound.alias, identity_token=identity, state=State.HELD)
    if same.exclude(pk=case.inbound.pk).exists():
        return Routed(state=State.DUPLICATE, outcome="repeated")
    InboundMail.objects.filter(pk=case.inbound.pk).update(identity_token=identity)
    return Routed(state=State.HELD, outcome="unproven")


def unlisted(case: Case) -> Routed | None:
    """Somebody else than this side of the pair (MAIL-9, ALI-8)."""
    if case.party is not None and not case.party.listed:
        return Routed(state=State.REFUSED, outcome="unlisted", notice="unlisted")
    return None


def without_permission(case: Case) -> Routed | None:
    """A member who may read but not reply (ACC-3)."""
    if case.party is not None and not case.party.may_reply:
        return Routed(state=State.REFUSED, outcome="no_reply_permission", notice="no_reply_permission")
    return None


def repeated(case: Case) -> Routed | None:
    """The same mail again within 7 days: who comes first under the pair's lock is the original (MAIL-5).
    A mail refused for want of a permission became nothing, so with the permission it may come again."""
    identity = mail_identity(case)
    received = case.inbound.received_at
    with transaction.atomic():
        # Nothing of the pair is needed here but its lock.
        list(Pair.objects.select_for_update().filter(pk=case.pair.pk).values_list("pk"))
        same = InboundMail.objects.filter(
            alias=case.inbound.alias,
            identity_token=identity,
            received_at__range=(received - REPEATED_WITHIN, received + REPEATED_WITHIN),
        ).exclude(pk=case.inbound.pk)
        same = same.exclude(state=State.HELD)  # what nobody has vouched for yet stands in no one's way
        if case.party is not None and case.party.may_reply:
            same = same.exclude(state=State.REFUSED)
        if same.exists():
            return Routed(state=State.DUPLICATE, outcome="repeated")
        InboundMail.objects.filter(pk=case.inbound.pk).update(identity_token=identity)
    return None


RULES: tuple[Callable[[Case], Routed | None], ...] = (
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


def mail_identity(case: Case) -> bytes:
    """What makes two mails to one alias the same: From, Message-ID and decoded content, or without a
    Message-ID the bytes except for what carriers put on top (MAIL-5)."""
    mail = case.mail
    if not mail.message_id:
        digest = _digest_without_received(raw_bytes(case.inbound.raw))
        return token(digest.hex(), purpose="raw_identity")
    sender = normalise_address(mail.from_mailboxes[0].address) if mail.from_mailboxes else ""
    return token(f"{sender}\0{mail.message_id}\0{mail.content_digest.hex()}", purpose="mail_identity")


def _digest_without_received(raw: bytes) -> bytes:
    """SHA-256 of the mail without its Received fields."""
    end = head_bounds(raw, 0, len(raw))[0]
    digest = sha256(_RECEIVED.sub(b"", raw[:end]))
    digest.update(memoryview(raw)[end:])
    return digest.digest()


def _from_own_domain(case: Case) -> bool:
    senders = [case.envelope_sender, *(box.address for box in case.mail.from_mailboxes)]
    return any(normalise_address(sender).rpartition("@")[2] in relay_domains() for sender in senders)


def _submission(case: Case, *, automatic: bool = False) -> Submission:
    """What the gate gets. `case` is a listed party's."""
    mail, party = case.mail, case.party
    if party is None or case.author is None:
        raise ValueError("only a party's mail reaches the gate")
    found = find_evidence(case.pair, mail, now=case.inbound.received_at)
    if automatic and found.thread_id is None:
        found = Found(Evidence.NONE, latest_thread(case.pair))
    return Submission(
        key=f"mail:{case.inbound.pk}",
        door=Door.MAIL,
        author=case.author,
        pair_id=case.pair.pk,
        user_id=party.user.pk if party.user else None,
        thread_id=found.thread_id,
        order_id=order_named(case.pair, mail),
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
        inbound_id=case.inbound.pk,
        notify="" if automatic else party.address,
    )


def _files(mail: ParsedMail) -> tuple[SubmittedFile, ...]:
    return tuple(
        SubmittedFile(name=file.name, content=file.content, content_id=file.content_id, inline=file.inline)
        for file in mail.files
    )

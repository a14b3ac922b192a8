"""Works off what the doors took in: claim, parse in the child, route, settle (MAIL-4, MAIL-6).

A mail waits until its row says how it ended. Attempts are counted before its bytes are looked at, so
that even a mail that kills the worker runs out of them.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from accounts.queries.pairs import pairs_with_people
from accounts.wake import wake
from messages_app.mail.fields import head_bounds
from messages_app.models import Case, InboundMail, Message
from messages_app.relay.arrival import Arrival, read_arrival
from messages_app.relay.intake import envelope_sender, raw_bytes
from messages_app.relay.notices import queue_refusal
from messages_app.relay.parser import PARSER
from messages_app.relay.route import Routed, route
from messages_app.sealing.seal import SealBroken
from messages_app.services.cases import open_mail_case
from messages_app.services.child import Unreadable
from messages_app.services.infected import forget_infected_mails
from messages_app.services.locks import lock_name
from messages_app.services.outcomes import note_held
from messages_app.services.own_marks import loop_mark, quote_marks

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3  # MAIL-6
CLAIMED_AT_ONCE = 16
TROUBLE_PAUSE = timedelta(seconds=30)  # when the disk or the database failed, not the mail

State = InboundMail.State
_SET_ASIDE = {  # for people to decide (MOD-3)
    State.HELD: Case.Kind.UNPROVEN_MAIL,
    State.QUARANTINED: Case.Kind.QUARANTINED_MAIL,
}


def process_waiting(limit: int) -> int:
    """Tries up to `limit` waiting mails, each pair's in the order of their arrival; returns how many.

    Raises OSError or DatabaseError when disk or database fail: what was claimed waits on.
    """
    done = 0
    while done < limit and (claimed := _claim(min(CLAIMED_AT_ONCE, limit - done))):
        done += _work_off(claimed)
    return done


def _work_off(claimed: Sequence[InboundMail]) -> int:
    """Tries these; returns how many. What came after a mail of its pair that failed waits for that one."""
    done = 0
    failed: set[int] = set()  # pairs
    for place, inbound in enumerate(claimed):
        pair = inbound.alias.pair_id if inbound.alias else None
        if pair in failed:
            _release(inbound)
            continue
        tried_before = inbound.attempts
        try:
            if _begin(inbound) and not _process(inbound) and pair is not None:
                failed.add(pair)
        except (OSError, DatabaseError, InterfaceError):
            _give_back(claimed[place:], tried_before)
            raise
        done += 1
    return done


def _claimable() -> QuerySet[InboundMail]:
    """What to try next: mails that failed before come last. Of a pair nothing, while somebody works on a mail
    of it, and nothing new while one that failed waits; so a pair's mails keep the order of their ids."""
    now = timezone.now()
    waiting = InboundMail.objects.filter(state=State.WAITING)
    of_pairs = waiting.filter(alias__isnull=False).values("alias__pair")
    in_work, failed = of_pairs.filter(lease_until__gt=now), of_pairs.filter(attempts__gt=0)
    return waiting.filter(
        Q(lease_until=None) | Q(lease_until__lte=now),
        ~Q(alias__pair__in=in_work),
        Q(attempts__gt=0) | ~Q(alias__pair__in=failed),
    ).order_by("attempts", "id")


def _claim(size: int) -> list[InboundMail]:
    """Leases the next mails. One worker at a time, or the next would not see which pairs are taken."""
    if not InboundMail.objects.filter(state=State.WAITING).exists():  # most rounds: no lock for nothing
        return []
    with transaction.atomic():
        lock_name("claim inbound mail")
        claimed = list(
            _claimable()
            .select_for_update(of=("self",), skip_locked=True)
            .select_related("raw__key", "alias")
            .prefetch_related(Prefetch("alias__pair", pairs_with_people()))[:size]
        )
        InboundMail.objects.filter(pk__in=[row.pk for row in claimed]).update(lease_until=_lease_end())
    return claimed


def _lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)


def _begin(inbound: InboundMail) -> bool:
    """Counts the attempt of one claimed mail; False when somebody else has ended it meanwhile. Only the mail
    in hand pays for a worker that is killed, not those that were claimed with it."""
    inbound.attempts += 1
    begun = InboundMail.objects.filter(pk=inbound.pk, state=State.WAITING).update(
        lease_until=_lease_end(), attempts=inbound.attempts
    )
    return begun > 0


def _give_back(claimed: Sequence[InboundMail], tried_before: int) -> None:
    """The trouble was not the mails' fault. If this fails too, the leases run out by themselves."""
    waiting = InboundMail.objects.filter(state=State.WAITING)
    try:
        waiting.filter(pk=claimed[0].pk).update(attempts=tried_before)
        waiting.filter(pk__in=[row.pk for row in claimed]).update(lease_until=timezone.now() + TROUBLE_PAUSE)
    except (DatabaseError, InterfaceError):
        log.warning("claimed mails wait for their lease to end", extra={"count": len(claimed)})


def _process(inbound: InboundMail) -> bool:
    """False: it failed and waits for another try."""
    if inbound.attempts > MAX_ATTEMPTS:
        # Its worker died over it each time: nobody was left to say so.
        _quarantine(inbound)
        return True
    try:
        arrival = _parsed(inbound, raw_bytes(inbound.raw))
        routed = route(arrival)
        settle(arrival, routed)
        if routed.outcome == Message.State.BLOCKED:
            forget_infected_mails()
        return True
    except (Unreadable, SealBroken, FileNotFoundError):
        log.warning("a mail could not be read", extra={"item": f"inbound:{inbound.pk}"})
        return _failed(inbound)
    except (OSError, DatabaseError, InterfaceError):
        raise
    except Exception:  # a fault of ours that one mail brought out must not stop its neighbours (REL-4)
        log.exception("a mail could not be processed", extra={"item": f"inbound:{inbound.pk}"})
        return _failed(inbound)


def _parsed(inbound: InboundMail, raw: bytes) -> Arrival:
    sender = envelope_sender(inbound)
    mail, report = PARSER.parse(
        raw,
        envelope_sender=sender,
        loop_mark=loop_mark(),
        own_marks=quote_marks(inbound.alias.pair) if inbound.alias else (),
    )
    return read_arrival(inbound, mail, report, sender)


def settle(arrival: Arrival, routed: Routed) -> None:
    """Writes how a mail ended, once, with the notice that it causes."""
    if not routed.notice:
        _end(arrival.inbound, routed)
        return
    with transaction.atomic():
        if _end(arrival.inbound, routed):
            queue_refusal(arrival, routed.notice)


def _end(inbound: InboundMail, routed: Routed) -> bool:
    """False: somebody else has ended it meanwhile."""
    kind = _SET_ASIDE.get(routed.state)
    if kind is None:
        return _write_end(inbound, routed)
    with transaction.atomic():
        if ended := _write_end(inbound, routed):
            open_mail_case(inbound, kind, timezone.now())
            if routed.state == State.HELD:
                note_held(inbound.pk)
    return ended


def _write_end(inbound: InboundMail, routed: Routed) -> bool:
    ended = InboundMail.objects.filter(pk=inbound.pk, state=State.WAITING).update(
        state=routed.state,
        outcome=routed.outcome,
        message_id=routed.message_id,
        settled_at=timezone.now(),
        lease_until=None,
    )
    return bool(ended)


def _failed(inbound: InboundMail) -> bool:
    """True: that was its last try, and it is set aside."""
    if inbound.attempts >= MAX_ATTEMPTS:
        _quarantine(inbound)
        return True
    _release(inbound)
    return False


def _release(inbound: InboundMail) -> None:
    InboundMail.objects.filter(pk=inbound.pk, state=State.WAITING).update(lease_until=None)
    wake("process_inbound")


def _quarantine(inbound: InboundMail) -> None:
    """Sets a mail aside for staff; its author hears so if the header alone proves who that is."""
    routed = Routed(state=State.QUARANTINED, outcome="unreadable")
    try:
        raw = raw_bytes(inbound.raw)
        arrival = _parsed(inbound, raw[: head_bounds(raw, 0, len(raw))[1]])
        author = arrival.party
        told = arrival.mail.automatic is None and author is not None and author.proven and author.listed
        settle(arrival, replace(routed, notice="quarantined" if told else ""))
    except (DatabaseError, InterfaceError):
        raise
    except Exception:  # what made it unreadable may show here again, and the line must go on (MAIL-6)
        item = f"inbound:{inbound.pk}"
        log.warning("nobody is told of a mail set aside", exc_info=True, extra={"item": item})
        _end(inbound, routed)

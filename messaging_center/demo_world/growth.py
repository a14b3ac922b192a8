"""Grows the sample marketplace to any size: everything said passes the gate (contract, performance)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from django.contrib.auth.hashers import make_password

from accounts.models import Membership, Pair
from messages_app.models import Message, Thread
from messages_app.policy.facts import Side
from messages_app.services.bulk import Dated, submit_in_bulk
from messages_app.services.clock import mark_not_needed
from messages_app.services.reading import mark_read
from messages_app.services.submission import Submission, Submitted
from messaging_center.demo_world.files import grown_file
from messaging_center.demo_world.orders_grown import order_ids
from messaging_center.demo_world.people import PASSWORD
from messaging_center.demo_world.people_grown import bring_people
from messaging_center.demo_world.talks import Said, Talks, planned

WIDTH = 600  # pairs that talk side by side, half of them in each of two groups
LATER = timedelta(minutes=20)  # after a line: read, or marked as needing no answer


@dataclass(slots=True)
class _Running:
    """A pair in the middle of its talks."""

    talks: Talks
    pair: Pair
    owner_id: int | None
    orders: dict[str, int]
    left: deque[Said]
    threads: dict[int, UUID] = field(default_factory=dict)
    said: int = 0


@dataclass(slots=True)
class _Group:
    """Pairs that talk side by side, and whose line each answer belongs to."""

    running: list[_Running] = field(default_factory=list)
    asked: deque[list[tuple[_Running, Said]]] = field(default_factory=deque)


class Growth:
    """One growing: `run` says everything that was not said before, batch by batch."""

    def __init__(self, messages: int, now: datetime, pool: ProcessPoolExecutor | None) -> None:
        self._plans = planned(messages)
        self._now = now
        self._pool = pool
        self._password = make_password(PASSWORD)  # once: it takes its time
        self._groups = (_Group(), _Group())
        self.stopped = False

    def stop(self) -> None:
        """Ends `run` after the batches in hand; the next growing goes on from there."""
        self.stopped = True

    def run(self, tell: Callable[[int], None], known: Callable[[int], None]) -> None:
        """`tell` learns after each batch how many messages it had, `known` of how many an earlier growing
        has said."""
        turn = 0
        for answers in submit_in_bulk(self._batches(known), self._pool):
            group = self._groups[turn]
            self._take(group.asked.popleft(), answers)
            turn = 1 - turn
            tell(len(answers))

    def _batches(self, known: Callable[[int], None]) -> Iterator[Sequence[Dated]]:
        """From the two groups in turn: a pair's next line needs the answer to the one before."""
        turn = 0
        while not self.stopped:
            group = self._groups[turn]
            group.running = [one for one in group.running if one.left]
            if len(group.running) < WIDTH // 2:
                self._refill(known)
            lines = [(one, one.left.popleft()) for one in group.running]
            if not any(one.running for one in self._groups):
                return
            group.asked.append(lines)
            yield [self._dated(one, line) for one, line in lines]
            turn = 1 - turn

    def _refill(self, known: Callable[[int], None]) -> None:
        """The next pairs of the plan, those left out that have said all."""
        while not self.stopped and min(len(group.running) for group in self._groups) < WIDTH // 2:
            plans = list(islice(self._plans, WIDTH))
            if not plans:
                return
            for number, one in enumerate(self._begun(plans)):
                known(one.said)
                if one.left:
                    self._groups[number % 2].running.append(one)

    def _begun(self, plans: Sequence[Talks]) -> list[_Running]:
        pairs = bring_people(plans, self._password, self._now)
        orders = order_ids(plans)
        said = _said_before(plans)
        sellers = {pair.seller_id for pair in pairs.values()}
        owners = dict(
            Membership.objects.filter(seller__in=sellers, is_owner=True).values_list("seller_id", "user_id")
        )
        return [
            _begin(one, pairs[one.place], owners.get(pairs[one.place].seller_id), orders, said)
            for one in plans
        ]

    def _dated(self, one: _Running, line: Said) -> Dated:
        talk = one.talks.talks[line.talk]
        buyer_writes = line.author is Side.BUYER
        key = _key(one.talks, one.said)
        one.said += 1
        submission = Submission(
            key=key,
            door=line.door,
            author=line.author,
            pair=one.pair,
            user_id=one.pair.buyer.user_id if buyer_writes else one.owner_id,
            thread_id=one.threads.get(line.talk),
            order_id=one.orders.get(talk.number),
            reason=line.about,
            subject=line.subject,
            text=line.text,
            files=() if line.file is None else (grown_file(line.file),),
            evidence=line.evidence,
        )
        return Dated(submission, self._now - timedelta(hours=line.hours))

    def _take(self, lines: Sequence[tuple[_Running, Said]], answers: Sequence[Submitted]) -> None:
        for (one, line), answer in zip(lines, answers, strict=True):
            one.threads[line.talk] = answer.thread_id
            talk = one.talks.talks[line.talk]
            if line is talk.said[-1]:
                self._close(answer.thread_id, line, dismissed=talk.dismissed)

    def _close(self, thread_id: UUID, last: Said, *, dismissed: bool) -> None:
        """What the seller does with a thread that has come to its end."""
        if last.author is Side.BUYER and not dismissed:
            return
        thread = Thread.objects.get(pk=thread_id)
        then = self._now - timedelta(hours=last.hours) + LATER
        mark_read(thread=thread, side=Side.SELLER, now=then)
        if dismissed:
            mark_not_needed(thread=thread, user=None, now=then)


def _key(talks: Talks, number: int) -> str:
    return f"grown:{talks.place}:{number}"


def _said_before(plans: Sequence[Talks]) -> dict[str, UUID]:
    """Threads of what an earlier growing said, by submission key."""
    keys = [_key(one, number) for one in plans for number in range(len(one.said))]
    found = Message.objects.filter(submission_key__in=keys).values_list("submission_key", "thread_id")
    return {str(key): thread_id for key, thread_id in found}


def _begin(
    talks: Talks, pair: Pair, owner_id: int | None, orders: dict[str, int], before: dict[str, UUID]
) -> _Running:
    running = _Running(talks, pair, owner_id, orders, deque(talks.said))
    while running.left and (thread_id := before.get(_key(talks, running.said))):
        running.threads[running.left.popleft().talk] = thread_id
        running.said += 1
    return running

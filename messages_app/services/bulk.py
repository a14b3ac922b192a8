"""Many submissions through the one gate: what is slow about each is done by other processes, ahead of the
lock, and what the database is asked and told is asked and told for many at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from typing import NamedTuple

from messages_app.models import Thread
from messages_app.services.bulk_child import set_up
from messages_app.services.prepare import Prepared, prepare
from messages_app.services.submission import Submission, Submitted
from messages_app.services.submit import Ready, places_of, submit_ready
from orders.models import Order

CHUNK = 40  # submissions that a process prepares in one go


@dataclass(frozen=True, slots=True)
class Dated:
    """A submission and the moment at which it counts."""

    submission: Submission
    now: datetime


class _Work(NamedTuple):
    submission: Submission
    thread: Thread | None
    order: Order | None


@dataclass(frozen=True, slots=True)
class _Begun:
    """A batch that is being prepared."""

    batch: Sequence[Dated]
    chunks: list[Future[list[Prepared]]]


def submit_in_bulk(
    batches: Iterable[Sequence[Dated]], pool: ProcessPoolExecutor | None
) -> Iterator[list[Submitted]]:
    """The answers batch by batch, each batch recorded whole or not at all (GATE-4).

    A batch names a pair once at most and has nothing automatic beside others (`submit_ready`). While one is
    recorded the pool prepares the next one, which is asked for before the answers to the one in hand are
    there: neighbours must have no pair in common. Raises ValueError where they have. Without a pool
    everything is done in this process.
    """
    before: _Begun | None = None
    for batch in batches:
        if before is not None and _pairs(batch) & _pairs(before.batch):
            raise ValueError("a pair in two neighbouring batches")
        begun = _begin(batch, pool)
        if before is not None:
            yield _finish(before)
        before = begun
    if before is not None:
        yield _finish(before)


@contextmanager
def preparing_processes(count: int) -> Iterator[ProcessPoolExecutor]:
    """A pool for `submit_in_bulk`. Its processes leave Ctrl-C to the one that leads them."""
    context = get_context("spawn")  # nothing of this process's connections and keys is inherited
    with ProcessPoolExecutor(count, mp_context=context, initializer=set_up) as pool:
        yield pool


def _pairs(batch: Sequence[Dated]) -> set[int]:
    return {one.submission.pair.pk for one in batch}


def _begin(batch: Sequence[Dated], pool: ProcessPoolExecutor | None) -> _Begun:
    submissions = [one.submission for one in batch]
    places = places_of(submissions)
    work = [_Work(submission, *place) for submission, place in zip(submissions, places, strict=True)]
    parts = [work[start : start + CHUNK] for start in range(0, len(work), CHUNK)]
    return _Begun(batch, [pool.submit(_prepare, part) if pool else _done(part) for part in parts])


def _done(part: Sequence[_Work]) -> Future[list[Prepared]]:
    future: Future[list[Prepared]] = Future()
    future.set_result(_prepare(part))
    return future


def _prepare(part: Sequence[_Work]) -> list[Prepared]:
    return [prepare(one.submission, one.thread, one.order) for one in part]


def _finish(begun: _Begun) -> list[Submitted]:
    prepared = [one for chunk in begun.chunks for one in chunk.result()]
    return submit_ready(
        [Ready(one.submission, seen, one.now) for one, seen in zip(begun.batch, prepared, strict=True)]
    )

"""`python -m benchmarks`: PERF-1 to PERF-3 and PERF-5 to PERF-8 on SQLite and on PostgreSQL with Redis.

Everything is a ratio to a bare aiosmtpd sink or a bare Django page in the same run, the things compared in
turn, the median of three rounds. `BENCH=quick` takes one round of fewer mails and the smaller stores;
`BENCH_ONLY=mail` or `BENCH_ONLY=pages` takes one half, `BENCH_SIZES=1000,10000` stores of other sizes.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

import psycopg

from benchmarks.pages import measure_pages
from benchmarks.product import Product, arrivals, product, sink, wait_for_arrivals
from benchmarks.report import Figure, table, write
from benchmarks.traffic import mails, send_all, send_paced
from benchmarks.world import Writer
from tests import servers

QUICK = os.environ.get("BENCH") == "quick"
ROUNDS = 1 if QUICK else 3
ACCEPTED = 200 if QUICK else 1000  # mails of PERF-1
CORRIDOR = 150 if QUICK else 2000  # mails of PERF-2
PACED = 40 if QUICK else 200  # mails of PERF-3, at each rate
SIZES = [1_000, 10_000] if QUICK else [1_000, 10_000, 100_000]  # messages of PERF-5 to PERF-8
if given := os.environ.get("BENCH_SIZES"):
    SIZES = [int(size) for size in given.split(",")]
REQUESTS = 60 if QUICK else 120  # of each page in a round
ONLY = os.environ.get("BENCH_ONLY", "")
PAIRS, STORE = 200, 1000
FOLDER = Path("bench-results")


def main() -> None:
    found = servers.start(durable=True)
    figures: list[Figure] = []
    try:
        if ONLY != "pages":
            figures += _measure("SQLite", "", "")
            figures += _measure("PostgreSQL, Redis", found.postgres_url, found.redis_url)
        if ONLY != "mail":
            url = found.postgres_url
            figures += measure_pages(SIZES, ROUNDS, REQUESTS, lambda name: _fresh(url, name))
        write(figures, FOLDER)
        print(table(figures), flush=True)
    finally:
        found.stop()  # after the figures: a large store takes its time to be put away


def _measure(name: str, database: str, redis: str) -> list[Figure]:
    """The three figures on one kind of installation."""
    with product(
        pairs=PAIRS, messages=STORE, database=_fresh(database, "door"), redis=redis, worker=False
    ) as running:
        figures = [_accept(name, running)]
    with product(pairs=PAIRS, messages=STORE, database=_fresh(database, "whole"), redis=redis) as running:
        return [*figures, _corridor(name, running), *_latency(name, running)]


def _fresh(database: str, name: str) -> str:
    """A database of its own on that server."""
    if not database:
        return ""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{database.rpartition('/')[0]}/{name}"


def _accept(name: str, running: Product) -> Figure:
    """PERF-1: mails a second until their 250, beside the sink that syncs each and one that does not."""
    ratios, rates = [], []
    for number in range(ROUNDS):
        sent = mails(running.writers, ACCEPTED, seed=number)
        with sink("fsync") as port:
            reference = ACCEPTED / send_all(port, sent)
        with sink("discard") as port:
            unsynced = ACCEPTED / send_all(port, sent)
        rate = ACCEPTED / send_all(running.port, sent)
        ratios.append(rate / reference)
        rates.append((rate, reference, unsynced))
    own, reference, unsynced = rates[-1]
    detail = f"{own:.0f}/s beside {reference:.0f}/s of the sink with fsync, {unsynced:.0f}/s without"
    return Figure("PERF-1", f"accept durably, {name}", median(ratios), "x", 0.7, 1.0, "more", detail)


def _corridor(name: str, running: Product) -> Figure:
    """PERF-2: in, checked, sealed, in the thread and out again."""
    ratios, rates = [], []
    for number in range(ROUNDS):
        sent = mails(running.writers, CORRIDOR // ROUNDS, seed=100 + number)
        with sink("fsync") as port:
            reference = len(sent) / send_all(port, sent)
        before = arrivals(running.notes)
        began = time.monotonic()
        send_all(running.port, sent)
        found = wait_for_arrivals(running.notes, len(before) + len(sent), seconds=30)
        rate = len(sent) / (max(found[mail.mark] for mail in sent) - began)
        ratios.append(rate / reference)
        rates.append((rate, reference))
    detail = f"{rates[-1][0]:.0f}/s beside {rates[-1][1]:.0f}/s of the sink with fsync"
    return Figure("PERF-2", f"mail in to mail out, {name}", median(ratios), "x", 0.25, 0.5, "more", detail)


def _latency(name: str, running: Product) -> list[Figure]:
    """PERF-3: from handing over to arriving, less the sink's own round trip."""
    figures = []
    for rate in (20, 50):
        sent = mails(running.writers, PACED, seed=200 + rate)
        own = _round_trip(rate)
        before = arrivals(running.notes)
        handed = send_paced(running.port, sent, per_second=rate)
        found = wait_for_arrivals(running.notes, len(before) + len(sent), seconds=30)
        took = [1000 * (found[mark] - at) for mark, at in handed.items()]
        p50, p95 = median(took) - own, quantiles(took, n=20)[-1] - own
        what = f"end to end at {rate}/s, {name}"
        detail = f"the sink's own round trip {own:.1f} ms"
        figures.append(Figure("PERF-3", f"{what}, p50", p50, "ms", 20, 10, "less", detail))
        figures.append(Figure("PERF-3", f"{what}, p95", p95, "ms", 60, 25, "less"))
    return figures


def _round_trip(rate: int) -> float:
    """The sink's own median time from handing over to noting, in ms."""
    writer = Writer("buyer@post.example", "sink@marketplace.example", "302-0000000-0000000")
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder) / "notes.txt"
        notes.touch()
        with sink("record", notes) as port:
            handed = send_paced(port, mails([writer], 40, seed=rate), per_second=rate)
            found = wait_for_arrivals(notes, 40, seconds=10)
    return median(1000 * (found[mark] - at) for mark, at in handed.items())


if __name__ == "__main__":
    main()

"""PERF-5 to PERF-8: the product's pages beside a bare Django page of fifty rows, asked in turn, both behind
gunicorn with two workers."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.product import run_python, running_process
from benchmarks.report import Figure
from benchmarks.stores import grown_store
from tests.servers import free_port

CLIENTS = 4
WORKERS = 2
START_SECONDS = 30.0
INBOX = "/messages/?view=received"


@dataclass(frozen=True, slots=True)
class Site:
    """A running site and the browser of somebody who is signed in there."""

    port: int
    session: str
    thread: str = ""

    def get(self, path: str) -> float:
        """Seconds of one request. Raises RuntimeError unless it is answered with 200."""
        return self._asked(path)[0]

    def rows(self, path: str) -> int:
        """How many threads that page lists."""
        return self._asked(path)[1].count(b'<li class="row')

    def _asked(self, path: str) -> tuple[float, bytes]:
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path, headers={"Cookie": f"sessionid={self.session}"})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{path} was answered with {answer.status}")
        return time.perf_counter() - began, body


@dataclass(frozen=True, slots=True)
class Times:
    """Median milliseconds a page in one round, and requests a second."""

    bare: float
    inbox: float
    thread: float
    bare_rate: float
    inbox_rate: float
    rows: int  # threads on the inbox page: a small store has fewer than fifty


def measure_pages(sizes: list[int], rounds: int, requests: int, fresh: Callable[[str], str]) -> list[Figure]:
    """The figures at each size, on SQLite and, copied row by row, on the PostgreSQL where `fresh` makes a
    database of a name."""
    found: dict[str, dict[int, Times]] = {"SQLite": {}, "PostgreSQL": {}}
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="bench-pages-") as name:
            folder = Path(name)
            lite = grown_store(size, folder / "store")
            with _bare(f"sqlite:///{folder}/bare.sqlite3") as bare, _product(lite) as site:
                found["SQLite"][size] = _times(bare, site, rounds, requests)
            full = {**lite, "DATABASE_URL": fresh(f"pages_{size}")}
            run_python(full, "manage.py", "migrate", "--verbosity", "0")
            run_python(lite, "-m", "benchmarks.copy_rows", full["DATABASE_URL"])
            with _bare(fresh(f"bare_{size}")) as bare, _product(full) as site:
                found["PostgreSQL"][size] = _times(bare, site, rounds, requests)
    return [figure for name, by_size in found.items() for figure in _figures(name, by_size)]


def _times(bare: Site, site: Site, rounds: int, requests: int) -> Times:
    """Medians of the rounds; within one the pages are asked for in turn."""
    pages = ((bare, "/"), (site, INBOX), (site, f"/messages/{site.thread}/?view=received"))
    for _ in range(10 * WORKERS):  # templates are compiled, threads read
        for place, path in pages:
            place.get(path)
    took: list[list[float]] = []
    rates: list[tuple[float, float]] = []
    for _ in range(rounds):
        asked = [[place.get(path) for place, path in pages] for _ in range(requests)]
        took.append([1000 * median(column) for column in zip(*asked, strict=True)])
        rates.append((_rate(bare, "/", requests), _rate(site, INBOX, requests)))
    middle = took[sorted(range(rounds), key=lambda place: took[place][1] / took[place][0])[rounds // 2]]
    rate = sorted(rates, key=lambda pair: pair[1] / pair[0])[rounds // 2]
    bare_ms, inbox_ms, thread_ms = middle
    return Times(bare_ms, inbox_ms, thread_ms, *rate, site.rows(INBOX))


def _rate(site: Site, path: str, requests: int) -> float:
    """Requests a second of four clients."""
    threads = [
        threading.Thread(target=lambda: [site.get(path) for _ in range(requests // CLIENTS)])
        for _ in range(CLIENTS)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return requests // CLIENTS * CLIENTS / (time.perf_counter() - began)


def _figures(name: str, found: dict[int, Times]) -> list[Figure]:
    figures = []
    for size, times in found.items():
        at = f"{size:,} messages, {name}"
        detail = (
            f"{times.inbox:.1f} ms with {times.rows} rows, thread {times.thread:.1f} ms "
            f"beside {times.bare:.1f} ms of the bare page"
        )
        aim = 1.6 if name == "SQLite" else 1.9
        figures += [
            Figure("PERF-5", f"inbox page, {at}", times.inbox / times.bare, "x", aim, 1.0, "less", detail),
            Figure(
                "PERF-7",
                f"inbox requests/s, {at}",
                times.inbox_rate / times.bare_rate,
                "x",
                0.6,
                1.0,
                "more",
                f"{times.inbox_rate:.0f}/s beside {times.bare_rate:.0f}/s",
            ),
            Figure("PERF-8", f"thread page, {at}", times.thread / times.bare, "x", 1.2, 0.9, "less"),
        ]
    small, large = min(found), max(found)
    if small < large:
        grew = f"{large:,} against {small:,}, {name}"
        # Each beside its own bare page: the stores are not measured at the same moment.
        before, after = found[small], found[large]
        inbox = (after.inbox / after.bare) / (before.inbox / before.bare)
        thread = (after.thread / after.bare) / (before.thread / before.bare)
        figures.append(Figure("PERF-6", f"inbox page, {grew}", inbox, "x", 1.15, 1.05, "less"))
        figures.append(Figure("PERF-8", f"thread page, {grew}", thread, "x", 1.15, 1.05, "less"))
    return figures


@contextmanager
def _product(env: dict[str, str]) -> Iterator[Site]:
    """The product on that store, the largest seller's owner signed in."""
    printed = json.loads(run_python(env, "-m", "benchmarks.visit"))
    with _served("messaging_center.wsgi:application", env) as port:
        yield Site(port, printed["session"], printed["thread"])


@contextmanager
def _bare(database: str) -> Iterator[Site]:
    session = run_python(dict(os.environ), "-m", "benchmarks.bare", database)
    with _served("benchmarks.bare:application", {**os.environ, "BARE_DATABASE_URL": database}) as port:
        yield Site(port, session)


@contextmanager
def _served(application: str, env: dict[str, str]) -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", application, "--workers", str(WORKERS)]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    with running_process(command, env) as process:
        _wait_for_web(port, process)
        yield port


def _wait_for_web(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", "/")
            connection.getresponse().read()
            return
        except OSError:
            if time.monotonic() > end or process.poll() is not None:
                raise
            time.sleep(0.05)

"""An installation whose own PostgreSQL and Redis may be killed and started again."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL
from typing import Any
from urllib.parse import urlsplit

import psutil
import psycopg

from tests import servers
from tests.flows.kill_clients import Page, fetch
from tests.flows.kills import PATIENCE, Part, door, end, running, web, workers
from tests.flows.processes import ROOT, command, environment
from tests.messages_app.relay.mail_world import Sink, wait_for
from tests.messages_app.relay.mail_world import running as serving


class Server:
    """PostgreSQL or Redis: killed with -9, and started again on the same port."""

    def __init__(self, process: psutil.Process, start: Callable[[], subprocess.Popen[bytes]]) -> None:
        self._process = process
        self._start = start
        self._mine: subprocess.Popen[bytes] | None = None

    def kill(self) -> None:
        end([self._process, *self._process.children(recursive=True)])

    def start(self) -> None:
        self._mine = self._start()
        self._process = psutil.Process(self._mine.pid)

    def leave(self) -> None:
        """Ends what was started here; the first one is its keeper's."""
        if self._mine is not None:
            self.kill()
            self._mine.wait()


def _redis(started: servers.Servers) -> Server:
    """It keeps nothing on disk, so each start is an empty one."""
    process = _child(started, "redis")
    folder, port = Path(process.cwd()), urlsplit(started.redis_url).port or 0
    turns = itertools.count()

    def start() -> subprocess.Popen[bytes]:
        return servers.run_redis(folder / f"again-{next(turns)}", port)  # the keeper clears it away

    return Server(process, start)


def _postgres(started: servers.Servers) -> Server:
    """It starts on the data that the killed one left."""
    process = _child(started, "postgres")
    command, folder, owner = process.cmdline(), process.cwd(), process.uids().real
    who: dict[str, Any] = {}
    if owner != os.geteuid():  # PostgreSQL refuses root
        who = {"user": owner, "group": process.gids().real, "extra_groups": []}

    def start() -> subprocess.Popen[bytes]:
        # The killed one is not buried by its keeper, so its lock file would be taken for a living one's.
        Path(command[command.index("-D") + 1], "postmaster.pid").unlink(missing_ok=True)
        return subprocess.Popen(command, cwd=folder, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, **who)

    return Server(process, start)


def _child(started: servers.Servers, name: str) -> psutil.Process:
    children = psutil.Process(started.keeper.pid).children()
    return next(child for child in children if name in child.name())


@dataclass(frozen=True)
class Installation:
    """A whole product with one pair of people: `people` has buyer, seller_alias, thread and session."""

    changes: dict[str, str]
    postgres: Server
    redis: Server
    door: Part
    web: Part
    people: dict[str, str]

    def page(self, path: str, form: dict[str, str] | None = None) -> Page:
        """What the buyer's browser gets; of the addresses for supervisors, what a stranger gets."""
        if path in ("/healthz", "/readyz"):
            return fetch(self.web.port, path, cookies={})
        cookies = {"sessionid": self.people["session"], "csrftoken": "c" * 32}
        form = form and {**form, "csrfmiddlewaretoken": "c" * 32}
        return fetch(self.web.port, path, cookies=cookies, form=form)

    def texts(self) -> list[str]:
        """All messages, oldest first."""
        return list(_people(self.changes, "told")["texts"])

    def wait_until_sent(self, count: int) -> None:
        """Until as many deliveries are there and all have left."""

        def all_left() -> bool:
            with psycopg.connect(self.changes["DATABASE_URL"]) as database:
                states = database.execute("SELECT state FROM messages_app_delivery").fetchall()
            return len(states) == count and set(states) == {("sent",)}

        wait_for(all_left, PATIENCE)


def _people(changes: dict[str, str], what: str) -> dict[str, Any]:
    asked = subprocess.run(
        [sys.executable, "-m", "tests.flows.outage_people", what],
        env=environment(**changes),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    answer: dict[str, Any] = json.loads(asked.stdout)
    return answer


@contextmanager
def installation() -> Iterator[Installation]:
    """Door, web, Celery worker and beat on servers of their own; what leaves goes to a sink."""
    with ExitStack() as stack:
        started = servers.start()
        stack.callback(started.stop)
        postgres, redis = _postgres(started), _redis(started)
        stack.callback(postgres.leave)
        stack.callback(redis.leave)
        port = stack.enter_context(serving(Sink()))
        changes = {
            "DATA_DIR": stack.enter_context(tempfile.TemporaryDirectory()),
            "DATABASE_URL": started.postgres_url,
            "REDIS_URL": started.redis_url,
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        }
        subprocess.run(
            command("migrate", "--verbosity", "0"), env=environment(**changes), cwd=ROOT, check=True
        )
        people = _people(changes, "make")
        doors = door(**changes), web(**changes)
        stack.enter_context(running(*doors, *workers(redis=True, **changes)))
        yield Installation(changes, postgres, redis, *doors, people)

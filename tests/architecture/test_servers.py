"""The tests' own machinery: real servers that never stay behind, and an honest closing line."""

import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
from django.conf import settings

from tests.__main__ import Outcome, count

LEADER = """
import psutil, sys
from tests import servers
started = servers.start()
pids = [child.pid for child in psutil.Process().children(recursive=True)]
print(started.postgres_url, started.redis_url, *pids, flush=True)
sys.stdin.read()
"""


@pytest.mark.process
def test_servers_are_real_and_end_with_a_killed_test_run() -> None:
    command = [sys.executable, "-c", LEADER]
    with subprocess.Popen(
        command, cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as leader:
        assert leader.stdout is not None
        database, broker, *pids = leader.stdout.readline().split()
        with psycopg.connect(database) as connection:
            assert connection.info.server_version >= 140_000
        with redis.Redis.from_url(broker) as client:
            assert client.ping()
        keepers = [psutil.Process(int(pid)) for pid in pids]
        assert len(keepers) >= 3
        leader.kill()
    assert psutil.wait_procs(keepers, timeout=30)[1] == []


@pytest.mark.parametrize(
    ("counts", "outcome"),
    [
        ('tests="5" failures="0" errors="0" skipped="0"', Outcome(5, 0, 1.5)),
        ('tests="5" failures="1" errors="2" skipped="0"', Outcome(2, 3, 1.5)),
        ('tests="5" failures="0" errors="0" skipped="1"', Outcome(4, 1, 1.5)),
    ],
)
def test_what_is_skipped_counts_as_failed(tmp_path: Path, counts: str, outcome: Outcome) -> None:
    report = tmp_path / "report.xml"
    report.write_text(f'<testsuites><testsuite {counts} time="1.5"/></testsuites>')
    assert count(report) == outcome

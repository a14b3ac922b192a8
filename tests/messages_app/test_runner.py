"""The embedded runner: woken, alone, stopped and killed (MAIL-4, MAIL-20)."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import psutil
import pytest
import uuid_utils.compat as uuid
from celery import Task
from django.db import OperationalError, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts.wake import socket_path, wake
from messages_app.models import Delivery
from messages_app.runner import AlreadyRunning, Lane, Runner, lanes
from tests.factories import PairFactory
from tests.flows.demo_process import wait_until
from tests.flows.processes import ROOT, command, environment, run
from tests.messages_app.relay.mail_world import notice_for

NEVER = 3600.0  # a lane that only a wake-up starts again


class Counted:
    """A task that counts its runs; the first ones may fail."""

    def __init__(self, name: str, *failures: Exception) -> None:
        self.name = f"messages_app.tasks.{name}"
        self.runs = 0
        self._failures = list(failures)

    def __call__(self) -> None:
        self.runs += 1
        if self._failures:
            raise self._failures.pop(0)


@contextmanager
def running(*tasks: Any) -> Iterator[Runner]:
    """A runner with one lane for each task, stopped with the block."""
    runner = Runner([Lane((cast("Task[..., Any]", task),), every=NEVER) for task in tasks])
    thread = threading.Thread(target=runner.run)
    thread.start()
    try:
        wait_until(lambda: socket_path().exists() and all(task.runs for task in tasks))
        yield runner
    finally:
        runner.stop()
        thread.join()


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: Settings) -> None:
    settings.DATA_DIR = tmp_path
    settings.REDIS_URL = ""


@pytest.mark.rule("MAIL-4")
@pytest.mark.django_db(transaction=True)
def test_a_wake_up_runs_the_lane_of_its_task_alone() -> None:
    mail_in, mail_out = Counted("process_inbound"), Counted("send_deliveries")
    with running(mail_in, mail_out):
        wake("send_deliveries")
        wait_until(lambda: mail_out.runs == 2)
        wake("no_such_task")
        wake("process_inbound")
        wait_until(lambda: mail_in.runs == 2)
    assert (mail_in.runs, mail_out.runs) == (2, 2)


@pytest.mark.rule("MAIL-4")
@pytest.mark.django_db(transaction=True)
def test_a_wake_up_waits_for_the_commit_and_goes_with_a_rollback() -> None:
    task = Counted("send_deliveries")
    with running(task):
        with suppress(ZeroDivisionError), transaction.atomic():
            wake("send_deliveries")
            raise ZeroDivisionError
        with transaction.atomic():
            wake("send_deliveries")
        wait_until(lambda: task.runs > 1)
    assert task.runs == 2


@pytest.mark.rule("REL-4")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("trouble", [OperationalError("down"), ValueError("a bug")])
def test_trouble_in_a_task_does_not_end_its_lane(trouble: Exception) -> None:
    task = Counted("send_deliveries", trouble)
    with running(task):
        wake("send_deliveries")
        wait_until(lambda: task.runs == 2)


@pytest.mark.django_db(transaction=True)
def test_a_lost_wake_up_is_made_up_for_by_the_round() -> None:
    """Every lane of the product has one, so that nothing waits for a datagram."""
    assert all(lane.every <= 20 for lane in lanes())
    task = Counted("sweep")
    runner = Runner([Lane((cast("Task[..., Any]", task),), every=0.01)])
    thread = threading.Thread(target=runner.run)
    thread.start()
    wait_until(lambda: task.runs > 3)
    runner.stop()
    thread.join()


def test_only_one_runner_works_on_a_folder() -> None:
    with running(Counted("sweep")), pytest.raises(AlreadyRunning):
        Runner(())
    Runner(())  # the first one is gone


def test_a_long_folder_gets_a_socket_all_the_same(tmp_path: Path, settings: Settings) -> None:
    settings.DATA_DIR = tmp_path / ("long" * 30)
    settings.DATA_DIR.mkdir()
    assert len(str(socket_path())) < 100
    with running(Counted("sweep")):
        assert socket_path().is_socket()
    assert not socket_path().exists()


@contextmanager
def embedded(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`run_embedded` as a process, on the test's database."""
    process = subprocess.Popen(
        command("run_embedded"), env=environment(DATA_DIR=str(folder), REDIS_URL=""), cwd=ROOT
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def leased_notice() -> Delivery:
    """A mail that a sender who is gone had taken, with a lease that runs for hours."""
    delivery = notice_for(PairFactory.create())
    delivery.state, delivery.lease = Delivery.State.SENDING, uuid.uuid7()
    delivery.lease_until = timezone.now() + timedelta(hours=3)
    delivery.save()
    return delivery


def is_sent(delivery: Delivery) -> bool:
    delivery.refresh_from_db()
    return delivery.state == Delivery.State.SENT


@pytest.mark.process
@pytest.mark.both_databases
@pytest.mark.rule("MAIL-20", "REL-1")
@pytest.mark.django_db(transaction=True)
def test_what_a_killed_runner_had_leased_goes_on_with_the_next(tmp_path: Path) -> None:
    first = notice_for(PairFactory.create())
    with embedded(tmp_path) as killed:
        wait_until(lambda: is_sent(first))
        left = leased_notice()
        killed.kill()
        killed.wait()
    with embedded(tmp_path):
        wait_until(lambda: is_sent(left))


@pytest.mark.process
@pytest.mark.rule("MAIL-20", "REL-1")
@pytest.mark.django_db(transaction=True)
def test_a_mail_out_process_that_was_killed_is_replaced_and_ends_with_its_runner(tmp_path: Path) -> None:
    first = notice_for(PairFactory.create())
    with embedded(tmp_path) as runner:
        wait_until(lambda: is_sent(first))
        left = leased_notice()
        mail_out(runner).kill()
        second = notice_for(PairFactory.create())
        wait_until(lambda: is_sent(second) and is_sent(left))
        last = mail_out(runner)
        runner.kill()
        runner.wait()
        wait_until(lambda: not last.is_running())


def mail_out(runner: subprocess.Popen[bytes]) -> psutil.Process:
    """The process of mail out that runs now."""
    running = [one for one in psutil.Process(runner.pid).children() if "--lane" in one.cmdline()]
    return running[-1]


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_a_second_process_is_refused_and_sigterm_ends_the_first_in_peace(tmp_path: Path) -> None:
    delivery = notice_for(PairFactory.create())
    with embedded(tmp_path) as first:
        wait_until(lambda: is_sent(delivery))
        second = run("run_embedded", DATA_DIR=str(tmp_path), REDIS_URL="")
        assert second.returncode == 1
        assert b"Another run_embedded works on this DATA_DIR" in second.stderr
        assert b"Traceback" not in second.stderr
        first.terminate()
        assert first.wait(timeout=60) == 0
    assert not (tmp_path / "wake.sock").exists()


@pytest.mark.process
def test_with_redis_it_says_that_celery_does_the_work(tmp_path: Path) -> None:
    refused = run(
        "run_embedded",
        DATA_DIR=str(tmp_path),
        DATABASE_URL=f"sqlite:///{tmp_path}/a.sqlite3",
        REDIS_URL="redis://127.0.0.1:1/0",
    )
    assert refused.returncode == 1
    assert b"Celery does this work" in refused.stderr

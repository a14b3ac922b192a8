"""`manage.py doctor`: each trouble is told with what to do, and only errors end with 1 (OPS-2)."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.utils import ConnectionHandler
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Alias
from messages_app.models import Delivery, InboundMail, RawMail
from messages_app.runner import lock_path
from messages_app.vault.keys import installation_key, new_sealing_key
from messaging_center import doctor, health
from tests.factories import PairFactory
from tests.messages_app.relay.mail_world import Sink, notice_for, running
from tests.servers import free_port

pytestmark = [pytest.mark.django_db, pytest.mark.rule("OPS-2")]

LONG_AGO = timedelta(minutes=6)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: Settings) -> None:
    settings.DATA_DIR = tmp_path
    settings.REDIS_URL = ""


def levels(part: str) -> list[str]:
    return [line.level for line in doctor.examine() if line.part == part]


def advice_is_given() -> bool:
    return all(bool(line.advice) == (line.level != "ok") for line in doctor.examine())


def ran() -> tuple[int, str]:
    """The exit code and what was printed."""
    out = StringIO()
    try:
        call_command("doctor", stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    return 0, out.getvalue()


@pytest.mark.both_databases
def test_all_is_well(settings: Settings) -> None:
    with running(Sink()) as port, lock_path().open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        settings.SMTP_PORT = port
        code, said = ran()
        assert advice_is_given()
    assert code == 0, said
    assert [line[:3] for line in said.splitlines()] == ["ok "] * 11


def test_a_missing_door_and_worker_are_errors_in_the_demo(settings: Settings) -> None:
    settings.SMTP_PORT = free_port()
    code, said = ran()
    assert code == 1
    assert levels("mail in") == levels("worker") == ["error"]
    assert "Start manage.py run_embedded." in said
    assert advice_is_given()
    settings.DEMO = False
    assert levels("mail in") == ["warning"]


def test_a_lost_database_is_one_error_and_nothing_else_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = {"ENGINE": "django.db.backends.postgresql", "NAME": "x", "HOST": "127.0.0.1", "PORT": 1}
    monkeypatch.setattr(health, "connection", ConnectionHandler({"default": nowhere})["default"])
    parts = [line.part for line in doctor.examine()]
    assert levels("database") == ["error"]
    assert not {"keys", "queues", "clock"} & set(parts)


@pytest.mark.rule("PRV-1")
def test_keys_that_open_nothing(settings: Settings) -> None:
    assert doctor.check_keys().level == "ok"
    installation_key.cache_clear()
    settings.MASTER_KEYS = (bytes(range(32)),)
    assert doctor.check_keys().level == "error"
    installation_key.cache_clear()


@pytest.mark.rule("REL-7")
@pytest.mark.parametrize(
    ("seconds", "level"), [(0.5, "ok"), (-1.5, "ok"), (3, "warning"), (-29, "warning"), (31, "error")]
)
def test_clock_skew(monkeypatch: pytest.MonkeyPatch, seconds: float, level: str) -> None:
    monkeypatch.setattr(doctor, "_database_time", lambda: timezone.now() + timedelta(seconds=seconds))
    assert doctor.check_clock().level == level


@pytest.mark.both_databases
def test_the_databases_own_clock_is_asked() -> None:
    """On PostgreSQL another machine's; both tell nearly the same here."""
    asked: list[str] = []
    with connection.execute_wrapper(_counted(asked)):
        assert doctor.check_clock().level == "ok"
    assert bool(asked) == (connection.vendor == "postgresql")


def _counted(asked: list[str]) -> Callable[..., Any]:
    def execute(run: Callable[..., Any], sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return run(sql, *rest)

    return execute


@pytest.mark.rule("REL-3")
@pytest.mark.parametrize(
    ("free", "level"),
    [(10**9, "ok"), (10**9 - 1, "warning"), (10**8, "warning"), (10**8 - 1, "error"), (0, "error")],
)
def test_room_on_the_disk(monkeypatch: pytest.MonkeyPatch, free: int, level: str) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=free))
    assert doctor.check_disk().level == level


def test_a_folder_that_cannot_be_written(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "gone"
    assert doctor.check_disk().level == "error"


def _leased(minutes: int) -> None:
    delivery = notice_for(PairFactory.create(), now=timezone.now())
    Delivery.objects.filter(pk=delivery.pk).update(
        state=Delivery.State.SENDING, lease_until=timezone.now() - timedelta(minutes=minutes)
    )


def _due(minutes: int) -> None:
    delivery = notice_for(PairFactory.create(), now=timezone.now())
    Delivery.objects.filter(pk=delivery.pk).update(next_at=timezone.now() - timedelta(minutes=minutes))


def _inbound(minutes: int, state: str) -> None:
    key = new_sealing_key("raw")
    key.save()
    raw = RawMail.objects.create(key=key, size=1, sealed=b"x")
    InboundMail.objects.create(
        raw=raw,
        door="smtp",
        alias=Alias.objects.filter(pair=PairFactory.create()).first(),
        envelope_sealed=b"",
        state=state,
        received_at=timezone.now() - timedelta(minutes=minutes),
    )


def _held(_minutes: int) -> None:
    delivery = notice_for(PairFactory.create(), now=timezone.now())
    Delivery.objects.filter(pk=delivery.pk).update(state=Delivery.State.HELD)


@pytest.mark.rule("MAIL-4", "MAIL-6", "MAIL-17", "MAIL-20")
@pytest.mark.parametrize(
    ("make", "minutes", "level"),
    [
        (_leased, 4, "ok"),
        (_leased, 6, "error"),
        (_due, 4, "ok"),
        (_due, 6, "error"),
        (lambda minutes: _inbound(minutes, "waiting"), 4, "ok"),
        (lambda minutes: _inbound(minutes, "waiting"), 6, "error"),
        (lambda minutes: _inbound(minutes, "quarantined"), 0, "warning"),
        (lambda minutes: _inbound(minutes, "done"), 6, "ok"),
        (_held, 0, "warning"),
    ],
)
def test_rows_that_are_stuck(make: Callable[[int], None], minutes: int, level: str) -> None:
    make(minutes)
    assert [line.level for line in doctor.check_rows()] == [level]
    assert all(bool(line.advice) == (level != "ok") for line in doctor.check_rows())


@pytest.mark.rule("MAIL-21")
def test_mail_out_is_tried_without_a_mail(settings: Settings) -> None:
    sink = Sink()
    settings.DEMO_MAILBOXES = False
    settings.EMAIL_HOST = "127.0.0.1"
    with running(sink) as port:
        settings.EMAIL_PORT = port
        assert doctor.check_mail_out().level == "ok"
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "us", "wrong"
        assert doctor.check_mail_out().level == "error"
    assert sink.received == []
    settings.EMAIL_PORT = free_port()
    assert doctor.check_mail_out().level == "error"


@pytest.mark.rule("SEC-8")
@pytest.mark.parametrize(("mode", "level"), [(0o600, "ok"), (0o640, "warning"), (0o604, "warning")])
def test_keys_that_others_can_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, level: str
) -> None:
    env_file = tmp_path / "keys"
    env_file.write_text("MASTER_KEYS=\n")
    env_file.chmod(mode)
    monkeypatch.setenv("ENV_FILE", str(env_file))
    assert [line.level for line in doctor.check_settings()] == [level]


def test_a_broker_without_workers_and_no_broker(settings: Settings, redis_url: str) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert levels("broker") == ["error"]
    settings.REDIS_URL = redis_url
    assert levels("worker") == ["error"]

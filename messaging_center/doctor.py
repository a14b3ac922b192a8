"""What `manage.py doctor` looks at: how things are and, where they are not well, what to do."""

from __future__ import annotations

import fcntl
import os
import shutil
import smtplib
import socket
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from celery import current_app
from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connection
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import User
from accounts.queries.second_factor import STAFF
from messages_app.models import Delivery, InboundMail
from messages_app.relay.backend import SmtpBackend
from messages_app.runner import lock_path
from messages_app.sealing.seal import SealBroken
from messages_app.services.scanner import ping
from messages_app.vault.keys import installation_key
from messaging_center.health import broker_state, database_state

Level = Literal["ok", "warning", "error"]

SECONDS = 5.0  # what another server gets to answer
SKEW_WARNING, SKEW_ERROR = timedelta(seconds=2), timedelta(seconds=30)
FREE_WARNING, FREE_ERROR = 1_000_000_000, 100_000_000  # bytes
WAITING_LONG = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Line:
    """One finding about `part`; `advice` says what to do, and is empty when all is well."""

    level: Level
    part: str
    text: str
    advice: str = ""


def examine() -> Iterator[Line]:
    """Every check in turn. Those that read rows are left out when there is no database to read them from."""
    yield from check_settings()
    database = check_database()
    yield database
    yield check_disk()
    yield check_mail_in()
    yield check_mail_out()
    yield check_scanner()
    if database.level != "error":
        yield check_keys()
        yield check_staff()
        yield check_clock()
        yield check_worker()
        yield from check_rows()


def check_settings() -> Iterator[Line]:
    """Django's checks and ours, those for production included; and who may read the keys."""
    found = checks.run_checks(include_deployment_checks=not settings.DEMO)
    for message in found:
        level: Level = "error" if message.level >= checks.ERROR else "warning"
        yield Line(level, "settings", f"{message.msg} ({message.id})", message.hint or "")
    env_file = Path(os.environ.get("ENV_FILE") or settings.BASE_DIR / ".env")
    if env_file.is_file() and env_file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Line(
            "warning", "settings", f"{env_file} can be read by others.", f"Write chmod 600 {env_file}."
        )
    elif not found:
        yield Line("ok", "settings", "They are complete and agree with each other.")


def check_database() -> Line:
    """Reached, and migrated to the last one."""
    state = database_state()
    if state == "unreachable":
        return Line("error", "database", "It does not answer.", "Start it, or correct DATABASE_URL.")
    if state != "ok":
        return Line("error", "database", "Migrations are missing.", "Run manage.py migrate.")
    if connection.vendor == "sqlite" and not settings.DEMO:
        return Line(
            "warning",
            "database",
            "SQLite carries one machine and few people.",
            "Write DATABASE_URL=postgres://… for an installation that grows.",
        )
    return Line("ok", "database", f"It answers and is up to date ({connection.vendor}).")


def check_keys() -> Line:
    """The master keys open what is stored (PRV-1)."""
    try:
        for purpose in ("message_ids", "reference_codes", "bounces", "tokens"):
            installation_key(purpose)
    except SealBroken:
        return Line(
            "error",
            "keys",
            "MASTER_KEYS do not open what is stored.",
            "Bring back the keys that it was sealed with; the newest stands first.",
        )
    return Line("ok", "keys", "They open what is stored.")


def check_staff() -> Line:
    """Whether staff, who may open what others wrote, get in by a password alone (ACC-1)."""
    staff = User.objects.filter(is_staff=True, is_active=True)
    alone = staff.exclude(second_factor__confirmed_at__isnull=False).count()
    if settings.DEMO or not alone or settings.SECOND_FACTOR_REQUIRED_FOR in STAFF:
        return Line("ok", "staff", "Staff sign in as this installation wants it.")
    return Line(
        "warning",
        "staff",
        f"{alone} of staff sign in by a password alone.",
        "Write SECOND_FACTOR_REQUIRED_FOR=staff: they set a second factor up when they sign in next.",
    )


def check_worker() -> Line:
    """Whoever works off the queues: Celery's workers over the broker, or the embedded runner."""
    if settings.REDIS_URL:
        return _celery_workers()
    if _is_locked(lock_path()):
        return Line("ok", "worker", "The embedded runner works.")
    return Line("error", "worker", "Nobody works off the queues.", "Start manage.py run_embedded.")


def _celery_workers() -> Line:
    if broker_state() != "ok":
        return Line(
            "error",
            "broker",
            "Redis does not answer: mail is taken, but waits.",
            "Start it, or correct REDIS_URL.",
        )
    try:
        answers = current_app.control.ping(timeout=2.0)
    except (OperationalError, OSError):
        answers = []
    if not answers:
        return Line(
            "error",
            "worker",
            "No Celery worker answers.",
            "Start celery -A messaging_center worker and beat.",
        )
    return Line("ok", "broker", f"Redis answers, {len(answers)} Celery worker(s) too.")


def _is_locked(path: Path) -> bool:
    """Whether another process holds the lock."""
    try:
        with path.open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def check_mail_in() -> Line:
    """The mail door of this machine greets."""
    try:
        with socket.create_connection(("127.0.0.1", settings.SMTP_PORT), timeout=SECONDS) as door:
            greeting = door.recv(200)
    except OSError:
        greeting = b""
    where = f"127.0.0.1:{settings.SMTP_PORT}"
    if greeting.startswith(b"220"):
        return Line("ok", "mail in", f"The mail door at {where} greets.")
    return Line(
        "error" if settings.DEMO else "warning",
        "mail in",
        f"No mail door at {where}.",
        "Start manage.py relay_listen here, or see that it runs on another machine or port (SMTP_PORT).",
    )


def check_mail_out() -> Line:
    """The server of EMAIL_URL takes our name and password; no mail is sent."""
    if settings.DEMO_MAILBOXES:
        return Line("ok", "mail out", "What leaves is kept in the demo mailboxes.")
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        SmtpBackend().greet(timeout=SECONDS)
    except smtplib.SMTPResponseException as refused:
        return Line(
            "error",
            "mail out",
            f"{where} answers {refused.smtp_code}.",
            "Correct name or password in EMAIL_URL.",
        )
    except (smtplib.SMTPException, OSError) as trouble:
        said = type(trouble).__name__
        return Line(
            "error", "mail out", f"{where} is not reached ({said}).", "Correct EMAIL_URL or the network."
        )
    return Line("ok", "mail out", f"{where} takes mail from us.")


def check_scanner() -> Line:
    """The virus scanner of CLAMD_URL answers (ATT-7)."""
    if not settings.CLAMD_URL:
        return Line("ok", "virus scanner", "None is configured (CLAMD_URL): files are not scanned.")
    try:
        answers = ping()
    except OSError:
        answers = False
    if answers:
        return Line("ok", "virus scanner", "It answers.")
    return Line(
        "error",
        "virus scanner",
        "It does not answer: messages with files wait for a moderator.",
        "Start clamd, or correct CLAMD_URL.",
    )


def check_clock() -> Line:
    """The database's clock and this machine's show the same time: caps, clocks and leases need it."""
    skew = abs(_database_time() - timezone.now())
    text = f"The database's clock differs by {skew.total_seconds():.1f} s."
    if skew < SKEW_WARNING:
        return Line("ok", "clock", text)
    level: Level = "error" if skew >= SKEW_ERROR else "warning"
    return Line(level, "clock", text, "Let both machines keep their time by NTP.")


def _database_time() -> datetime:
    if connection.vendor != "postgresql":
        return timezone.now()  # SQLite's clock is this machine's
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def check_disk() -> Line:
    """DATA_DIR can be written to, and there is room."""
    folder = Path(settings.DATA_DIR)
    try:
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as trouble:
        return Line(
            "error",
            "disk",
            f"{folder} cannot be written to ({trouble.strerror}).",
            "Correct DATA_DIR or its rights.",
        )
    text = f"{free / 1e9:.1f} GB are free in {folder}."
    if free >= FREE_WARNING:
        return Line("ok", "disk", text)
    level: Level = "error" if free < FREE_ERROR else "warning"
    return Line(level, "disk", text, "Make room: without it mail is put off with 451.")


@dataclass(frozen=True, slots=True)
class _Stuck:
    """Rows that should not be there, or not for long."""

    count: Callable[[datetime], int]
    text: str
    advice: str
    level: Level = "warning"


_STUCK = (
    _Stuck(
        lambda now: Delivery.objects.filter(
            state=Delivery.State.SENDING, lease_until__lt=now - WAITING_LONG
        ).count(),
        "deliveries are leased to a worker that is gone",
        "Start a worker and the clock: the sweep gives them back.",
        "error",
    ),
    _Stuck(
        lambda now: Delivery.objects.filter(
            state__in=(Delivery.State.QUEUED, Delivery.State.DEFERRED), next_at__lt=now - WAITING_LONG
        ).count(),
        "deliveries have been due for more than 5 minutes",
        "Start a worker; with one running, look at `mail out` above.",
        "error",
    ),
    _Stuck(
        lambda now: InboundMail.objects.filter(
            state=InboundMail.State.WAITING, received_at__lt=now - WAITING_LONG
        ).count(),
        "mails that came in have been waiting for more than 5 minutes",
        "Start a worker; with one running, its log says what is wrong.",
        "error",
    ),
    _Stuck(
        lambda _now: Delivery.objects.filter(state=Delivery.State.HELD).count(),
        "mails are held back by the leak gate",
        "Its log names the place; nothing of them was sent.",
    ),
    _Stuck(
        lambda _now: InboundMail.objects.filter(state=InboundMail.State.QUARANTINED).count(),
        "mails are in quarantine",
        "Run manage.py quarantine list, then retry or discard.",
    ),
)


def check_rows() -> Iterator[Line]:
    """Whatever waits for longer than it should (MAIL-4, MAIL-6, MAIL-17)."""
    now = timezone.now()
    try:
        counts = [(stuck, stuck.count(now)) for stuck in _STUCK]
    except DatabaseError:
        yield Line("error", "queues", "They cannot be read.", "Run manage.py migrate.")
        return
    for stuck, count in counts:
        if count:
            yield Line(stuck.level, "queues", f"{count} {stuck.text}.", stuck.advice)
    if not any(count for _, count in counts):
        yield Line("ok", "queues", "Nothing is stuck.")

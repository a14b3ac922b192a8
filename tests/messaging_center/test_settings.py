"""Settings: defaults, and the sentences that stop a start (contract "Settings", OPS-2)."""

import base64
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from tests.messaging_center.conftest import PRODUCTION, ReadSettings

DEMO = {**dict.fromkeys(PRODUCTION), "DEMO": "on"} | {
    name: PRODUCTION[name] for name in ("SECRET_KEY", "MASTER_KEYS")
}
OTHER_KEY = base64.urlsafe_b64encode(b"\xff" * 32).decode()

# What is written, and the beginning of the sentence that must come back.
MISTAKES = [
    ({"SECRET_KEY": None}, "SECRET_KEY is missing"),
    ({"SECRET_KEY": "x" * 49}, "SECRET_KEY is shorter than 50 characters"),
    ({"MASTER_KEYS": None}, "MASTER_KEYS is missing"),
    ({"MASTER_KEYS": " , "}, "MASTER_KEYS is missing"),
    ({"MASTER_KEYS": "c2hvcnQ="}, "MASTER_KEYS: key 1 is not 32 bytes"),
    ({"MASTER_KEYS": PRODUCTION["MASTER_KEYS"] + ",ä"}, "MASTER_KEYS: key 2 is not 32 bytes"),
    ({"MASTER_KEYS": ",".join([PRODUCTION["MASTER_KEYS"]] * 2)}, "MASTER_KEYS: key 2 stands there twice"),
    ({"DEMO": "on", "DEBUG": "on"}, "DEMO and DEBUG contradict each other"),
    ({"DEMO": "perhaps"}, "DEMO is neither on nor off: write DEMO=on or DEMO=off"),
    ({"PUBLIC_URL": None}, "PUBLIC_URL is missing"),
    ({"PUBLIC_URL": "messages.example.org"}, "PUBLIC_URL is not a web address"),
    ({"PUBLIC_URL": "https://host:port"}, "PUBLIC_URL is not a web address"),
    ({"PUBLIC_URL": "https://[::1"}, "PUBLIC_URL is not a web address"),
    ({"PUBLIC_URL": "https://messages.example.org/?a=b"}, "PUBLIC_URL is not a web address"),
    ({"PUBLIC_URL": "http://messages.example.org"}, "PUBLIC_URL must be https outside the demo"),
    ({"ALLOWED_HOSTS": "other.example.org"}, "ALLOWED_HOSTS leaves out the host of PUBLIC_URL"),
    ({"RELAY_DOMAINS_OLD": "Marketplace.example, old.example"}, "RELAY_DOMAINS_OLD names the present"),
    ({"MAIL_SENDER_AUTH": None}, "MAIL_SENDER_AUTH is missing: write one of MAIL_SENDER_AUTH=trusted-header"),
    ({"MAIL_SENDER_AUTH": "maybe"}, "MAIL_SENDER_AUTH is unknown"),
    ({"MAIL_SENDER_AUTH": "none", "MAIL_AUTHSERV_ID": None}, "MAIL_SENDER_AUTH=none is for the demo alone"),
    ({"MAIL_AUTHSERV_ID": None}, "MAIL_AUTHSERV_ID is missing"),
    ({"DEMO": "on", "MAIL_SENDER_AUTH": "none"}, "MAIL_AUTHSERV_ID contradicts MAIL_SENDER_AUTH=none"),
    ({"EMAIL_URL": None}, "EMAIL_URL is missing"),
    ({"EMAIL_URL": "consolemail://"}, "EMAIL_URL is not the address of a mail server"),
    ({"EMAIL_URL": "carrier-pigeon://roof"}, "EMAIL_URL is not the address of a mail server"),
    ({"EMAIL_URL": "smtp://"}, "EMAIL_URL is not the address of a mail server"),
    ({"DATABASE_URL": "mysql://user@host/name"}, "DATABASE_URL is neither SQLite nor PostgreSQL"),
    ({"DATABASE_URL": "postgres://user:secret@host"}, "DATABASE_URL is neither SQLite nor PostgreSQL"),
    ({"CLAMD_URL": "127.0.0.1:3310"}, "CLAMD_URL is not the address of a clamd"),
    ({"CLAMD_URL": "tcp://"}, "CLAMD_URL is not the address of a clamd"),
    ({"CLAMD_URL": "tcp://clamd:port"}, "CLAMD_URL is not the address of a clamd"),
    ({"CLAMD_URL": "unix://run/clamd.ctl"}, "CLAMD_URL is not the address of a clamd"),
    ({"REDIS_URL": "localhost:6379"}, "REDIS_URL is no address of a Redis"),
    ({"PORT": "65536"}, "PORT must be a whole number from 1 to 65535"),
    ({"PORT": "8025"}, "PORT and SMTP_PORT are both 8025"),
    ({"SMTP_PORT": "8000"}, "PORT and SMTP_PORT are both 8000"),
    ({"DATA_DIR": "/proc/none"}, "DATA_DIR must be a folder that this user may write to, /proc/none is none"),
    ({"DATA_DIR": "manage.py"}, "DATA_DIR must be a folder"),
    ({"DATA_DIR": "manage.py/below"}, "DATA_DIR must be a folder"),
    ({"PORT": "0"}, "PORT must be a whole number from 1 to 65535"),
    ({"DAILY_CAP_BASE": "-1"}, "DAILY_CAP_BASE must be a whole number of at least 0"),
    ({"DAILY_CAP_FACTOR": "2.5"}, "DAILY_CAP_FACTOR must be a whole number"),
    ({"MAX_MESSAGE_BYTES": "ten"}, "MAX_MESSAGE_BYTES must be a whole number"),
    ({"MAX_WIRE_BYTES": "13981012"}, "MAX_WIRE_BYTES is too small"),
    ({"VIOLATIONS_RESTRICT": "3"}, "VIOLATIONS_WARN, VIOLATIONS_RESTRICT and VIOLATIONS_SUSPEND must rise"),
    ({"REMINDER_HOURS": "24"}, "REMINDER_HOURS must be less than RESPONSE_DUE_HOURS"),
    ({"RETRY_SCHEDULE": "30, soon"}, "RETRY_SCHEDULE must be seconds separated by commas"),
    ({"RETRY_SCHEDULE": "30,0"}, "RETRY_SCHEDULE must be seconds separated by commas"),
    ({"LOG_LEVEL": "DEBUG"}, "LOG_LEVEL is unknown"),
    ({"SECOND_FACTOR_REQUIRED_FOR": "all"}, "SECOND_FACTOR_REQUIRED_FOR is unknown: write one of"),
]


def sentences_of(error: pytest.ExceptionInfo[ImproperlyConfigured]) -> list[str]:
    """The single complaints of a refused start."""
    return str(error.value).split("\n- ")[1:]


@pytest.mark.parametrize(("changes", "beginning"), MISTAKES, ids=[beginning for _, beginning in MISTAKES])
def test_a_mistake_stops_the_start_with_one_sentence(
    read_settings: ReadSettings, changes: dict[str, str | None], beginning: str
) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        read_settings(**changes)
    sentences = sentences_of(refused)
    assert [sentence[: len(beginning)] for sentence in sentences] == [beginning]
    assert "write" in sentences[0]


def test_all_mistakes_are_told_together(read_settings: ReadSettings) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        read_settings(**dict.fromkeys(PRODUCTION))
    named = {re.split(r"[ :=]", sentence)[0] for sentence in sentences_of(refused)}
    assert named == {"SECRET_KEY", "MASTER_KEYS", "PUBLIC_URL", "MAIL_SENDER_AUTH", "EMAIL_URL"}


@pytest.mark.parametrize(
    "changes",
    [
        {"SECRET_KEY": "x" * 50},
        {"MASTER_KEYS": PRODUCTION["MASTER_KEYS"].rstrip("=")},
        {"PORT": "65535"},
        {"PORT": "8025", "SMTP_PORT": "8000"},
        {"MAX_WIRE_BYTES": "13981013"},
        {"VIOLATIONS_RESTRICT": "4"},
        {"REMINDER_HOURS": "23"},
        {"DAILY_CAP_BASE": "0"},
        {"ALLOWED_HOSTS": "*"},
        {"DEBUG": "on", "PUBLIC_URL": "http://127.0.0.1:8000"},
        {"MAIL_SENDER_AUTH": "verify", "MAIL_AUTHSERV_ID": None},
        {"REDIS_URL": ""},
    ],
    ids=str,
)
def test_the_other_edge_starts(read_settings: ReadSettings, changes: dict[str, str | None]) -> None:
    assert read_settings(**changes)["MASTER_KEYS"] == (bytes(range(32)),)


@pytest.mark.rule("PRV-1")
def test_master_keys_come_newest_first(read_settings: ReadSettings) -> None:
    keys = read_settings(MASTER_KEYS=f"{OTHER_KEY}, {PRODUCTION['MASTER_KEYS']}")["MASTER_KEYS"]
    assert keys == (b"\xff" * 32, bytes(range(32)))


def test_a_folder_is_made_and_one_that_cannot_be_written_to_is_told(
    read_settings: ReadSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "new" / "data"
    assert read_settings(DATA_DIR=str(folder))["DATA_DIR"] == folder
    assert folder.is_dir()
    may = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != folder and may(path, mode))
    with pytest.raises(ImproperlyConfigured, match=f"DATA_DIR must be a folder .*{folder} is none"):
        read_settings(DATA_DIR=str(folder))


def test_the_command_line_ends_with_the_sentences_alone(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": "", "DATA_DIR": str(tmp_path), **PRODUCTION}
    for command in ("doctor", "check", "relay_listen"):
        ran = subprocess.run(
            [sys.executable, "manage.py", command],
            cwd=settings.BASE_DIR,
            env=environment | {"PORT": "abc"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 1
        assert "PORT must be a whole number" in ran.stderr
        assert "Traceback" not in ran.stderr


def test_numbers_of_the_rules(read_settings: ReadSettings) -> None:
    values = read_settings()
    expected = {
        "ALIAS_LENGTH": 35,
        "DAILY_CAP_FACTOR": 5,
        "DAILY_CAP_BASE": 600,
        "PROACTIVE_WINDOW_DAYS": 30,
        "MAX_MESSAGE_BYTES": 10_485_760,
        "MAX_WIRE_BYTES": 15_000_000,
        "VIOLATIONS_WARN": 3,
        "VIOLATIONS_RESTRICT": 5,
        "VIOLATIONS_SUSPEND": 10,
        "BURST_MESSAGES": 20,
        "IDENTICAL_BODIES": 3,
        "RESPONSE_DUE_HOURS": 24,
        "REMINDER_HOURS": 18,
        "LEASE_SECONDS": 300,
        "NOTICES_PER_HOUR": 100,
        "RETENTION_DAYS": 730,
        "RELAY_DOMAIN": "marketplace.example",
        "RETRY_SCHEDULE": (30, 120, 300, 900, 3600, 7200, 14400),
    }
    assert {name: values[name] for name in expected} == expected
    assert read_settings(**dict.fromkeys(("DAILY_CAP_BASE", "RETRY_SCHEDULE"), "7"))["RETRY_SCHEDULE"] == (7,)


def test_the_demo_needs_keys_alone(read_settings: ReadSettings) -> None:
    values = read_settings(**DEMO, PORT="8123")
    assert values["PUBLIC_URL"] == "http://127.0.0.1:8123"
    assert values["MAIL_SENDER_AUTH"] == "none"
    assert values["DEMO_MAILBOXES"] is True
    assert values["DEBUG"] is False


def test_mail_of_the_demo_goes_to_email_url_and_nowhere_else(read_settings: ReadSettings) -> None:
    values = read_settings(**DEMO | {"EMAIL_URL": "smtp://127.0.0.1:2525"})
    assert values["DEMO_MAILBOXES"] is False
    assert (values["EMAIL_HOST"], values["EMAIL_PORT"], values["EMAIL_USE_TLS"]) == ("127.0.0.1", 2525, False)


def test_email_url_of_production(read_settings: ReadSettings) -> None:
    values = read_settings()
    assert (values["EMAIL_HOST"], values["EMAIL_PORT"]) == ("mail.example.org", 587)
    assert (values["EMAIL_HOST_USER"], values["EMAIL_HOST_PASSWORD"]) == ("relay", "secret")
    assert (values["EMAIL_USE_TLS"], values["EMAIL_USE_SSL"]) == (True, False)


@pytest.mark.rule("GATE-4", "REL-1")
def test_sqlite_takes_its_lock_at_once_and_commits_for_good(
    read_settings: ReadSettings, tmp_path: Path
) -> None:
    database = read_settings()["DATABASES"]["default"]
    assert database["NAME"] == str(tmp_path / "db.sqlite3")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]
    assert "synchronous=FULL" in database["OPTIONS"]["init_command"]


def test_postgresql_and_redis_by_their_addresses(read_settings: ReadSettings) -> None:
    values = read_settings(DATABASE_URL="postgres://u:p@db:5433/center", REDIS_URL="redis://cache:6379/1")
    database = values["DATABASES"]["default"]
    assert (database["ENGINE"], database["HOST"], database["PORT"], database["NAME"]) == (
        "django.db.backends.postgresql",
        "db",
        5433,
        "center",
    )
    assert values["CELERY_BROKER_URL"] == "redis://cache:6379/1"


def test_a_file_gives_settings_and_the_environment_wins(read_settings: ReadSettings, tmp_path: Path) -> None:
    file = tmp_path / "settings.env"
    file.write_text("DAILY_CAP_BASE=1\nDAILY_CAP_FACTOR=2\n", "ascii")
    values = read_settings(ENV_FILE=str(file), DAILY_CAP_BASE="3")
    assert (values["DAILY_CAP_BASE"], values["DAILY_CAP_FACTOR"]) == (3, 2)


def test_every_setting_is_documented_with_its_default(read_settings: ReadSettings) -> None:
    """What settings.py reads, .env.example names, and nothing else; its defaults are the real ones."""
    source = (settings.BASE_DIR / "messaging_center" / "settings.py").read_text("utf-8")
    read = set(re.findall(r'\bread\.\w+\(\s*"([A-Z_]+)"', source)) | {"SECRET_KEY", "MASTER_KEYS"}
    example = (settings.BASE_DIR / ".env.example").read_text("utf-8")
    documented = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", example, re.MULTILINE))
    assert set(documented) == read
    values = read_settings()
    for name, written in documented.items():
        if written.isdecimal():
            assert values[name] == int(written), name

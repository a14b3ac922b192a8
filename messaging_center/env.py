"""Read settings from the environment and say in whole sentences what is wrong with them.

A start should not end at the first mistake: everything that is missing or contradictory is collected, and
`Reader.finish` raises one ImproperlyConfigured that names each setting and what to write instead.
"""

import base64
import binascii
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

MASTER_KEY_BYTES = 32
SECRET_KEY_LENGTH = 50
MAKE_SECRET_KEY = "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
MAKE_MASTER_KEY = (
    "python3 -c 'import base64, secrets; print(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())'"
)

# A write transaction takes its lock at once and waits for it, instead of failing half way (GATE-4);
# synchronous FULL because a commit is a promise that outlives a power cut (REL-1).
SQLITE: dict[str, Any] = {
    "CONN_MAX_AGE": 60,  # opening the file for each request or mail costs more than its work
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; "
        "PRAGMA cache_size=-16000;",  # 16 MB a process: a page of a large store fits in
    },
}
POSTGRESQL: dict[str, Any] = {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
DATABASES = {"sqlite": SQLITE, "postgres": POSTGRESQL, "postgresql": POSTGRESQL}


class Reader:
    """Values from the environment, with every problem found on the way."""

    def __init__(self, base_dir: Path) -> None:
        """Read `ENV_FILE` (default `.env` beside manage.py); the environment itself always wins over it."""
        self.base_dir = base_dir
        self.env = environ.Env()
        self.problems: list[str] = []
        env_file = os.environ.get("ENV_FILE", str(base_dir / ".env"))
        if env_file and Path(env_file).is_file():
            self.env.read_env(env_file)

    def problem(self, sentence: str) -> None:
        """Remember one sentence that names the setting and what to write."""
        self.problems.append(sentence)

    def text(self, name: str, default: str = "") -> str:
        """A text without surrounding blanks; unset and empty are the same."""
        return str(self.env.str(name, default="")).strip() or default

    def folder(self, name: str, default: str) -> Path:
        """A folder to write to, made where it is missing; a relative one lies beside manage.py."""
        path = self.base_dir / self.text(name, default)
        try:
            path.mkdir(parents=True, exist_ok=True)
            usable = os.access(path, os.W_OK | os.X_OK)
        except OSError:
            usable = False
        if not usable:
            self.problem(
                f"{name} must be a folder that this user may write to, {path} is none: "
                f"correct its rights, or write for instance {name}={default}."
            )
        return path

    def flag(self, name: str, default: bool = False) -> bool:
        """on/off in the usual spellings."""
        value = self.text(name).lower()
        if value in ("1", "true", "yes", "on"):
            return True
        if value in ("0", "false", "no", "off"):
            return False
        if value:
            self.problem(f"{name} is neither on nor off: write {name}=on or {name}=off.")
        return default

    def number(self, name: str, default: int, *, least: int = 1, most: int | None = None) -> int:
        """A whole number between `least` and `most`, both included."""
        value = self.text(name, str(default))
        limits = f"from {least} to {most}" if most is not None else f"of at least {least}"
        try:
            number = int(value)
        except ValueError:
            number = least - 1
        if number < least or (most is not None and number > most):
            self.problem(f"{name} must be a whole number {limits}: write for instance {name}={default}.")
            return default
        return number

    def names(self, name: str, default: Sequence[str] = ()) -> list[str]:
        """A list separated by commas, in lower case (hosts and domains)."""
        parts = [part.strip().lower() for part in self.text(name).split(",")]
        return [part for part in parts if part] or list(default)

    def choice(self, name: str, choices: Sequence[str], default: str = "") -> str:
        """One of `choices`; a problem where it is missing without a default, or something else."""
        value = self.text(name, default)
        if value not in choices:
            listed = ", ".join(f"{name}={one}" for one in choices)
            self.problem(f"{name} is {'missing' if not value else 'unknown'}: write one of {listed}.")
        return value

    def seconds(self, name: str, default: Sequence[int]) -> tuple[int, ...]:
        """A list of waiting times in seconds, each at least 1, separated by commas."""
        text = self.text(name)
        if not text:
            return tuple(default)
        try:
            values = tuple(int(part) for part in text.split(","))
        except ValueError:
            values = ()
        if not values or min(values) < 1:
            example = ",".join(str(one) for one in default)
            self.problem(f"{name} must be seconds separated by commas: write for instance {name}={example}.")
            return tuple(default)
        return values

    def secret_key(self) -> str:
        """Django's secret key; too short a one is a problem."""
        key = self.text("SECRET_KEY")
        if len(key) < SECRET_KEY_LENGTH:
            state = "missing" if not key else f"shorter than {SECRET_KEY_LENGTH} characters"
            self.problem(f"SECRET_KEY is {state}: write what `{MAKE_SECRET_KEY}` prints.")
        return key

    def master_keys(self) -> tuple[bytes, ...]:
        """The sealing keys (PRV-1) of 32 bytes each, newest first, in URL-safe base64 separated by commas."""
        texts = [part.strip() for part in self.text("MASTER_KEYS").split(",") if part.strip()]
        if not texts:
            self.problem(f"MASTER_KEYS is missing: write what `{MAKE_MASTER_KEY}` prints.")
        keys: list[bytes] = []
        for position, text in enumerate(texts, start=1):
            key = decode_key(text)
            if key is None:
                self.problem(
                    f"MASTER_KEYS: key {position} is not {MASTER_KEY_BYTES} bytes in URL-safe base64: "
                    f"write what `{MAKE_MASTER_KEY}` prints."
                )
            elif key in keys:
                self.problem(f"MASTER_KEYS: key {position} stands there twice: write each key once.")
            else:
                keys.append(key)
        return tuple(keys)

    def web_address(self, name: str, default: str = "") -> SplitResult:
        """An http or https address without query and fragment."""
        value = self.text(name, default).rstrip("/")
        example = f"write the address that people open, {name}=https://messages.example.org"
        try:
            parts = urlsplit(value)
            whole = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
        except ValueError:
            parts, whole = urlsplit(""), None
        if not value:
            self.problem(f"{name} is missing: {example}.")
        elif not whole or parts.query or parts.fragment:
            self.problem(f"{name} is not a web address: {example}.")
        return parts

    def email(self, name: str, *, needed: bool) -> dict[str, Any]:
        """Django's EMAIL_* settings from an smtp:// address, or nothing where it is unset and not needed."""
        value = self.text(name)
        example = f"write for instance {name}=smtp+tls://user:password@mail.example.org:587"
        if not value:
            if needed:
                self.problem(f"{name} is missing, mail could not leave: {example}.")
            return {}
        try:
            config: dict[str, Any] = self.env.email_url_config(value)
        except (ImproperlyConfigured, ValueError):
            config = {}
        if not config.get("EMAIL_HOST") or not config["EMAIL_BACKEND"].endswith("smtp.EmailBackend"):
            self.problem(f"{name} is not the address of a mail server: {example}.")
            return {}
        return config

    def scanner(self, name: str) -> str:
        """The address of a clamd, tcp:// or unix://; empty where there is none."""
        value = self.text(name)
        try:
            parts = urlsplit(value)
            tcp = parts.scheme == "tcp" and parts.hostname and (parts.port or 1) and parts.path in ("", "/")
            socket = parts.scheme == "unix" and not parts.netloc and len(parts.path) > 1
        except ValueError:
            tcp = socket = False
        if value and not (tcp or socket):
            self.problem(
                f"{name} is not the address of a clamd: write for instance {name}=tcp://127.0.0.1:3310 or "
                f"{name}=unix:///run/clamav/clamd.ctl."
            )
            return ""
        return value

    def database(self, name: str, sqlite_file: Path) -> dict[str, Any]:
        """Django's database settings: SQLite (the default, at `sqlite_file`) or PostgreSQL."""
        value = self.text(name, f"sqlite:///{sqlite_file}")
        kind = DATABASES.get(value.partition("://")[0])
        try:
            config: dict[str, Any] = dict(self.env.db_url_config(value)) if kind else {}
        except (ImproperlyConfigured, ValueError):
            config = {}  # the sentence below says more, and does not repeat the password
        if kind and config.get("NAME"):
            return config | kind
        self.problem(
            f"{name} is neither SQLite nor PostgreSQL: "
            f"write {name}=postgres://user:password@host:5432/name, or leave it out for SQLite."
        )
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(sqlite_file), **SQLITE}

    def finish(self) -> None:
        """Stop the start when anything was wrong: raise ImproperlyConfigured with all sentences."""
        if self.problems:
            raise ImproperlyConfigured(
                "The settings need attention (.env.example documents each):\n- " + "\n- ".join(self.problems)
            )


def decode_key(text: str) -> bytes | None:
    """32 bytes from URL-safe base64 with or without padding, or None."""
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == MASTER_KEY_BYTES else None

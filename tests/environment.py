"""The environment that the tests' settings are read from; tests/settings.py imports it before anything else.

`TEST_ON=postgres` runs against a real PostgreSQL and Redis: those that TEST_DATABASE_URL and TEST_REDIS_URL
name, or else servers from wheels, started here. Processes that tests start inherit all of it.
"""

import atexit
import base64
import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

from messaging_center.catalogs import compile_stale
from tests import servers

ROOT = Path(__file__).resolve().parent.parent

# Nothing of the developer's own settings may reach the tests, nor their mail server be reached by them.
FOREIGN = (
    "ALIAS_LENGTH ALLOWED_HOSTS DATABASE_URL DEBUG EMAIL_URL INFRINGEMENT_URL LOG_LEVEL MAIL_AUTHSERV_ID "
    "MAIL_SENDER_AUTH MARKETPLACE_DOMAINS PORT PUBLIC_URL REDIS_URL RELAY_DOMAIN RELAY_DOMAINS_OLD "
    "REVIEW_URL SMTP_PORT"
).split()


def prepare() -> None:
    """Once a test run, in the process that leads it."""
    for name in FOREIGN:
        os.environ.pop(name, None)
    os.environ |= {
        "TEST_FOLDER": folder_for_this_run(),
        "ENV_FILE": "",
        "DEMO": "on",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "MASTER_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "REVIEW_URL": "https://marketplace.example/review",
        "INFRINGEMENT_URL": "https://marketplace.example/report-infringement",
    }
    if os.environ.get("TEST_ON") == "postgres":
        use_real_servers()


def folder_for_this_run() -> str:
    """A fresh folder that goes with the run; tools that only read the settings (mypy) share one."""
    if "pytest" not in sys.modules:
        return str(Path(tempfile.gettempdir()) / f"messaging-center-tools-{os.getuid()}")
    folder = tempfile.mkdtemp(prefix="messaging-center-tests-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def use_real_servers() -> None:
    """Point DATABASE_URL and REDIS_URL at the named servers, or at fresh ones that end with this process."""
    database, broker = os.environ.get("TEST_DATABASE_URL"), os.environ.get("TEST_REDIS_URL")
    if not (database and broker):
        started = servers.start()
        atexit.register(started.stop)
        database, broker = database or started.postgres_url, broker or started.redis_url
    os.environ |= {"DATABASE_URL": database, "REDIS_URL": broker}


def own_folder() -> None:
    """Each process that runs tests has a DATA_DIR, and with Redis a database, of its own."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    os.environ["DATA_DIR"] = str(Path(os.environ["TEST_FOLDER"]) / (worker or "data"))
    if worker and os.environ.get("REDIS_URL"):
        number = int(worker.removeprefix("gw")) + 1
        os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{number}"


if "PYTEST_XDIST_WORKER" not in os.environ:
    prepare()
own_folder()
compile_stale(ROOT / "locale")

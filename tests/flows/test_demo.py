"""The demo as a newcomer starts it: real processes, kills, Ctrl-C at bad moments."""

from __future__ import annotations

import json
import signal
import smtplib
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psutil
import pytest

from tests.flows.demo_process import Demo, demo_environment, started_demo, wait_until
from tests.flows.processes import ROOT, command
from tests.servers import free_port

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with started_demo(tmp_path_factory.mktemp("demo") / "var") as started:
        started.wait_ready()
        yield started


def info_of(demo: Demo) -> dict[str, Any]:
    """What `demo_info --json` prints."""
    asked = subprocess.run(
        command("demo_info", "--json"),
        env=demo_environment(demo.folder, demo.port, demo.smtp_port),
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    world: dict[str, Any] = json.loads(asked.stdout)
    return world


@pytest.mark.rule("REL-6")
def test_it_says_who_is_there_and_then_that_it_is_ready(demo: Demo) -> None:
    said = demo.said()
    assert said.index("Who can sign in") < said.index("What to try") < said.index("Ready: ")
    assert f"Ready: {demo.web} and mail at 127.0.0.1:{demo.smtp_port}." in said
    for page in ("/readyz", "/sign-in/", "/demo/mailboxes/"):
        with urlopen(demo.web + page, timeout=20) as answer:
            assert answer.status == 200
    with socket.create_connection(("127.0.0.1", demo.smtp_port), timeout=20) as door:
        assert door.recv(4) == b"220 "
    assert set(demo.parts()) == {"mail door", "web", "worker"}


def test_the_world_has_the_keys_that_scripts_rely_on(demo: Demo) -> None:
    world = info_of(demo)
    assert (world["web"], world["smtp"]) == (demo.web, f"127.0.0.1:{demo.smtp_port}")
    keys = {
        "people": {"email", "password", "name", "language", "roles"},
        "sellers": {
            *("slug", "trade_name", "marketplace", "authorized", "buyer_messages_to", "messaging_enabled"),
            "members",
        },
        "pairs": {
            *("buyer", "seller", "buyer_alias", "seller_alias", "opted_out", "blocked_by_buyer"),
            "blocked_by_seller",
        },
        "orders": {"number", "seller", "buyer", "marketplace", "status", "traits", "delivered_at"},
        "threads": {"id", "seller", "buyer", "order", "started_by", "url"},
    }
    assert set(world) == {"web", "smtp", *keys}
    for name, wanted in keys.items():
        assert world[name]
        assert {frozenset(row) for row in world[name]} == {frozenset(wanted)}


@pytest.mark.rule("MAIL-9")
def test_any_smtp_client_gets_its_answer(demo: Demo) -> None:
    pair = info_of(demo)["pairs"][0]
    with smtplib.SMTP("127.0.0.1", demo.smtp_port, timeout=30) as door:
        mail = f"From: {pair['buyer']}\r\nSubject: One more thing\r\n\r\nIs it green?\r\n"
        assert door.sendmail(pair["buyer"], [pair["seller_alias"]], mail) == {}
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            door.sendmail(pair["buyer"], ["nobody@marketplace.example"], mail)


@pytest.mark.rule("REL-1")
@pytest.mark.parametrize("name", ["mail door", "web", "worker"])
def test_a_killed_part_comes_back(demo: Demo, name: str) -> None:
    before = demo.parts()[name]
    family = [before, *before.children(recursive=True)]
    before.kill()
    wait_until(lambda: demo.parts().get(name, before).pid != before.pid)
    wait_until(demo.answers)
    assert psutil.wait_procs(family, timeout=30)[1] == []
    assert f"The {name}" in demo.said()


@pytest.mark.rule("MAIL-4")
def test_ctrl_c_ends_all_of_it_and_the_next_start_goes_on_with_celery(tmp_path: Path, redis_url: str) -> None:
    with started_demo(tmp_path / "var") as demo:
        demo.wait_ready()
        before = info_of(demo)
        end_by_ctrl_c(demo, seconds=10)
        assert demo.output.read_text().rstrip().endswith("goes on where this left off.")
    ports = demo.port, demo.smtp_port
    with started_demo(tmp_path / "var", ports=ports, REDIS_URL=redis_url) as again:
        again.wait_ready(times=2)
        assert info_of(again) == before
        assert again.said().count("Loading") == 1
        assert {"celery"} < {Path(word).name for part in again.everybody() for word in part.cmdline()}
        pair, threads = before["pairs"][0], again.threads()
        mail = f"From: {pair['buyer']}\r\nSubject: Celery\r\n\r\nWhen does it come?\r\n"
        with smtplib.SMTP("127.0.0.1", again.smtp_port, timeout=30) as door:
            door.sendmail(pair["buyer"], [pair["seller_alias"]], mail)
        wait_until(lambda: again.threads() == threads + 1)
        end_by_ctrl_c(again, seconds=30)


def end_by_ctrl_c(demo: Demo, seconds: float) -> None:
    """All of its processes end in that time, and nobody complains."""
    everybody = demo.everybody()
    assert demo.interrupt() == 0
    assert psutil.wait_procs(everybody, timeout=seconds)[1] == []
    assert "Traceback" not in demo.said()


def test_ctrl_c_while_it_starts_leaves_nothing_half_done(tmp_path: Path) -> None:
    """And the parts of the next one end with their killed parent, and other keys are told in a sentence."""
    with started_demo(tmp_path / "var") as demo:
        wait_until(lambda: "buyers at" in demo.said())  # in the middle of loading
        end_by_ctrl_c(demo, seconds=10)
    with started_demo(tmp_path / "var") as again:
        again.wait_ready()
        assert len(info_of(again)["threads"]) == 15
        everybody = again.everybody()
        again.process.send_signal(signal.SIGKILL)
        again.process.wait()
        assert psutil.wait_procs(everybody, timeout=30)[1] == []
    other = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    with started_demo(tmp_path / "var", MASTER_KEYS=other) as refused:
        assert refused.process.wait(timeout=60) == 1
        assert "MASTER_KEYS do not open what is stored" in refused.said()


def test_a_taken_port_and_a_taken_folder_are_told_in_a_sentence(demo: Demo, tmp_path: Path) -> None:
    with started_demo(tmp_path / "var", ports=(demo.port, demo.smtp_port)) as second:
        assert second.process.wait(timeout=60) == 1
        assert f"Port {demo.port} is taken: write for instance `make demo PORT=" in second.said()
        assert "Traceback" not in second.said()
    log = demo.folder.with_suffix(".log")
    with started_demo(demo.folder) as third:
        assert third.process.wait(timeout=60) == 1
    assert "Another demo works on" in log.read_text("utf-8")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY is shorter than 50 characters"),
        ({"PORT": "8025", "SMTP_PORT": "8025"}, "PORT and SMTP_PORT are both 8025"),
        ({"DATA_DIR": "/proc/none"}, "DATA_DIR must be a folder"),
        ({"REDIS_URL": f"redis://:geheim@127.0.0.1:{free_port()}/0"}, "No Redis answers at REDIS_URL"),
        ({"RELAY_DOMAIN": "a-rather-long-relay-domain.marketplace.example"}, "Write ALIAS_LENGTH="),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_wrong_settings_are_told_in_sentences(tmp_path: Path, wrong: dict[str, str], sentence: str) -> None:
    with started_demo(tmp_path / "var", ports=None, **wrong) as demo:
        assert demo.process.wait(timeout=60) == 1
        assert sentence in demo.said()
        assert "Traceback" not in demo.said()
        assert "geheim" not in demo.said()

"""The demo's keys (SEC-8)."""

import stat
from pathlib import Path

import environ
import pytest

from messaging_center.env import decode_key
from messaging_center.first_env import write_first_env


@pytest.mark.rule("SEC-8")
def test_first_start_makes_fresh_keys_for_the_owner_alone(tmp_path: Path) -> None:
    keys = set()
    for name in ("one", "two"):
        path = tmp_path / name
        assert write_first_env(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        written = dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line[:20])
        assert written["DEMO"] == "on"
        assert len(written["SECRET_KEY"]) >= 50
        assert decode_key(written["MASTER_KEYS"]) is not None
        keys |= {written["SECRET_KEY"], written["MASTER_KEYS"]}
    assert len(keys) == 4


def test_keys_are_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("MASTER_KEYS=old\n")
    assert not write_first_env(path)
    assert path.read_text() == "MASTER_KEYS=old\n"


def test_what_is_written_is_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / ".env"
    write_first_env(path)
    for name in ("DEMO", "SECRET_KEY", "MASTER_KEYS"):
        monkeypatch.delenv(name, raising=False)
    environ.Env.read_env(str(path))
    key = environ.Env()("MASTER_KEYS")
    assert f"MASTER_KEYS={key}\n" in path.read_text()

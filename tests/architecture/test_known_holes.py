"""The check for known holes: what it finds fails, and what it could not ask about it says (SEC-8)."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from tests import known_holes

pytestmark = pytest.mark.rule("SEC-8")

SOUND = {"name": "django", "version": "5.2", "vulns": []}
HOLE = {"name": "pillow", "version": "9.0", "vulns": [{"id": "CVE-2099-1", "fix_versions": ["9.1"]}]}
SILENT = {"name": "vine", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([SOUND], 0, ["0 known holes in 1 packages."]),
        ([SOUND, HOLE], 1, ["pillow 9.0: CVE-2099-1, mended in 9.1", "1 known holes in 2 packages."]),
        (
            [SOUND, SILENT],
            0,
            ["Known holes: this could not run for 1 of 2 packages.", "0 known holes in 1 packages."],
        ),
        ([SILENT], 0, ["Known holes: this could not run for 1 of 1 packages."]),
    ],
    ids=["sound", "hole", "some-silent", "all-silent"],
)
def test_what_is_known_fails_and_what_is_not_asked_is_said(
    packages: list[dict[str, Any]], code: int, said: list[str]
) -> None:
    assert known_holes.verdict(packages) == (code, said)


@pytest.mark.parametrize("trouble", [OSError, subprocess.TimeoutExpired("pip-audit", 120)])
def test_without_an_answer_it_says_that_it_could_not_run(
    monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def fails(*_args: object, **_options: object) -> None:
        raise trouble

    monkeypatch.setattr(subprocess, "run", fails)
    code, [line] = known_holes.verdict(known_holes.audited())
    assert code == 0
    assert "could not run" in line

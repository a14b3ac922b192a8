"""The long loop of kills (REL-1): `make crash-test`, CRASH_ROUNDS=50 for a longer one."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.flows import kill_rounds
from tests.flows.kill_rounds import Tally

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True)]

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "5"))


def loop(name: str, play: Callable[[int], Tally]) -> Tally:
    """So many rounds, each with chances of its own; prints the sum after each."""
    total = Tally(0, 0, 0, 0, 0)
    for seed in range(ROUNDS):
        total += play(seed)
        print(f"\n{name}, round {seed + 1} of {ROUNDS}: {total}", end="", flush=True)
        assert (total.lost, total.doubled) == (0, 0), f"seed {seed}"
    return total


@pytest.mark.rule("REL-1", "MAIL-3", "MAIL-5")
def test_the_door_is_killed() -> None:
    total = loop("mail door", lambda seed: kill_rounds.door(clients=8, mails=12, kills=6, seed=seed))
    assert total.kills >= ROUNDS * 6


@pytest.mark.rule("REL-1", "MAIL-4", "MAIL-20")
def test_the_worker_is_killed() -> None:
    total = loop("worker", lambda seed: kill_rounds.worker(waves=8, pairs=6, mails=3, seed=seed))
    assert total.kills == ROUNDS * 8


@pytest.mark.rule("REL-1", "GATE-5")
def test_the_web_server_is_killed() -> None:
    total = loop("web", lambda seed: kill_rounds.web(browsers=6, replies=10, kills=5, seed=seed))
    assert total.kills >= ROUNDS * 5


@pytest.mark.rule("REL-1")
def test_everything_is_killed_at_once() -> None:
    total = loop("everything", lambda seed: kill_rounds.everything(people=6, items=15, kills=9, seed=seed))
    assert total.kills >= ROUNDS * 9

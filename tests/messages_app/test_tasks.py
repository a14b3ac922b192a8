"""Tasks drain what waits and stay fair (MAIL-4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from messages_app import tasks

TASKS: list[tuple[str, Callable[[], int]]] = [
    ("process_waiting", tasks.process_inbound),
    ("send_due", tasks.send_deliveries),
    ("take_waiting_events", tasks.take_events),
    ("remind_due", tasks.keep_clocks),
    ("queue_digests", tasks.send_digests),
]


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    monkeypatch.setattr(tasks, "wake", names.append)
    return names


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Iterator[int]]:
    """Gives every task so many batches of work."""

    def give(batches: int) -> Iterator[int]:
        left = iter([50] * batches + [0] * 100)
        for name, _ in TASKS:
            monkeypatch.setattr(tasks, name, lambda _: next(left))
        return left

    return give


@pytest.mark.rule("MAIL-4")
@pytest.mark.parametrize("task", [task for _, task in TASKS])
@pytest.mark.parametrize("batches", [0, 1, 30])
def test_a_task_works_until_nothing_is_left(
    task: Callable[[], int], batches: int, work: Callable[[int], Iterator[int]], woken: list[str]
) -> None:
    work(batches)
    assert task() == 50 * batches
    assert woken == []


@pytest.mark.rule("MAIL-4", "MAIL-20")
@pytest.mark.parametrize("task", [task for _, task in TASKS])
def test_a_task_whose_turn_is_over_asks_to_be_called_again(
    task: Callable[[], int],
    work: Callable[[int], Iterator[int]],
    woken: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tasks, "TURN_SECONDS", 0)
    left = work(3)
    assert task() == 50
    assert woken == [task.name.rpartition(".")[2]]  # type: ignore[attr-defined]
    assert next(left) == 50

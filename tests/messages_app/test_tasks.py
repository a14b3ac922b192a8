"""Tasks drain what waits and stay fair (MAIL-4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytest_django import Settings

from messages_app import tasks

TASKS: list[tuple[str, Callable[[], int]]] = [
    ("process_waiting", tasks.process_inbound),
    ("send_due", tasks.send_deliveries),
    ("take_waiting_events", tasks.take_events),
    ("remind_due", tasks.keep_clocks),
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
@pytest.mark.parametrize(("batches", "taken", "again"), [(0, 0, 0), (19, 19, 0), (20, 20, 1), (30, 20, 1)])
def test_a_task_that_ends_before_its_work_asks_to_be_called_again(
    task: Callable[[], int],
    batches: int,
    taken: int,
    again: int,
    work: Callable[[int], Iterator[int]],
    woken: list[str],
) -> None:
    work(batches)
    assert task() == 50 * taken
    assert woken == [task.name.rpartition(".")[2]] * again  # type: ignore[attr-defined]


@pytest.mark.rule("MAIL-4", "MAIL-20")
def test_it_also_asks_where_its_time_is_over(
    work: Callable[[int], Iterator[int]], woken: list[str], settings: Settings
) -> None:
    settings.LEASE_SECONDS = 0
    left = work(3)
    assert tasks.send_deliveries() == 50
    assert woken == ["send_deliveries"]
    assert next(left) == 50

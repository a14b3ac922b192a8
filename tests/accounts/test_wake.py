"""Wake-ups over Redis: one call a task until it begins (MAIL-4)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from celery import current_app
from pytest_django import Settings
from redis import Redis

from accounts import wake

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def calls(settings: Settings, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    settings.REDIS_URL = redis_url
    names: list[str] = []
    monkeypatch.setattr(current_app, "send_task", names.append)
    with Redis.from_url(redis_url) as client:
        client.delete(*map(wake._asked, ("process_inbound", "sweep")))
        yield names
        client.delete(*map(wake._asked, ("process_inbound", "sweep")))


@pytest.mark.rule("MAIL-4")
def test_many_rows_call_their_task_once_until_it_begins(calls: list[str]) -> None:
    for _ in range(3):
        wake.wake("process_inbound")
    wake.wake("sweep")
    assert calls == ["messages_app.tasks.process_inbound", "messages_app.tasks.sweep"]
    wake.begin("process_inbound")
    wake.wake("process_inbound")
    wake.wake("sweep")
    assert calls[2:] == ["messages_app.tasks.process_inbound"]


@pytest.mark.rule("MAIL-4")
def test_a_call_that_was_lost_is_made_again(
    calls: list[str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wake, "_ASKED", 1)
    wake.wake("process_inbound")
    while Redis.from_url(settings.REDIS_URL).exists(wake._asked("process_inbound")):
        pass
    wake.wake("process_inbound")
    assert len(calls) == 2

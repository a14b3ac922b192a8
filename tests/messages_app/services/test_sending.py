"""Claims between rivals, and how long to wait between tries (MAIL-20, MAIL-21)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from messages_app.models import Delivery
from messages_app.services.sending import claim_due, retry_delay
from tests.messages_app.relay.mail_world import NOON, notice_for


@pytest.mark.rule("MAIL-20")
@pytest.mark.django_db
def test_a_rival_between_look_and_claim_keeps_what_it_took() -> None:
    """The rival claims after this one has looked and before it claims."""
    notice_for(None, "unlisted", recipient="one@mail.example")
    rivals: list[UUID | None] = []

    def intrude(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("UPDATE") and not rivals:
            rivals.append(None)  # only once
            rivals[0] = claim_due(now=NOON, limit=10)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(intrude):
        assert claim_due(now=NOON, limit=10) is None
    delivery = Delivery.objects.get()
    assert delivery.lease == rivals[0]
    assert delivery.attempts == 1


@pytest.mark.rule("MAIL-21")
@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [(1, 30), (2, 120), (3, 300), (4, 900), (5, 3600), (6, 7200), (7, 14400), (8, 14400), (99, 14400)],
)
def test_the_schedule_of_tries(attempts: int, seconds: int) -> None:
    delays = [retry_delay(attempts).total_seconds() for _ in range(50)]
    assert all(seconds * 0.8 <= delay <= seconds * 1.2 for delay in delays)
    assert len(set(delays)) > 1  # what failed together does not come back together

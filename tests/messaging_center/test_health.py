"""/healthz and /readyz (REL-6)."""

import pytest
from django.conf import settings
from django.test import Client


@pytest.mark.rule("REL-6")
def test_healthz_answers_without_a_database(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.rule("REL-6")
@pytest.mark.both_databases
@pytest.mark.django_db
def test_readyz_asks_database_and_broker(client: Client) -> None:
    response = client.get("/readyz")
    parts = response.json()
    assert response.status_code == 200
    assert parts.pop("status") == "ok"
    assert set(parts) == ({"database", "broker"} if settings.REDIS_URL else {"database"})
    assert set(parts.values()) == {"ok"}

"""/healthz and /readyz (REL-6)."""

import pytest
from django.conf import settings
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import ConnectionHandler
from django.test import Client, override_settings

from messaging_center import health


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


@pytest.mark.rule("REL-3", "REL-6")
@pytest.mark.django_db
def test_readyz_refuses_without_the_broker(client: Client) -> None:
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
        response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "not ready", "database": "ok", "broker": "unreachable"}


@pytest.mark.rule("REL-3", "REL-6")
@pytest.mark.django_db
def test_readyz_refuses_without_the_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = {"ENGINE": "django.db.backends.postgresql", "NAME": "x", "HOST": "127.0.0.1", "PORT": 1}
    monkeypatch.setattr(health, "connection", ConnectionHandler({"default": nowhere})["default"])
    response = client.get("/readyz")
    assert (response.status_code, response.json()["database"]) == (503, "unreachable")
    assert client.get("/healthz").status_code == 200


@pytest.mark.rule("REL-6")
@pytest.mark.django_db
def test_readyz_refuses_while_a_migration_waits(client: Client) -> None:
    MigrationRecorder.Migration.objects.filter(app="orders").delete()
    response = client.get("/readyz")
    assert (response.status_code, response.json()["database"]) == (503, "migrations missing")

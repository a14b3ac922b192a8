"""What all tests may ask for."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.utils import translation

from messages_app.models import SealingKey
from messages_app.relay.send import hang_up
from messages_app.vault.keys import installation_key, missing_installation_keys
from tests import servers

ON_POSTGRES = os.environ.get("TEST_ON") == "postgres"


@pytest.fixture(scope="session")
def real_servers() -> Iterator[servers.Servers]:
    """A PostgreSQL and a Redis from wheels for tests that start the product's processes themselves."""
    started = servers.start()
    yield started
    started.stop()


@pytest.fixture(scope="session")
def postgres_url(request: pytest.FixtureRequest) -> str:
    """The address of a real PostgreSQL whose user may create databases."""
    named = os.environ.get("TEST_DATABASE_URL") or (ON_POSTGRES and os.environ["DATABASE_URL"])
    return named or str(request.getfixturevalue("real_servers").postgres_url)


@pytest.fixture(scope="session")
def redis_url(request: pytest.FixtureRequest) -> str:
    """The address of a real Redis."""
    named = os.environ.get("TEST_REDIS_URL") or (ON_POSTGRES and os.environ["REDIS_URL"])
    return named or str(request.getfixturevalue("real_servers").redis_url)


@pytest.fixture(autouse=True)
def installation_keys(request: pytest.FixtureRequest) -> None:
    """The keys that the migrations made, again where a transactional test has emptied the tables."""
    if request.node.get_closest_marker("django_db") is None:
        return
    transactional = request.node.get_closest_marker("django_db").kwargs.get("transaction", False)
    request.getfixturevalue("transactional_db" if transactional else "db")
    installation_key.cache_clear()
    SealingKey.objects.bulk_create(missing_installation_keys())


@pytest.fixture(autouse=True)
def no_kept_connections() -> Iterator[None]:
    """What a test leaves connected, its servers being gone, would take the next one's mail."""
    yield
    hang_up()


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """A request leaves its language active in the thread; the next test begins in English."""
    yield
    translation.activate(settings.LANGUAGE_CODE)

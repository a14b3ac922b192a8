"""What all tests may ask for."""

import os
from collections.abc import Iterator

import hypothesis
import pytest
from django.conf import settings
from django.utils import translation
from pytest_django import DjangoDbBlocker

from messages_app.relay.send import hang_up
from messages_app.vault.keys import installation_key
from tests import database, servers

ON_POSTGRES = os.environ.get("TEST_ON") == "postgres"

# The machine may be busy: how long an example takes proves nothing.
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")


@pytest.hookimpl(trylast=True)  # behind the shuffling
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for processes comes first: beside it the others have something to do."""
    items.sort(key=lambda item: item.get_closest_marker("process") is None)


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


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """In the place of pytest-django's, whose every process migrates a database of its own."""
    with django_db_blocker.unblock(), database.own_copy(os.environ.get("PYTEST_XDIST_WORKER", "alone")):
        yield


@pytest.fixture(autouse=True)
def installation_keys() -> None:
    """A test may have had keys of its own."""
    installation_key.cache_clear()


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

"""What all tests may ask for."""

import os
from collections.abc import Iterator

import pytest

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

"""What the tests of whole flows share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests import database
from tests.mail_samples.world import make_fixed_world


@pytest.fixture(scope="module")
def fixed_world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The world of the mail samples, made once: each test takes back what it does there."""
    with django_db_blocker.unblock(), database.undone():
        make_fixed_world()
        yield

"""What the tests of pages share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from tests.messages_app.views.world import World, make_world


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture(autouse=True)
def no_language_left_behind() -> Iterator[None]:
    """A page in another language leaves it active in this thread."""
    yield
    translation.deactivate()

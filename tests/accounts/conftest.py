"""What the tests of accounts share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def no_language_left_behind() -> Iterator[None]:
    """A page in another language leaves it active in this thread."""
    yield
    translation.deactivate()

"""One town for all that is asked in a process: each visit is undone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from messages_app.models import SealingKey
from messages_app.vault.keys import installation_key, missing_installation_keys
from tests.access.people import Town, make_town


@pytest.fixture(scope="package")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[Town]:
    with django_db_blocker.unblock(), transaction.atomic():
        installation_key.cache_clear()
        SealingKey.objects.bulk_create(missing_installation_keys())
        yield make_town()
        transaction.set_rollback(True)
    installation_key.cache_clear()

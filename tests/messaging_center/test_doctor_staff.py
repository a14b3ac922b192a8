"""Doctor: staff and the second factor (ACC-1)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pytest_django.fixtures import Settings

from messaging_center.doctor import check_staff
from tests.accounts.codes import switched_on
from tests.factories import UserFactory

NOON = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)


@pytest.mark.rule("ACC-1")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("demo", "required", "level"),
    [
        (False, "none", "warning"),
        (False, "members", "warning"),
        (False, "staff", "ok"),
        (False, "both", "ok"),
        (True, "none", "ok"),
    ],
)
def test_staff_with_a_password_alone(settings: Settings, demo: bool, required: str, level: str) -> None:
    settings.DEMO, settings.SECOND_FACTOR_REQUIRED_FOR = demo, required
    UserFactory.create()
    assert check_staff().level == "ok"  # nobody is staff yet
    staff = UserFactory.create(is_staff=True)
    line = check_staff()
    assert (line.level, bool(line.advice)) == (level, level == "warning")
    switched_on(staff, NOON)
    assert check_staff().level == "ok"

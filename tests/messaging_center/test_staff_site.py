"""What the administration takes in (MOD-6)."""

from __future__ import annotations

from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib import admin
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model

from accounts.models import AccountEvent, TryCount
from accounts.record_admin import MetadataAdmin
from messaging_center.staff_site import StaffSite


class Changing(admin.ModelAdmin[Any]):
    """A page that would change rows."""


@pytest.mark.rule("MOD-6", "SEC-7")
@pytest.mark.parametrize("page", [None, Changing])
@pytest.mark.parametrize("models", [AccountEvent, [TryCount, AccountEvent]], ids=["one", "several"])
def test_a_page_that_could_change_rows_is_refused_aloud(models: Any, page: Any) -> None:
    site = StaffSite()
    with pytest.raises(ImproperlyConfigured, match="AccountEvent"):
        site.register(models, page)
    assert not site.is_registered(AccountEvent)


@pytest.mark.rule("MOD-6")
@pytest.mark.parametrize(
    ("model", "page", "taken"), [(AccessAttempt, Changing, 0), (TryCount, MetadataAdmin, 1)]
)
def test_other_packages_are_left_out_and_our_pages_are_taken(
    model: type[Model], page: type[admin.ModelAdmin[Any]], taken: int
) -> None:
    site = StaffSite()
    site.register(model, page)
    assert len(site._registry) == taken

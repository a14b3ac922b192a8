from __future__ import annotations

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.audit import ACTIONS, KINDS, AuditRecord
from accounts.record_admin import AdminsOnly
from accounts.record_list import fixed_values
from accounts.record_search import Finder, by_names


def _of_object(text: str) -> Q:
    """What was done to the thing of that id, whatever it is: the index goes by kind first."""
    return Q(kind__in=KINDS, object_id=text)


@admin.register(AuditRecord)
class AuditRecordAdmin(AdminsOnly[AuditRecord]):
    """Who did what and why: to read, never to change (MOD-6, SEC-7)."""

    list_display = ("number", "at", "actor", "action", "object_id", "seller", "buyer")
    list_filter = (("action", fixed_values(ACTIONS)), "at")
    finders = (by_names(seller="seller", buyer="buyer", person="actor"), Finder(_("Object id"), _of_object))
    fields = (
        "number", "at", "actor", "action", "kind", "object_id", "seller", "buyer", "reason", "details",
        "previous", "digest",
    )  # fmt: skip

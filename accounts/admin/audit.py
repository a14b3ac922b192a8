from __future__ import annotations

from django.contrib import admin

from accounts.models import AuditRecord
from accounts.record_admin import AdminsOnly


@admin.register(AuditRecord)
class AuditRecordAdmin(AdminsOnly[AuditRecord]):
    """Who did what and why: to read, never to change (MOD-6, SEC-7)."""

    list_display = ("number", "at", "actor", "action", "kind", "object_id", "seller", "buyer")
    list_filter = ("action", "kind", "at")
    list_select_related = ("actor", "seller", "buyer")
    search_fields = ("=object_id", "seller__trade_name", "actor__full_name")
    ordering = ("-number",)
    fields = (
        "number", "at", "actor", "action", "kind", "object_id", "seller", "buyer", "reason", "details",
        "previous", "digest",
    )  # fmt: skip

"""The administration, arranged for moderators: the queue first, then the records (UX-8)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.record_admin import MetadataAdmin
from accounts.staff import is_moderator
from messages_app.queries.moderation import queues


class StaffSite(admin.AdminSite):
    """Only pages of our own are taken: what other packages register would change rows without an audit
    record."""

    site_title = site_header = gettext_lazy("Administration")
    index_template = "admin/queues.html"
    enable_nav_sidebar = False

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[admin.ModelAdmin[Any]] | None = None,
        **options: Any,
    ) -> None:
        if admin_class is not None and issubclass(admin_class, MetadataAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return is_moderator(request.user)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        waiting = queues()
        context = {
            "title": _("What waits for you"),
            "queues": waiting,
            "waiting": sum(queue.count for queue in waiting),
            **(extra_context or {}),
        }
        return super().index(request, context)

"""The administration, arranged for moderators: the queue first, then the records (UX-8)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model
from django.db.models.base import ModelBase
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.record_admin import MetadataAdmin
from accounts.staff import is_moderator
from messages_app.queries.moderation import queues

# Packages whose pages are left out on purpose: they would change rows without an audit record.
LEFT_OUT = frozenset({"auth", "axes"})
# Pages that Django brings along and nothing here leads to. Passwords are changed in one's own settings.
_UNUSED = frozenset({"view_on_site", "autocomplete", "jsi18n", "password_change", "password_change_done"})


class StaffSite(admin.AdminSite):
    """Only pages of our own are taken."""

    site_title = site_header = gettext_lazy("Administration")
    index_template = "admin/queues.html"
    enable_nav_sidebar = False

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[admin.ModelAdmin[Any]] | None = None,
        **options: Any,
    ) -> None:
        """ImproperlyConfigured: a page that could change rows (MOD-6), of a package that is not left out."""
        models = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else list(model_or_iterable)
        wanted = [model for model in models if _app_of(model) not in LEFT_OUT]
        if wanted and not (admin_class is not None and issubclass(admin_class, MetadataAdmin)):
            names = ", ".join(model.__name__ for model in wanted)
            raise ImproperlyConfigured(
                f"The administration shows rows and changes none: give {names} a page that inherits from"
                " accounts.record_admin.MetadataAdmin, or name its app in LEFT_OUT beside StaffSite."
            )
        super().register(wanted, admin_class, **options)

    def get_urls(self) -> list[Any]:
        return [one for one in super().get_urls() if getattr(one, "name", None) not in _UNUSED]

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """All records are on one page."""
        return self.index(request, extra_context)

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


def _app_of(model: type[Model]) -> str:
    return model._meta.app_label  # noqa: SLF001 - what Django documents under this name

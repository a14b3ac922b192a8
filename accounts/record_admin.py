"""What all pages of the administration share: rows to look at, never to change."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property

from accounts.staff import is_admin, is_moderator

Row = TypeVar("Row", bound=Model)


_MOST = 2_000  # rows that a list reaches; a search or a filter finds the others


class FirstRows(Paginator[Any]):
    """Counts no further than a list reaches: a million rows cost no more than a few thousand."""

    object_list: QuerySet[Any]

    @cached_property
    def count(self) -> int:
        return self.object_list[:_MOST].count()

    @property
    def is_cut(self) -> bool:
        """Whether there may be more than are listed."""
        return self.count == _MOST


class MetadataAdmin(admin.ModelAdmin[Row]):
    """Rows for moderators: what is so, without texts and addresses. Whatever changes something is a service
    with an audit record and has a page of its own."""

    actions = None
    list_per_page = 50
    paginator = FirstRows
    ordering: ClassVar[tuple[str, ...]] = ("-pk",)  # keys rise with time, and every table can be read by them
    show_full_result_count = False
    change_list_template = "admin/records.html"
    change_form_template = "admin/record.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A NUL in the address, which PostgreSQL takes for no text at all, asks for nothing."""
        if any("\0" in text for _name, texts in request.GET.lists() for text in texts):
            return HttpResponseRedirect(request.path)
        return super().changelist_view(request, extra_context)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_moderator(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_moderator(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AdminsOnly(MetadataAdmin[Row]):
    """The same for admins alone."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_admin(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_admin(request.user)


def masked(address: str) -> str:
    """An address that can be told from another one and not be written to: "h…@p…"."""
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain[:1]}…" if local else ""

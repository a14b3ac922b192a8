"""What all pages of the administration share: rows to look at, never to change."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from accounts.record_list import RecordList, without_sealed
from accounts.record_search import Finder, first_found
from accounts.staff import is_admin, is_moderator

Row = TypeVar("Row", bound=Model)


class MetadataAdmin(admin.ModelAdmin[Row]):
    """Rows for moderators: what is so, without texts and addresses. Whatever changes something is a service
    with an audit record and has a page of its own."""

    actions = None
    finders: ClassVar[tuple[Finder, ...]] = ()  # what the list is searched by; the first that knows decides
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they count
    change_list_template = "admin/records.html"
    change_form_template = "admin/record.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A NUL in the address, which PostgreSQL takes for no text at all, asks for nothing."""
        if any("\0" in text for _name, texts in request.GET.lists() for text in texts):
            return HttpResponseRedirect(request.path)
        return super().changelist_view(request, extra_context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django's own log, in which nothing stands: what staff do is in the audit records."""
        raise Http404

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[RecordList]:
        return RecordList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Row], search_term: str
    ) -> tuple[QuerySet[Row], bool]:
        """The rows that the text names; never twice."""
        text = search_term.strip()
        return (queryset.filter(first_found(self.finders, text)) if text else queryset), False

    @property
    def searched_by(self) -> str:
        """What may be typed into the search, in words."""
        return ", ".join(str(finder.what) for finder in self.finders)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Row]:
        return without_sealed(super().get_queryset(request))

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

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from accounts.record_admin import MetadataAdmin
from accounts.record_list import fixed_values
from accounts.record_search import as_uuid, by_alias, by_id, by_names
from messages_app.admin.files import staff_file
from messages_app.admin.forms import WhyForm
from messages_app.admin.reading import give_reason, has_given_reason, may_read_thread, staff_of
from messages_app.models import Thread
from messages_app.policy.reasons import BUYER_TOPICS, REASONS
from messages_app.queries.staff_threads import staff_conversation, thread_for_staff
from orders.record_search import by_order

TOPICS = (*(reason.name for reason in REASONS), *BUYER_TOPICS)  # what a thread began with


@admin.register(Thread)
class ThreadAdmin(MetadataAdmin[Thread]):
    """What is known of a thread without its words; the words behind a typed reason (MOD-6)."""

    list_display = ("id", "kind", "buyer", "seller", "order", "created_at")
    list_filter = ("kind", ("topic", fixed_values(TOPICS)), "created_at")
    finders = (
        by_id("pk"), by_order("order"), by_alias(pair="pair"), by_names(seller="seller", buyer="buyer"),
    )  # fmt: skip
    fields = (
        "id", "kind", "buyer", "seller", "pair", "order", "topic", "created_at", "started_by",
        "buyer_wrote_at", "seller_wrote_at",
    )  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<uuid:thread_id>/read/", view(self.read), name="messages_app_thread_read"),
            path("file/<uuid:attachment_id>/", view(staff_file), name="messages_app_thread_file"),
        ]
        return own + super().get_urls()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        thread_id = as_uuid(object_id)  # else Django says that there is none
        read_url = reverse("admin:messages_app_thread_read", args=[thread_id]) if thread_id else ""
        more = {"read_url": read_url}
        return super().change_view(request, object_id, form_url, {**more, **(extra_context or {})})

    def read(self, request: HttpRequest, thread_id: UUID) -> HttpResponse:
        """The words of a thread, once a reason was typed."""
        thread = thread_for_staff(thread_id)
        if thread is None or not may_read_thread(staff_of(request), thread):
            raise Http404
        form = WhyForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            open_thread(request, thread, form.cleaned_data["reason"])
            return redirect("admin:messages_app_thread_read", thread_id)
        given = has_given_reason(request, "thread", thread.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Read a thread"),
            "thread": thread,
            "form": form,
            "conversation": staff_conversation(thread) if given else None,
        }
        return TemplateResponse(request, "admin/thread.html", context)


def open_thread(request: HttpRequest, thread: Thread, reason: str) -> None:
    """Writes down why the person reads this thread."""
    give_reason(
        request,
        kind="thread",
        object_id=thread.pk,
        reason=reason,
        seller=thread.seller,
        buyer=thread.buyer,
    )

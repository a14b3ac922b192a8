from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.record_admin import MetadataAdmin
from accounts.record_search import as_uuid
from messages_app.admin.addresses import addresses
from messages_app.admin.case_page import case_view
from messages_app.admin.case_page import decide as decide_view
from messages_app.admin.forms import WhyForm
from messages_app.admin.mails import mail_source
from messages_app.admin.reading import staff_of
from messages_app.admin.words import said_of
from messages_app.models import Case
from messages_app.queries.moderation import CaseFilters, case_page, cases_with_people, queues
from messages_app.services.decided import Outcome
from messages_app.services.moderation import Action, actions_of, decide_cases
from messages_app.wording.queue import kind_name, what_happens

_MOST = 50  # cases decided at once: a page


@admin.register(Case)
class CaseAdmin(MetadataAdmin[Case]):
    """The queue: oldest first, filtered, searched, decided one by one or several of a kind (MOD-3, UX-8)."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("", view(self.changelist_view), name="messages_app_case_changelist"),
            path("decide/", view(self.decide_many), name="messages_app_case_bulk"),
            path("addresses/<int:pair_id>/", view(addresses), name="messages_app_case_addresses"),
            path("<uuid:case_id>/", view(case_view), name="messages_app_case_change"),
            path("<uuid:case_id>/mail.eml", view(mail_source), name="messages_app_case_mail"),
            path("<uuid:case_id>/<str:action>/", view(decide_view), name="messages_app_case_decide"),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """The cases of the filters that stand in the address."""
        filters = _filters(request.GET)
        page = case_page(filters, request.GET.get("after", ""))
        context = {
            **self.admin_site.each_context(request),
            "title": kind_name(filters.kind) if filters.kind else _("The queue"),
            "filters": filters,
            "queues": queues(),
            "cases": page.cases,
            "after": page.after,
            "actions": [] if filters.decided else actions_of(filters.kind),
            "query": urlencode({name: value for name, value in request.GET.items() if name != "after"}),
        }
        return TemplateResponse(request, "admin/cases.html", context)

    def decide_many(self, request: HttpRequest) -> HttpResponse:
        """Several cases of one kind: a page that asks for the reason and a yes, then the decisions."""
        if request.method != "POST":
            return redirect("admin:messages_app_case_changelist")
        kind, action = request.POST.get("kind", ""), _action_or_404(request.POST)
        if action not in actions_of(kind):
            raise Http404
        cases = _chosen(request.POST, kind)
        if not cases:
            messages.info(request, _("Choose at least one that still waits."))
            return redirect(_list_of(kind))
        form = WhyForm(request.POST if "confirmed" in request.POST else None)
        if form.is_valid():
            _decide(request, cases, action, form.cleaned_data["reason"])
            return redirect(_list_of(kind))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Decide about several"),
            "cases": cases,
            "kind": kind,
            "action": action,
            "what_happens": what_happens(kind, action),
            "form": form,
        }
        return TemplateResponse(request, "admin/decide_many.html", context)


def _filters(query: QueryDict) -> CaseFilters:
    kind, about = query.get("kind", ""), query.get("about", "")
    return CaseFilters(
        kind=kind if kind in Case.Kind.values else "",
        about=about if about in ("buyer", "seller") else "",
        decided="decided" in query,
        words=query.get("q", "")[:200],
    )


def _action_or_404(data: QueryDict) -> Action:
    try:
        return Action(data.get("action", ""))
    except ValueError:
        raise Http404 from None


def _chosen(data: QueryDict, kind: str) -> list[Case]:
    """The chosen cases of that kind that still wait."""
    ids = [row_id for text in data.getlist("case")[:_MOST] if (row_id := as_uuid(text))]
    cases = cases_with_people().filter(pk__in=ids, kind=kind, closed_at=None)
    return list(cases.order_by("opened_at", "pk"))


def _list_of(kind: str) -> str:
    return f"{reverse('admin:messages_app_case_changelist')}?{urlencode({'kind': kind})}"


def _decide(request: HttpRequest, cases: list[Case], action: Action, reason: str) -> None:
    """Decides, and says how many it did, and of the others why not."""
    decided = decide_cases(
        case_ids=[case.pk for case in cases],
        action=action,
        by=staff_of(request),
        reason=reason,
        now=timezone.now(),
    )
    done = sum(one.outcome is Outcome.DONE for one in decided.values())
    if done:
        words = ngettext("%(count)d case is decided.", "%(count)d cases are decided.", done)
        messages.success(request, words % {"count": done})
    others = dict.fromkeys(said_of(one) for one in decided.values() if one.outcome is not Outcome.DONE)
    for said in others:
        messages.error(request, said)

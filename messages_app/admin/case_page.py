"""One case: what it is about, the words behind a typed reason, and the decision (MOD-3, MOD-6, UX-8)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from messages_app.admin.forms import WhyForm
from messages_app.admin.mails import readable_mail
from messages_app.admin.reading import give_reason, has_given_reason, may_read_case, staff_of
from messages_app.admin.words import said_of
from messages_app.models import Case
from messages_app.queries.moderation import case_or_404, history_of, is_party, next_case
from messages_app.queries.staff_threads import staff_conversation, thread_for_staff
from messages_app.services.decided import Outcome
from messages_app.services.moderation import Action, actions_of, decide_case, shows_real_addresses
from messages_app.wording.queue import kind_name, what_happens


def case_view(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The case; its words once a reason was typed, for an hour."""
    case = case_or_404(case_id)
    may_read = may_read_case(staff_of(request), case)
    form = WhyForm(request.POST or None)
    if request.method == "POST" and may_read and form.is_valid():
        kind, object_id = _subject(case)
        give_reason(
            request,
            kind=kind,
            object_id=object_id,
            reason=form.cleaned_data["reason"],
            seller=case.seller,
            buyer=case.buyer,
        )
        about = _about_message(case)
        place = f"#m-{about}" if about else ""  # a long thread opens where the case is
        return redirect(reverse("admin:messages_app_case_change", args=[case_id]) + place)
    return TemplateResponse(request, "admin/case.html", _context(request, case, form, may_read=may_read))


def decide(request: HttpRequest, case_id: UUID, action: str) -> HttpResponse:
    """Asks for a reason and a yes; then the decision, and on to the next case."""
    case = case_or_404(case_id)
    if action not in actions_of(case.kind):
        raise Http404
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _decide(request, case, Action(action), form.cleaned_data["reason"])
    context = {
        **admin.site.each_context(request),
        "title": kind_name(case.kind),
        "case": case,
        "action": action,
        "what_happens": what_happens(case.kind, action),
        "grave": action == Action.RELEASE and shows_real_addresses(case),
        "form": form,
    }
    return TemplateResponse(request, "admin/decide.html", context)


def _decide(request: HttpRequest, case: Case, action: Action, reason: str) -> HttpResponse:
    staff = staff_of(request)
    decided = decide_case(case_id=case.pk, action=action, by=staff, reason=reason, now=timezone.now())
    if decided.outcome is not Outcome.DONE:
        messages.error(request, said_of(decided))
        return redirect("admin:messages_app_case_change", case.pk)
    following = next_case(case, staff)
    if following is None:
        messages.success(request, _("Decided. Nothing else of this kind waits."))
        return redirect("admin:index")
    messages.success(request, _("Decided. Here is the next one."))
    return redirect("admin:messages_app_case_change", following.pk)


def _subject(case: Case) -> tuple[str, UUID]:
    """What is read: the thread, or a mail that belongs to none."""
    if case.thread_id is not None:
        return "thread", case.thread_id
    return "mail", case.inbound_id or case.delivery_id or case.pk


def _about_message(case: Case) -> UUID | None:
    return case.message_id or (case.delivery.message_id if case.delivery else None)


def _context(request: HttpRequest, case: Case, form: WhyForm, *, may_read: bool) -> dict[str, Any]:
    staff = staff_of(request)
    given = may_read and has_given_reason(request, *_subject(case))
    thread = thread_for_staff(case.thread_id) if case.thread_id and given else None
    return {
        **admin.site.each_context(request),
        "title": kind_name(case.kind),
        "case": case,
        "form": form,
        "own": is_party(staff, case),
        "may_read": may_read,
        "given": given,
        "actions": actions_of(case.kind) if case.is_open else (),
        "history": history_of(case, timezone.now()),
        "thread": thread,
        "conversation": staff_conversation(thread, about=_about_message(case)) if thread else None,
        "about_message": _about_message(case),
        "mail": readable_mail(case) if given else None,
        "tries": list(case.delivery.tries.order_by("at", "id")) if case.delivery else [],
    }

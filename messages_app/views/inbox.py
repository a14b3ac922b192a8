from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import role_or_404
from accounts.models import Permission
from accounts.signed_out import login_required
from messages_app.queries.held_mail import held_count
from messages_app.queries.inbox import counts_of, inbox_page, view_named, views_of


@require_safe
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """The mailbox of the current role; the view and the page stand in the URL (BOX-2, BOX-3)."""
    role = role_or_404(request, Permission.READ)
    view = view_named(role, request.GET.get("view", ""))
    context = {
        "role": role,
        "may_set": role.may(Permission.SETTINGS),
        "held": held_count(role, timezone.now()),
        "view": view,
        "views": views_of(role),
        "counts": counts_of(role),
        "page": inbox_page(role, view, request.GET.get("after", "")),
    }
    return render(request, "messages_app/inbox.html", context)

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import require, role_or_404
from accounts.models import Permission
from accounts.signed_out import login_required
from messages_app.policy.facts import Side
from messages_app.queries.threads import message_or_404
from messages_app.queries.trace import trace_of


@require_safe
@login_required
def message_trace(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """What happened to a message, for its author alone (MAIL-23)."""
    role = role_or_404(request)
    message, thread = message_or_404(role, message_id)
    if message.author != Side(role.side):
        raise Http404
    require(role, Permission.READ)
    context = {
        "role": role,
        "message": message,
        "thread": thread,
        "lines": trace_of(message),
    }
    return render(request, "messages_app/trace.html", context)

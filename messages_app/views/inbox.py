from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import role_or_404
from accounts.models import Permission
from accounts.signed_out import login_required
from messages_app.policy.facts import Side
from messages_app.queries.inbox import next_due
from messages_app.views.listing import list_context, listing_of


@require_safe
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """The mailbox of the current role; view, filters and page stand in the URL (BOX-2, BOX-3)."""
    role = role_or_404(request, Permission.READ)
    context = list_context(role, listing_of(request, role))
    context["next_due"] = next_due(role) if role.side == Side.SELLER else None
    return render(request, "messages_app/inbox.html", context)

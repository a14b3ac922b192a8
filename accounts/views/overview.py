"""Settings, begun: a buyer's Your Account, a member's and staff's list of settings (BOX-3)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.queries.second_factor import second_factor_of
from accounts.roles import current_role
from accounts.signed_out import login_required
from accounts.views.person import person_of


@require_safe
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """Where everything is that concerns the person and their seller account."""
    context = {
        "section": "settings",
        "role": current_role(request),
        "second_factor_on": second_factor_of(person_of(request)) is not None,
    }
    return render(request, "accounts/settings.html", context)

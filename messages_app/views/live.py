"""What an open page asks every few seconds (BOX-11)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from accounts.access import role_or_404
from accounts.models import Permission
from messages_app.queries.live import live_mark


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """204 while the mailbox is as it was at `mark`; else {"mark"}: then the page fetches itself anew and
    takes over what is new. 401 for who is signed out: a script follows no way to the sign-in page."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    mark = live_mark(role_or_404(request, Permission.READ))
    if request.GET.get("mark") == mark:
        return HttpResponse(status=204)
    return JsonResponse({"mark": mark})

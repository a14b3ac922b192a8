from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import require_owner, role_or_404
from accounts.signed_out import login_required
from messages_app.models import Case
from messages_app.queries.held_mail import held_mail_or_404
from messages_app.queries.held_mail import held_mails as held_mails_of
from messages_app.services.held_mail import disown, let_in


@require_safe
@login_required
def held_mails(request: HttpRequest) -> HttpResponse:
    """Mails that say they come from this side and could not be proven (MAIL-10)."""
    role = role_or_404(request)
    require_owner(role)
    context = {"role": role, "mails": held_mails_of(role, timezone.now())}
    return render(request, "messages_app/held_mails.html", context)


@require_POST
@login_required
def held_mail(request: HttpRequest, inbound_id: UUID) -> HttpResponse:
    """Confirms or discards one of them."""
    role = role_or_404(request)
    now = timezone.now()
    row = held_mail_or_404(role, inbound_id, now)
    require_owner(role)  # who confirms it sends it as the owner (ACC-3)
    match request.POST.get("action"):
        case "confirm":
            done = let_in(inbound_id=row.pk, decision=Case.Decision.CONFIRMED, now=now, by=role.user)
            said = _("Confirmed: the mail goes through the checks now.")
        case "discard":
            done = disown(inbound_id=row.pk, decision=Case.Decision.DISOWNED, now=now, by=role.user)
            said = _("Discarded: nobody will see it.")
        case _:
            raise Http404
    if done:
        messages.success(request, said)
    else:
        messages.error(request, _("This mail cannot be decided any more."))
    return redirect("held_mails")

"""What a buyer lets sellers do (ACC-7, ACC-8)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import buyer_role_or_404
from accounts.models import Buyer
from accounts.next_page import page_of_ours
from accounts.queries.buyer_pairs import pair_of_buyer_or_404, pairs_of_buyer
from accounts.services import consent
from accounts.signed_out import login_required


@require_safe
@login_required
def privacy(request: HttpRequest) -> HttpResponse:
    """Unsolicited messages on or off, for all sellers and for each; blocks."""
    role = buyer_role_or_404(request)
    context = {
        "section": "settings",
        "role": role,
        "buyer": role.buyer,
        "pairs": pairs_of_buyer(_buyer(role.buyer)),
    }
    return render(request, "accounts/settings_privacy.html", context)


@require_POST
@login_required
def set_unsolicited(request: HttpRequest) -> HttpResponse:
    """Switches unsolicited messages of all sellers."""
    buyer = _buyer(buyer_role_or_404(request).buyer)
    allowed = request.POST.get("allowed") == "yes"
    consent.set_unsolicited(buyer=buyer, allowed=allowed, now=timezone.now())
    messages.success(request, _("Saved. It holds from the next message on."))
    return redirect("settings_privacy")


@require_POST
@login_required
def change_seller(request: HttpRequest, pk: int) -> HttpResponse:
    """Opts out of one seller or in again, blocks it or unblocks it. Leads back to `next` where another page
    asked for it."""
    buyer = _buyer(buyer_role_or_404(request).buyer)
    pair, now = pair_of_buyer_or_404(buyer, pk), timezone.now()
    match request.POST.get("action"):
        case "opt_out":
            consent.opt_out_of_seller(pair=pair, now=now)
        case "opt_in":
            consent.opt_in_to_seller(pair=pair, now=now)
        case "block":
            consent.set_blocked_by_buyer(pair=pair, blocked=True, now=now)
        case "unblock":
            consent.set_blocked_by_buyer(pair=pair, blocked=False, now=now)
        case _:
            raise Http404
    messages.success(request, _("Saved. It holds from the next message on."))
    wanted = page_of_ours(request, request.POST.get("next", ""))
    return HttpResponseRedirect(wanted or resolve_url("settings_privacy"))


def _buyer(buyer: Buyer | None) -> Buyer:
    """The buyer of a role that `buyer_role_or_404` has checked."""
    if buyer is None:
        raise Http404
    return buyer

"""Orders as either side sees them (ORD-2)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import require, role_or_404
from accounts.models import Permission
from accounts.queries.pairs import alias_of
from accounts.services.consent import set_blocked_by_seller
from accounts.services.pairs import pair_for
from accounts.signed_out import login_required
from orders.queries.lists import order_or_404, order_page, pair_of_order


@require_safe
@login_required
def orders(request: HttpRequest) -> HttpResponse:
    """Manage Orders of a seller, Your Orders of a buyer, 50 a page."""
    role = role_or_404(request, Permission.READ)
    context = {"section": "orders", "role": role, "page": order_page(role, request.GET.get("after", ""))}
    return render(request, "orders/orders.html", context)


@require_safe
@login_required
def order(request: HttpRequest, number: str) -> HttpResponse:
    """One order, with the way to write about it to the other side."""
    role = role_or_404(request)
    found = order_or_404(role, number)
    require(role, Permission.READ)
    pair = pair_of_order(found)
    context = {
        "section": "orders",
        "role": role,
        "order": found,
        "pair": pair,
        "alias": alias_of(pair, "buyer" if role.membership else "seller") if pair else "",
        "events": sorted(found.events.all(), key=lambda event: event.at),
        "may_write": role.may(Permission.REPLY),
        "may_block": role.membership is not None and role.may(Permission.SETTINGS),
    }
    return render(request, "orders/order.html", context)


@require_POST
@login_required
def block_buyer(request: HttpRequest, number: str) -> HttpResponse:
    """Blocks the buyer of an order for messages that belong to no order, or unblocks them (ACC-8)."""
    role = role_or_404(request)
    found = order_or_404(role, number)
    if role.membership is None:
        raise Http404
    require(role, Permission.SETTINGS)
    blocked = request.POST.get("blocked") == "yes"
    pair = pair_for(found.buyer, found.seller)
    set_blocked_by_seller(pair=pair, blocked=blocked, now=timezone.now())
    messages.success(request, _("Saved. It holds from the next message on."))
    return redirect("order", number=number)

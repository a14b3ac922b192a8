"""Orders as either side sees them, with what was said about them (ORD-2)."""

from __future__ import annotations

from urllib.parse import urlencode

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
from messages_app.policy.facts import Side
from messages_app.queries.order_threads import talks_about, threads_about
from messages_app.views.searching import may_search
from orders.models import Order
from orders.queries.filters import OrderFilter, read_filter
from orders.queries.lists import OrderPage, order_or_404, order_page, pair_of_order
from orders.timeline import timeline_of


@require_safe
@login_required
def orders(request: HttpRequest) -> HttpResponse:
    """Manage Orders of a seller, Your Orders of a buyer, filtered, 50 a page."""
    role = role_or_404(request, Permission.READ)
    wanted = read_filter(request.GET.dict())
    after = request.GET.get("after", "")
    too_often = bool(wanted.text) and not may_search(role)
    page = OrderPage(orders=[], after="")
    if not too_often:
        page = order_page(role, wanted, zone=timezone.get_current_timezone(), after=after)
    talks = talks_about(role, page.orders)
    context = {
        "role": role,
        "wanted": wanted,
        "states": [(state, wanted.with_status(state).query) for state in ("", *Order.Status.values)],
        "page": page,
        "rows": [(order, talks.get(order.pk)) for order in page.orders],
        "first_page": wanted.query,
        "next_page": urlencode({"after": page.after}) + f"&{wanted.query}" if page.after else "",
        "is_first": not after,
        "too_often": too_often,
        "no_orders_yet": wanted == OrderFilter() and not after,
        "may_write": role.may(Permission.REPLY),
    }
    return render(request, "orders/orders.html", context)


@require_safe
@login_required
def order(request: HttpRequest, number: str) -> HttpResponse:
    """One order: what it is, what became of it, what was said about it, and the way to write."""
    role = role_or_404(request)
    found = order_or_404(role, number)
    require(role, Permission.READ)
    pair = pair_of_order(found)
    context = {
        "role": role,
        "order": found,
        "pair": pair,
        "other_name": found.buyer.display_name if role.membership else found.seller.trade_name,
        "alias": alias_of(pair, Side(role.side).other) if pair else "",
        "timeline": timeline_of(found),
        "threads": threads_about(role, found),
        "may_write": role.may(Permission.REPLY),
        "may_block": role.membership is not None and role.may(Permission.SETTINGS),
    }
    return render(request, "orders/order.html", context)


@require_POST
@login_required
def block_buyer(request: HttpRequest, number: str) -> HttpResponse:
    """Blocks the buyer of an order for messages that belong to no order, or unblocks them (ACC-8)."""
    role = role_or_404(request)
    if role.membership is None:
        raise Http404
    found = order_or_404(role, number)
    require(role, Permission.SETTINGS)
    blocked = request.POST.get("blocked") == "yes"
    pair = pair_for(found.buyer, found.seller)
    set_blocked_by_seller(pair=pair, blocked=blocked, now=timezone.now())
    messages.success(request, _("Saved. It holds from the next message on."))
    return redirect("order", number=number)

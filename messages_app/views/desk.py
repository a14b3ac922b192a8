"""Where somebody writes: what drafts, uploads and hints are about."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode

from accounts.access import require, role_or_404
from accounts.models import Permission, Seller
from accounts.roles import Role
from messages_app.models import Thread
from messages_app.queries.drafts import Target, target_of
from messages_app.queries.threads import thread_or_404
from orders.models import Order
from orders.queries.lists import order_or_404


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """In which role, to what, and the page that it is written on; one of thread, order and asked."""

    role: Role
    target: Target
    page: str
    thread: Thread | None = None
    order: Order | None = None
    asked: Seller | None = None


def desk_or_404(request: HttpRequest) -> Desk:
    """The one that the address names: `thread`, `order` (a number) or `seller` (a slug, asked by a buyer).
    404 for everybody who could not write there, 403 for a member without the permission (SEC-1): who writes
    in a thread has it before them, so there it takes "read messages" besides (ACC-3)."""
    role = role_or_404(request)
    desk = _desk(
        role,
        thread=request.GET.get("thread", ""),
        order=request.GET.get("order", ""),
        seller=request.GET.get("seller", ""),
    )
    require(role, Permission.REPLY)
    if desk.thread:
        require(role, Permission.READ)
    return desk


def by_script(request: HttpRequest) -> bool:
    """Whether a script asks, which wants an answer of its own instead of a page (UX-7)."""
    return request.headers.get("X-Requested-With") == "fetch"


def _desk(role: Role, *, thread: str, order: str, seller: str) -> Desk:
    if thread:
        return _at_thread(role, thread_or_404(role, _id_or_404(thread)))
    if order:
        return _at_order(role, order_or_404(role, order))
    if role.buyer is None:
        raise Http404
    open_ones = Seller.objects.exclude(standing=Seller.Standing.CLOSED)
    asked = get_object_or_404(open_ones, slug=seller.replace("\0", ""))
    page = reverse("ask_question", args=[asked.slug])
    return Desk(role=role, target=target_of(role, to_seller_id=asked.pk), page=page, asked=asked)


def _at_thread(role: Role, thread: Thread) -> Desk:
    if thread.pair_id is None:  # the marketplace's own take no answer
        raise Http404
    page = reverse("thread", args=[thread.id])
    return Desk(role=role, target=target_of(role, thread_id=thread.id), page=page, thread=thread)


def _at_order(role: Role, order: Order) -> Desk:
    page = f"{reverse('new_message')}?{urlencode({'order': order.number})}"
    return Desk(role=role, target=target_of(role, order_id=order.pk), page=page, order=order)


def _id_or_404(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None

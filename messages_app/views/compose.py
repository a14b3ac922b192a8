from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import require, role_or_404
from accounts.models import Permission
from accounts.roles import Role
from accounts.services.pairs import pair_for
from accounts.signed_out import login_required_keeping, writing_again
from messages_app.forms import MessageForm, ReasonForm, TopicForm, upload_limit_mb
from messages_app.policy.facts import Side
from messages_app.policy.reasons import BUYER_TOPICS
from messages_app.queries.facts import cap_of, usage_of
from messages_app.queries.limits import current_limits
from messages_app.views.sending import (
    Said,
    form_again,
    objections,
    other_name,
    reasons_for,
    say_sent,
    send,
    try_any_text,
)
from messages_app.wording import reason_name, topic_name
from orders.models import Order
from orders.queries import local_day
from orders.queries.lists import order_or_404, pair_of_order

CAP_WARNS_AT = 80  # percent of the daily cap (CAP-4)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required_keeping("text", "reason", "topic")
def new_message(request: HttpRequest) -> HttpResponse:
    """Contact Buyer with a reason, or Contact Seller with a topic, about an order (RSN-1, RSN-8)."""
    role = role_or_404(request)
    order = order_or_404(role, request.GET.get("order", ""))
    require(role, Permission.REPLY)
    if request.method != "POST":
        return _page(request, role, order, _form(role, order, kept=writing_again(request)))
    form = _form(role, order, request)
    if not form.is_valid():
        return _page(request, role, order, form_again(form), status=422)
    pair = pair_for(order.buyer, order.seller)
    sent = send(role, form, pair=pair, order_id=order.pk, subject=_subject(form, order))
    said = objections(sent.decision, role)
    if said:
        kept = form_again(form) if sent.may_be_sent_again else _form(role, order)
        return _page(request, role, order, kept, said=said, status=422)
    say_sent(request, sent)
    return redirect("thread", thread_id=sent.thread_id)


def _form(
    role: Role,
    order: Order,
    request: HttpRequest | None = None,
    *,
    kept: dict[str, str] | None = None,
) -> MessageForm:
    given = (request.POST, request.FILES) if request else ()
    if role.side == Side.BUYER:
        return TopicForm(*given, topics=BUYER_TOPICS, initial=kept)
    return ReasonForm(*given, reasons=reasons_for(order), initial=kept)


def _subject(form: MessageForm, order: Order) -> str:
    data = form.cleaned_data
    about = reason_name(data["reason"]) if "reason" in data else topic_name(data["topic"])
    return f"{about}, {order.number}"


def _page(
    request: HttpRequest,
    role: Role,
    order: Order,
    form: MessageForm,
    *,
    said: list[Said] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "role": role,
        "order": order,
        "other_name": other_name(role, order.buyer, order.seller),
        "form": form,
        "objections": said or [],
        "upload_limit_mb": upload_limit_mb(),
        **(_use(order) if role.side == Side.SELLER else _obstacles(role, order)),
    }
    return render(request, "messages_app/compose.html", context, status=status)


def _use(order: Order) -> dict[str, object]:
    """Today's use and cap (CAP-4)."""
    day = local_day(order.seller.marketplace, timezone.now())
    used, cap = usage_of(order.seller, day), cap_of(order.seller, day, current_limits())
    warns_at = -(-cap * CAP_WARNS_AT // 100)  # rounded up: below it less than 80 % are used
    return {"used": used, "cap": cap, "cap_warns_at": warns_at, "cap_is_near": used >= warns_at}


def _obstacles(role: Role, order: Order) -> dict[str, object]:
    """What the gate would say to any text of this buyer's, so that nobody writes in vain (ACC-6, ACC-8)."""
    pair = pair_of_order(order)
    said = try_any_text(role, pair, order) if pair else frozenset()
    return {"blocks_seller": "blocks_other" in said, "takes_no_messages": "messaging_off" in said}

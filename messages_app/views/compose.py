"""Contact Buyer with a reason, Contact Seller with a topic, about an order (RSN-1, RSN-4, RSN-8)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import require, role_or_404
from accounts.models import Pair, Permission
from accounts.roles import Role
from accounts.services.pairs import pair_for
from accounts.signed_out import login_required_keeping, writing_again
from messages_app.forms import MessageForm, ReasonForm, TopicForm, upload_limit_mb
from messages_app.policy.facts import Side
from messages_app.policy.reasons import BUYER_TOPICS
from messages_app.queries.drafts import FIELDS
from messages_app.queries.limits import current_limits
from messages_app.queries.order_threads import thread_continued
from messages_app.services.languages import language_of
from messages_app.views.composer import begin, form_again, other_name, reasons_for, try_any_text, use_of
from messages_app.views.findings import FindingInWords, objections, say_sent
from messages_app.views.preview import preview_about, subject_for_buyer, subject_for_seller, with_people
from messages_app.views.sending import is_ready, send
from orders.models import Order
from orders.queries.lists import order_or_404, pair_of_order

# What the gate would say to a seller whatever the text, told before anybody writes in vain.
_IN_THE_WAY = ("suspended", "closed", "restricted", "blocked_by_other", "opted_out")
_EXPECTED_TOPICS = {
    Order.Status.PENDING: "where_is_it",
    Order.Status.UNSHIPPED: "where_is_it",
    Order.Status.SHIPPED: "where_is_it",
    Order.Status.DELIVERED: "product_question",
    Order.Status.CANCELLED: "refund",
    Order.Status.RETURNED: "refund",
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required_keeping(*FIELDS)
def new_message(request: HttpRequest) -> HttpResponse:
    """The page to write about an order: form, refusals (422), and a preview where it is asked for."""
    role = role_or_404(request)
    order = order_or_404(role, request.GET.get("order", ""))
    require(role, Permission.REPLY)
    if request.method != "POST":
        return _page(request, role, order, _form(role, order, kept=writing_again(request)))
    form = _form(role, order, request)
    if "preview" in request.POST:
        return _page(request, role, order, form_again(form))
    if not is_ready(role, form, order_id=order.pk):
        return _page(request, role, order, form_again(form), status=422)
    pair = pair_for(order.buyer, order.seller)
    subject = _subject(role, pair, order, form.cleaned_data)
    sent = send(role, form, pair=pair, order_id=order.pk, subject=subject)
    said = objections(sent.decision, role)
    if said:
        kept = form_again(form) if sent.may_be_sent_again else _form(role, order)
        return _page(request, role, order, kept, said=said, status=422)
    say_sent(request, sent)
    if role.may(Permission.READ):
        return redirect("thread", thread_id=sent.thread_id)
    return redirect(request.get_full_path())  # who may not read is told on the page that they may see (ACC-3)


def _form(
    role: Role,
    order: Order,
    request: HttpRequest | None = None,
    *,
    kept: dict[str, str] | None = None,
) -> MessageForm:
    given = (request.POST, request.FILES) if request else ()
    if role.side == Side.BUYER:
        return TopicForm(*given, topics=BUYER_TOPICS, initial=kept or _expected_topic(order))
    return ReasonForm(*given, reasons=reasons_for(order), initial=kept)


def _expected_topic(order: Order) -> dict[str, str]:
    """What a buyer most likely asks (UX-3, RSN-8): of what has not arrived, where it is; of what came back or
    was cancelled, the refund; of what they hold in their hands, something about it."""
    return {"topic": _EXPECTED_TOPICS[Order.Status(order.status)]}


def _subject(role: Role, pair: Pair, order: Order, data: dict[str, str]) -> str:
    """What it is about, as the other side reads it over its mail."""
    if role.side == Side.BUYER:
        return subject_for_seller(order.seller, data["topic"], order.number)
    return subject_for_buyer(pair, order, data["reason"])


def _page(
    request: HttpRequest,
    role: Role,
    order: Order,
    form: MessageForm,
    *,
    said: list[FindingInWords] | None = None,
    status: int = 200,
) -> HttpResponse:
    pair = pair_of_order(order)
    context = {
        "role": role,
        "order": order,
        "other_name": other_name(role, order.buyer, order.seller),
        "form": form,
        "objections": said or [],
        "upload_limit_mb": upload_limit_mb(),
        **begin(role, form, order=order),
        **(_of_seller(role, order, pair, form) if role.seller else _of_buyer(role, order, pair)),
    }
    return render(request, "messages_app/compose.html", context, status=status)


def _of_seller(role: Role, order: Order, pair: Pair | None, form: MessageForm) -> dict[str, object]:
    """Today's use, what stands in the way of any text, and what the buyer would get."""
    codes = try_any_text(role, order)
    given = form.data if form.is_bound else form.initial
    return {
        **use_of(order.seller),
        "obstacles": [code for code in _IN_THE_WAY if code in codes],
        **preview_about(order, pair, given),
        "window_days": current_limits().proactive_window_days,
        "buyer_language": language_of(with_people(pair, order), Side.BUYER),
    }


def _of_buyer(role: Role, order: Order, pair: Pair | None) -> dict[str, object]:
    """What the gate would say to any text of this buyer's, so that nobody writes in vain (ACC-6, ACC-8), and
    the conversation that a message continues (BOX-1)."""
    codes = try_any_text(role, order)
    return {
        "blocks_seller": "blocks_other" in codes,
        "takes_no_messages": "messaging_off" in codes,
        "own_seller": "own_seller" in codes,
        "pair": pair,
        "continued": thread_continued(pair, order),
    }

"""What the buyer gets of a message that is being written, beside its text (RSN-3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_POST

from accounts.models import Pair, Seller
from accounts.signed_out import login_required
from messages_app.models import Thread
from messages_app.policy.checks_reason import coverage_fault
from messages_app.policy.facts import Side
from messages_app.policy.reasons import Reason
from messages_app.relay.preview import preview_for_buyer
from messages_app.services.languages import language_of
from messages_app.views.desk import desk_or_404
from messages_app.views.findings import refusal_in_words
from messages_app.views.written import Written, written_in
from messages_app.wording import reason_name, topic_name
from orders.models import Order
from orders.queries.lists import pair_of_order, with_products

_NOTHING_CHOSEN: dict[str, object] = {"preview": None, "chosen": None, "missing": ""}


@require_POST
@login_required
def preview(request: HttpRequest) -> HttpResponse:
    """A part of the page, of an order or of a thread in which the buyer has not written; nothing is kept."""
    desk = desk_or_404(request)
    if desk.role.seller is None:
        raise Http404
    if desk.order:
        found = preview_about(desk.order, pair_of_order(desk.order), request.POST)
    elif desk.thread:
        found = preview_in(desk.thread, request.POST)
    else:
        raise Http404
    return render(request, "messages_app/_preview.html", found)


def preview_about(order: Order, pair: Pair | None, given: Mapping[str, Any]) -> dict[str, object]:
    """{"preview", "chosen", "missing"} of a first message about an order that comes with its lines, as a form
    gives it: the first two None until a reason is chosen; `missing` says why there is no letter yet. `pair`
    may not be there yet."""
    known = with_people(pair, order)
    written = written_in(given)
    reason = written.reason
    if reason is None:
        return _NOTHING_CHOSEN
    subject = subject_for_buyer(known, order, reason.name)
    return _preview(known, order, reason, written, subject)


def subject_for_buyer(pair: Pair, order: Order, reason: str) -> str:
    """What stands over the buyer's mail of a first message about an order, in their language (RSN-3)."""
    with translation.override(language_of(pair, Side.BUYER)):
        return f"{reason_name(reason)}, {order.number}"


def subject_for_seller(seller: Seller, topic: str, number: str = "") -> str:
    """What stands over the seller's mail of a buyer's message from a page, in the seller's language (RSN-8);
    `number` is that of the order, where there is one."""
    with translation.override(seller.language):
        return ", ".join(filter(None, (topic_name(topic), number)))


def preview_in(thread: Thread, given: Mapping[str, Any]) -> dict[str, object]:
    """The same of a further message in a seller's own thread, which has no subject of its own.

    Raises Http404 where no reason is asked for: there an answer goes as it was written.
    """
    if thread.pair is None or thread.order is None or thread.buyer_wrote_at is not None:
        raise Http404
    written = written_in(given)
    reason = written.reason
    if reason is None:
        return _NOTHING_CHOSEN
    prefetch_related_objects([thread.order], with_products())
    return _preview(thread.pair, thread.order, reason, written, "")


def with_people(pair: Pair | None, order: Order) -> Pair:
    """The pair of an order with its two; one that is not saved where nobody has written yet."""
    pair = pair or Pair(pk=0)
    pair.buyer, pair.seller = order.buyer, order.seller
    return pair


def _preview(pair: Pair, order: Order, reason: Reason, written: Written, subject: str) -> dict[str, object]:
    """No letter is shown with days that are no coverage; none at all are not there yet, like the text."""
    text = written.text if reason.text_limit else ""
    if written.days and (fault := coverage_fault(reason, *written.covers)):
        return {"preview": None, "chosen": reason, "missing": refusal_in_words(fault)}
    covers = tuple(day.isoformat() for day in written.days)
    letter = preview_for_buyer(pair, order, reason=reason.name, subject=subject, text=text, covers=covers)
    return {"preview": letter, "chosen": reason, "missing": ""}

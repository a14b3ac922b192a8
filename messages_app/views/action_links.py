from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.models import Pair
from accounts.services.consent import opt_out_of_seller
from messages_app.queries.action_links import contact_of_copy
from messages_app.services.clock import mark_not_needed
from messages_app.services.links import read_no_response, read_opt_out, read_unsubscribe

# Opening a link shows a page; only its button acts: mail scanners follow links (MAIL-30).


@require_http_methods(["GET", "HEAD", "POST"])
def no_response(request: HttpRequest, token: str) -> HttpResponse:
    """Marks the contact of a notification mail as needing no response (RSP-3)."""
    delivery_id = read_no_response(token)
    contact = contact_of_copy(delivery_id) if delivery_id else None
    if contact is None:
        return _expired(request)
    done = request.method == "POST"
    if done:
        mark_not_needed(thread=contact.thread, user=None, now=timezone.now(), contact=contact)
        contact.refresh_from_db()
    context = {"contact": contact, "order": contact.thread.order, "done": done}
    return render(request, "messages_app/link_no_response.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def opt_out(request: HttpRequest, token: str) -> HttpResponse:
    """Switches a seller's unsolicited messages off for a buyer (ACC-7, MAIL-15)."""
    pair_id = read_opt_out(token)
    if pair_id is None:
        return _expired(request)
    return _opt_out_page(request, pair_id)


@csrf_exempt  # a mail program posts here without a page; the token is the right to do it (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The same for List-Unsubscribe: one POST, no cookie, no redirect."""
    pair_id = read_unsubscribe(token)
    if pair_id is None:
        return _expired(request)
    return _opt_out_page(request, pair_id)


def _opt_out_page(request: HttpRequest, pair_id: int) -> HttpResponse:
    pair = Pair.objects.select_related("seller").filter(pk=pair_id).first()
    if pair is None:
        raise Http404
    done = request.method == "POST"
    if done:
        opt_out_of_seller(pair=pair, now=timezone.now())
    return render(request, "messages_app/link_opt_out.html", {"seller": pair.seller, "done": done})


def _expired(request: HttpRequest) -> HttpResponse:
    return render(request, "messages_app/link_expired.html", status=410)

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import require, role_or_404
from accounts.models import Permission
from accounts.queries.pairs import alias_of
from accounts.roles import Role
from accounts.signed_out import login_required_keeping, writing_again
from messages_app.forms import MessageForm, ReasonForm, upload_limit_mb
from messages_app.models import Thread
from messages_app.policy.facts import Side
from messages_app.queries.inbox import list_beyond_first
from messages_app.queries.moments import read_moment
from messages_app.queries.threads import NEWEST, conversation, last_contact, thread_or_404
from messages_app.services.reading import mark_read
from messages_app.views.sending import Said, form_again, objections, other_name, reasons_for, say_sent, send
from orders.models import Order, OrderEvent


@require_http_methods(["GET", "HEAD", "POST"])
@login_required_keeping("text", "reason")
def thread(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """A conversation: read it, answer it. What the gate refuses comes back with its reasons (422)."""
    role = role_or_404(request)
    found = thread_or_404(role, thread_id)
    require(role, Permission.READ)
    if request.method == "POST":
        return _reply(request, role, found)
    mark_read(thread=found, side=Side(role.side), now=timezone.now())
    return _page(request, role, found, _form(role, found, kept=writing_again(request)))


def _form(
    role: Role,
    thread: Thread,
    request: HttpRequest | None = None,
    *,
    kept: dict[str, str] | None = None,
) -> MessageForm:
    """A reply needs no reason; a seller who writes on unasked picks one (RSN-1)."""
    given = (request.POST, request.FILES) if request else ()
    if role.side == Side.SELLER and thread.buyer_wrote_at is None and thread.order:
        return ReasonForm(*given, reasons=reasons_for(thread.order), initial=kept)
    return MessageForm(*given, initial=kept)


def _reply(request: HttpRequest, role: Role, thread: Thread) -> HttpResponse:
    require(role, Permission.REPLY)
    if thread.pair is None:
        raise PermissionDenied
    form = _form(role, thread, request)
    if not form.is_valid():
        return _page(request, role, thread, form_again(form), status=422)
    sent = send(role, form, pair=thread.pair, thread_id=thread.id)
    said = objections(sent.decision, role)
    if said:
        kept = form_again(form) if sent.may_be_sent_again else _form(role, thread)
        return _page(request, role, thread, kept, said=said, status=422)
    say_sent(request, sent)
    return to_thread(request, thread.id)


def to_thread(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """Back to the conversation, which keeps in its address from which list it was opened."""
    view = request.GET.get("view", "")
    address = reverse("thread", args=[thread_id])
    return HttpResponseRedirect(f"{address}?{urlencode({'view': view})}" if view else address)


def _page(
    request: HttpRequest,
    role: Role,
    thread: Thread,
    form: MessageForm,
    *,
    said: list[Said] | None = None,
    status: int = 200,
) -> HttpResponse:
    # An unreadable moment shows the newest.
    shown = conversation(role, thread, before=read_moment(request.GET.get("before", "")))
    context = {
        "role": role,
        "thread": thread,
        "other_name": other_name(role, thread.buyer, thread.seller),
        "marketplace_name": thread.buyer.marketplace.name,
        "order": _order(thread),
        "conversation": shown,
        "older": len(shown) == NEWEST,
        "contact": last_contact(thread) if role.side == Side.SELLER else None,
        "alias": alias_of(thread.pair, Side(role.side).other) if thread.pair else "",
        "form": form,
        "list_view": list_beyond_first(role, request.GET.get("view", "")),
        "may_reply": role.may(Permission.REPLY) and thread.pair is not None,
        "objections": said or [],
        "upload_limit_mb": upload_limit_mb(),
    }
    return render(request, "messages_app/thread.html", context, status=status)


def _order(thread: Thread) -> Order | None:
    """The order beside the conversation, with its lines and events."""
    if thread.order_id is None:
        return None
    return (
        Order.objects.select_related("marketplace")
        .prefetch_related("lines__product", Prefetch("events", OrderEvent.objects.order_by("at"), "timeline"))
        .get(pk=thread.order_id)
    )

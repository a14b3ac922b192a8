from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, prefetch_related_objects
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
from messages_app.models import MailboxEntry, Thread
from messages_app.policy.facts import Side
from messages_app.queries.drafts import FIELDS
from messages_app.queries.inbox import entry_or_404, next_due
from messages_app.queries.moments import read_moment
from messages_app.queries.threads import NEWEST, MessageView, conversation, last_contact, other_orders
from messages_app.services.reading import mark_read
from messages_app.views.composer import begin, form_again, other_name, reasons_for, use_of
from messages_app.views.findings import FindingInWords, objections, say_sent
from messages_app.views.listing import head_context, kept_query, list_context, listing_of
from messages_app.views.preview import preview_in
from messages_app.views.sending import is_ready, send
from orders.models import Order, OrderEvent
from orders.queries.lists import with_products


@require_http_methods(["GET", "HEAD", "POST"])
@login_required_keeping(*FIELDS)
def thread(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """A conversation: read it, answer it. What the gate refuses comes back with its reasons (422)."""
    role = role_or_404(request)
    entry = entry_or_404(role, thread_id)
    require(role, Permission.READ)
    if request.method == "POST":
        return _reply(request, role, entry)
    if entry.unread:  # `mark_read` would look itself, by one statement more
        mark_read(thread=entry.thread, side=Side(role.side), now=timezone.now())
    return _page(request, role, entry, _form(role, entry.thread, kept=writing_again(request)))


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


def _reply(request: HttpRequest, role: Role, entry: MailboxEntry) -> HttpResponse:
    require(role, Permission.REPLY)
    thread = entry.thread
    if thread.pair is None:
        raise PermissionDenied
    form = _form(role, thread, request)
    if "preview" in request.POST:
        return _page(request, role, entry, form_again(form))
    if not is_ready(role, form, thread_id=thread.id):
        return _page(request, role, entry, form_again(form), status=422)
    sent = send(role, form, pair=thread.pair, thread_id=thread.id)
    said = objections(sent.decision, role)
    if said:
        kept = form_again(form) if sent.may_be_sent_again else _form(role, thread)
        return _page(request, role, entry, kept, said=said, status=422)
    say_sent(request, sent)
    return to_thread(request, thread.id)


def to_thread(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """Back to the conversation, which keeps in its address the list that it was opened from."""
    return HttpResponseRedirect(reverse("thread", args=[thread_id]) + kept_query(request))


def _page(
    request: HttpRequest,
    role: Role,
    entry: MailboxEntry,
    form: MessageForm,
    *,
    said: list[FindingInWords] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The conversation beside its list; alone where a script puts it beside a list that stands there."""
    listing = listing_of(request, role)
    alone = request.headers.get("HX-Target") == "panes"
    beside = head_context(role, listing) if alone else list_context(role, listing)
    # An unreadable moment shows the newest.
    shown = conversation(role, entry.thread, before=read_moment(request.GET.get("older", "")))
    context = beside | _thread_context(role, entry, shown) | {"form": form, "objections": said or []}
    if context["may_reply"]:
        context |= begin(role, form, thread=entry.thread) | (use_of(role.seller) if role.seller else {})
        _take_up_again(request, form, shown)
        if isinstance(form, ReasonForm):
            context |= preview_in(entry.thread, form.data if form.is_bound else form.initial)
    template = "messages_app/_panes_swapped.html" if alone else "messages_app/inbox.html"
    return render(request, template, context, status=status)


def _take_up_again(request: HttpRequest, form: MessageForm, shown: list[MessageView]) -> None:
    """Puts one's own blocked message that the address names (`again`) back into the form: its text and what
    was chosen with it (GATE-2); a draft that waits there stays."""
    asked = request.GET.get("again", "")
    found = next(
        (message for message in shown if message.mine and message.is_blocked and str(message.id) == asked),
        None,
    )
    if found and not form.is_bound:
        taken_up = {} if form.initial.get("text") else _written(found, form)
        form.initial = {**form.initial, **taken_up, "again": True}


def _written(message: MessageView, form: MessageForm) -> dict[str, str]:
    """What the author wrote and chose, as far as the form still offers it; files are chosen anew."""
    text = {"text": message.content.new_text}
    if not isinstance(form, ReasonForm) or message.reason not in form.offered:
        return text
    days = dict(zip(("covers_from", "covers_until"), message.content.covers, strict=False))
    return {**text, "reason": message.reason, **days}


def _thread_context(role: Role, entry: MailboxEntry, shown: list[MessageView]) -> dict[str, object]:
    thread = entry.thread
    order = _order(thread)
    return {
        "thread": thread,
        "place": entry.place,
        "other_name": other_name(role, thread.buyer, thread.seller),
        "marketplace_name": thread.buyer.marketplace.name,
        "order": order,
        "other_orders": other_orders(thread),
        "conversation": shown,
        "older": len(shown) == NEWEST,
        "contact": last_contact(thread) if role.side == Side.SELLER else None,
        "next_due": next_due(role, thread.id) if role.side == Side.SELLER else None,
        "alias": alias_of(thread.pair, Side(role.side).other) if thread.pair else "",
        "may_reply": role.may(Permission.REPLY) and thread.pair is not None,
        "upload_limit_mb": upload_limit_mb(),
    }


def _order(thread: Thread) -> Order | None:
    """The order beside the conversation, with its lines and events."""
    if thread.order is not None:
        timeline = Prefetch("events", OrderEvent.objects.order_by("at"), "timeline")
        prefetch_related_objects([thread.order], with_products(), timeline)
    return thread.order

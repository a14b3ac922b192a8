from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import require, role_or_404
from accounts.models import Permission
from accounts.roles import Role
from accounts.signed_out import login_required
from messages_app.models import Thread
from messages_app.policy.facts import Side
from messages_app.queries.threads import thread_or_404
from messages_app.services.clock import mark_not_needed, undo_not_needed
from messages_app.views.listing import kept_query
from messages_app.views.thread import to_thread


@require_POST
@login_required
def no_response_needed(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """Takes the contact out of the figures; the page offers the way back (RSP-3)."""
    role, thread = _own_thread(request, thread_id)
    if mark_not_needed(thread=thread, user=role.user, now=timezone.now()):
        undo = reverse("response_needed", args=[thread.id]) + kept_query(request)
        messages.success(request, _("Marked as no response needed."), extra_tags=undo)
    else:
        messages.info(request, _("No response was due in this conversation."))
    return to_thread(request, thread.id)


@require_POST
@login_required
def response_needed(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """Undoes it, the due time unchanged (RSP-3)."""
    thread = _own_thread(request, thread_id)[1]
    if undo_not_needed(thread=thread):
        messages.success(request, _("The response is due again, at the same time as before."))
    else:
        messages.info(request, _("There is nothing to undo: the conversation has moved on."))
    return to_thread(request, thread.id)


def _own_thread(request: HttpRequest, thread_id: UUID) -> tuple[Role, Thread]:
    """A thread of the seller that the person acts for; the clock is the seller's alone."""
    role = role_or_404(request)
    thread = thread_or_404(role, thread_id)
    if role.side != Side.SELLER:
        raise Http404
    require(role, Permission.REPLY)
    return role, thread

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import require, role_or_404
from accounts.models import Permission
from accounts.signed_out import login_required
from messages_app.queries.inbox import entry_or_404
from messages_app.services.places import Place, place_threads
from messages_app.views.listing import kept_query
from messages_app.views.thread import to_thread


@require_POST
@login_required
def place_thread(request: HttpRequest, thread_id: UUID, place: str) -> HttpResponse:
    """Archives, deletes or restores a thread of one's own mailbox, at once; the page offers the way back
    (BOX-5)."""
    role = role_or_404(request)
    entry = entry_or_404(role, thread_id)
    require(role, Permission.ORGANISE)
    if place not in Place.values:
        raise Http404
    wanted, before = Place(place), entry.place
    if place_threads(role=role, thread_ids=[thread_id], place=wanted, now=timezone.now()):
        undo = reverse("place_thread", args=[thread_id, before]) + kept_query(request)
        messages.success(request, _said(wanted), extra_tags=undo)
    elif wanted != before:
        messages.info(
            request, _("This conversation was deleted more than 30 days ago: it cannot be restored.")
        )
    if wanted == Place.INBOX:
        return to_thread(request, thread_id)
    return HttpResponseRedirect(reverse("inbox") + kept_query(request))


def _said(place: Place) -> str:
    return {
        Place.INBOX: _("Moved to the inbox."),
        Place.ARCHIVED: _("Archived. A new message brings it back."),
        Place.DELETED: _("Deleted. It can be restored for 30 days."),
    }[place]

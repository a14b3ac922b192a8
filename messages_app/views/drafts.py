"""Drafts save themselves, or by their button where no script runs (BOX-9, UX-7)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.signed_out import login_required, login_required_keeping, writing_again
from messages_app.forms import TEXT_MOST
from messages_app.policy.verdict import Finding
from messages_app.queries.drafts import FIELDS, UploadView
from messages_app.queries.moments import read_moment
from messages_app.services.drafts import Saved, discard_draft, save_draft
from messages_app.services.uploads import add_upload
from messages_app.views.desk import Desk, by_script, desk_or_404
from messages_app.views.findings import refusal_in_words
from messages_app.views.upload_limit import may_bring, too_many_in_words


@require_http_methods(["GET", "POST"])
@login_required_keeping(*FIELDS)
def draft(request: HttpRequest) -> HttpResponse:
    """Saves what the form holds. A script learns the version that is stored now, or (409) the newer text of
    another page; a button comes back to its page."""
    desk = desk_or_404(request)
    if request.method == "GET":  # after a sign-in, with what was written before it
        save_fields(desk, writing_again(request), None)
        return HttpResponseRedirect(desk.page)
    base = read_moment(request.POST.get("saved_at", ""))
    if by_script(request):
        return _told(save_fields(desk, request.POST.dict(), base))
    save_form(request, desk)
    messages.success(request, _("Your draft is saved. It waits here, on every device you sign in with."))
    return HttpResponseRedirect(desk.page)


@require_POST
@login_required
def discard(request: HttpRequest) -> HttpResponse:
    """Forgets the draft and its files."""
    desk = desk_or_404(request)
    discard_draft(target=desk.target)
    if by_script(request):
        return JsonResponse({"saved_at": ""})
    messages.success(request, _("Your draft is gone."))
    return HttpResponseRedirect(desk.page)


def save_fields(desk: Desk, fields: dict[str, str], base: datetime | None) -> Saved:
    """What a form holds beside its files, as long as a page takes it."""
    kept = {name: fields.get(name, "")[:TEXT_MOST].replace("\r\n", "\n") for name in FIELDS}
    return save_draft(target=desk.target, fields=kept, base=base, now=timezone.now())


def save_form(request: HttpRequest, desk: Desk) -> None:
    """What a button sends: text and chosen files. It is what its author sees now, so it wins."""
    save_fields(desk, request.POST.dict(), timezone.now())
    for file in request.FILES.getlist("files"):
        added = take_file(desk, file)
        if added is None:
            messages.error(request, too_many_in_words())
            return
        if isinstance(added, Finding):
            messages.error(request, refusal_in_words(added))


def take_file(desk: Desk, file: UploadedFile[Any]) -> UploadView | Finding | None:
    """Takes a file into the draft, by whichever button it came; None: too many within the hour (SEC-4)."""
    if not may_bring(desk.role):
        return None
    return add_upload(
        target=desk.target,
        name=file.name or "",
        content=file.read(),
        size=file.size or 0,
        now=timezone.now(),
    )


def _told(saved: Saved) -> JsonResponse:
    stored = saved.saved_at.isoformat() if saved.saved_at else ""
    at = f"{timezone.localtime(saved.saved_at):%H:%M}" if saved.saved_at else ""
    if saved.changed is None:
        words = _("Saved %(time)s") % {"time": at} if at else ""
        return JsonResponse({"saved_at": stored, "words": words})
    words = _("This draft was changed elsewhere at %(time)s.") % {"time": at}
    return JsonResponse({"saved_at": stored, "words": words, "text": saved.changed.text}, status=409)

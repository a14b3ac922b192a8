"""Files that are sent ahead of their message: judged at once, shown beside the text (UX-5)."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import require, role_or_404
from accounts.models import Permission
from accounts.signed_out import login_required
from messages_app.files.kinds import MEDIA_TYPES, Kind
from messages_app.forms import upload_limit_mb
from messages_app.policy.verdict import Finding
from messages_app.queries.drafts import draft_at, upload_or_404
from messages_app.services.uploads import remove_upload, submitted_upload
from messages_app.views.desk import Desk, by_script, desk_or_404
from messages_app.views.drafts import save_form, take_file
from messages_app.views.findings import refusal_in_words
from messages_app.views.upload_limit import too_many_in_words


@require_POST
@login_required
def upload(request: HttpRequest) -> HttpResponse:
    """Takes one file, `file`, into the draft. Answers {"html", "used", "saved_at"}: the file as it stands in
    the list, or (422, 429) why it does not."""
    desk = desk_or_404(request)
    file = request.FILES.get("file")
    if file is None:
        return _refused("", _("No file came with this. Choose it again."), status=422)
    name = file.name or ""
    added = take_file(desk, file)
    if added is None:
        return _refused(name, too_many_in_words(), status=429)
    if isinstance(added, Finding):
        return _refused(name, refusal_in_words(added), status=422)
    html = render_to_string("messages_app/_upload.html", {"upload": added, "desk": request.GET.urlencode()})
    return JsonResponse({"html": html, **_state(desk)})


def _refused(name: str, why: str, *, status: int) -> JsonResponse:
    html = render_to_string("messages_app/_upload_refused.html", {"name": name, "why": why})
    return JsonResponse({"html": html}, status=status)


def _state(desk: Desk) -> dict[str, str]:
    """What all files together use, with {limit} where the page puts what its reason allows, and the draft's
    version."""
    draft = draft_at(desk.target)
    context = {"draft": draft, "upload_limit_mb": upload_limit_mb(), "most_files": "{limit}"}
    used = render_to_string("messages_app/_uploads_used.html", context)
    return {"used": used.strip(), "saved_at": draft.saved_at.isoformat() if draft else ""}


@require_POST
@login_required
def remove(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Takes a file out of the draft again; without a script what was typed meanwhile is kept with it."""
    desk = desk_or_404(request)
    found = upload_or_404(desk.role, upload_id)
    if not desk.target.drafts().filter(pk=found.draft_id).exists():
        raise Http404
    remove_upload(upload=found)
    if by_script(request):
        return JsonResponse(_state(desk))
    save_form(request, desk)
    return HttpResponseRedirect(desk.page)


@require_safe
@login_required
def picture(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """An image that waits, for its author alone to see."""
    role = role_or_404(request)
    found = upload_or_404(role, upload_id)
    require(role, Permission.REPLY)
    if found.kind not in (Kind.JPEG, Kind.GIF, Kind.PNG):
        raise Http404
    try:
        content = submitted_upload(found).content
    except FileNotFoundError:  # sent and forgotten by another page at this moment
        raise Http404 from None
    answer = HttpResponse(content, content_type=MEDIA_TYPES[Kind(found.kind)])
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "private, no-store"
    return answer

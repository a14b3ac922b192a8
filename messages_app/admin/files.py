"""Files and mails as bytes, for staff who have given a reason (MOD-6)."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.services.audit import record_audit
from messages_app.admin.reading import has_given_reason, may_read_thread, staff_of
from messages_app.models import Attachment
from messages_app.queries.threads import file_key, file_meta
from messages_app.vault.files import read_file
from messages_app.vault.keys import open_key

Answer = TypeVar("Answer", HttpResponse, StreamingHttpResponse)


@require_safe
def staff_file(request: HttpRequest, attachment_id: UUID) -> StreamingHttpResponse:
    """The file of any message, as passed on or with `?original` as it came; an audit record for each."""
    files = Attachment.objects.select_related("message__thread__key", "message__thread__seller")
    file = files.select_related("message__thread__buyer").filter(pk=attachment_id).first()
    if file is None or not file.stored:
        raise Http404
    original = "original" in request.GET and file.original_size is not None
    thread = file.message.thread
    staff = staff_of(request)
    if not may_read_thread(staff, thread) or not has_given_reason(request, "thread", thread.pk):
        raise Http404
    record_audit(
        actor=staff,
        action="read_original" if original else "read_file",
        kind="attachment",
        object_id=file.pk,
        seller=thread.seller,
        buyer=thread.buyer,
    )
    key = open_key(thread.key)
    answer = StreamingHttpResponse(
        read_file(
            file_key(key, file),
            table="attachment",
            row_id=file.id,
            column="original" if original else "file",
        ),
        content_type="application/octet-stream",
    )
    return as_download(answer, file_meta(key, file)["name"])


def as_download(answer: Answer, name: str) -> Answer:
    """Bytes that no browser opens by itself."""
    answer["Content-Disposition"] = content_disposition_header(True, name) or ""
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer

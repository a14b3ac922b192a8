from __future__ import annotations

from uuid import UUID

from csp.decorators import csp
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from accounts.access import require, role_or_404
from accounts.models import Permission
from accounts.signed_out import login_required
from messages_app.models import Message, Thread
from messages_app.policy.facts import Side
from messages_app.queries.inline_images import with_inline_images
from messages_app.queries.threads import attachment_or_404, file_key, file_name, message_or_404
from messages_app.vault.content import shown_content, written_content
from messages_app.vault.files import read_file
from messages_app.vault.keys import open_key

# What a browser may be told; everything is sent as an attachment with nosniff all the same (ATT-6).
CONTENT_TYPES = {
    "txt": "text/plain; charset=utf-8",
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "png": "image/png",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
# The frame's own policy: its inline styles and images, nothing from anywhere, shown in our pages alone.
FRAME_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "frame-ancestors": ["'self'"],
    "form-action": ["'none'"],
    "base-uri": ["'none'"],
    "sandbox": [""],
}


@require_safe
@login_required
def attachment(request: HttpRequest, attachment_id: UUID) -> StreamingHttpResponse:
    """The bytes of a file of a message that the role sees."""
    role = role_or_404(request)
    file, thread = attachment_or_404(role, attachment_id)
    require(role, Permission.READ)
    key = open_key(thread.key)
    name = file_name(key, file, mine=file.message.author == role.side)
    answer = StreamingHttpResponse(
        read_file(file_key(key, file), table="attachment", row_id=file.id),
        content_type=CONTENT_TYPES.get(file.kind, "application/octet-stream"),
    )
    answer["Content-Length"] = str(file.size)
    answer["Content-Disposition"] = content_disposition_header(True, name) or ""
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_safe
@login_required
def file_page(request: HttpRequest, attachment_id: UUID) -> HttpResponse:
    """A file as a person looks at it before they download it."""
    role = role_or_404(request)
    file, thread = attachment_or_404(role, attachment_id)
    require(role, Permission.READ)
    name = file_name(open_key(thread.key), file, mine=file.message.author == role.side)
    context = {"file": file, "name": name, "thread": thread}
    return render(request, "messages_app/file.html", context)


@require_safe
@login_required
def preview(request: HttpRequest, attachment_id: UUID) -> HttpResponse:
    """An image, or the first page of a PDF, in a picture of our own encoding (ATT-6)."""
    return _picture(request, attachment_id, "preview")


@require_safe
@login_required
def thumbnail(request: HttpRequest, attachment_id: UUID) -> HttpResponse:
    """The same, small."""
    return _picture(request, attachment_id, "thumbnail")


def _picture(request: HttpRequest, attachment_id: UUID, column: str) -> HttpResponse:
    role = role_or_404(request)
    file, thread = attachment_or_404(role, attachment_id)
    require(role, Permission.READ)
    if not file.has_preview:
        raise Http404
    key = file_key(open_key(thread.key), file)
    content = b"".join(read_file(key, table="attachment", row_id=file.id, column=column))
    answer = HttpResponse(content, content_type="image/webp")
    answer["Content-Disposition"] = "inline"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_safe
@login_required
@xframe_options_sameorigin
@csp(FRAME_POLICY)  # type: ignore[arg-type]  # typed for views of no arguments
def message_html(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """A message's sanitised HTML for the sandboxed frame of its thread: no script, nothing loaded
    from anywhere (MAIL-18, SEC-3)."""
    role = role_or_404(request)
    message, thread = message_or_404(role, message_id)
    require(role, Permission.READ)
    key = open_key(thread.key)
    own = message.author == Side(role.side)
    content = written_content(key, message) if own else shown_content(key, message)
    html = content.html if message.is_blocked else with_inline_images(content.html, message, key)
    context = {"html": html, "language": _language_of(message, thread)}
    return render(request, "messages_app/message_html.html", context)


def _language_of(message: Message, thread: Thread) -> str:
    """What its author writes in, for screen readers."""
    if message.author == Message.Author.SELLER and thread.seller:
        return thread.seller.language
    return thread.buyer.user.language or thread.buyer.marketplace.language

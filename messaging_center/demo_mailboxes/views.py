"""The demo mailboxes: read what left the relay, answer through the mail door."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from messages_app.models import Delivery
from messages_app.services.sending import rendered_mail
from messaging_center.demo_mailboxes.door import DoorAnswer, hand_over
from messaging_center.demo_mailboxes.forms import NewMailForm, ReplyForm
from messaging_center.demo_mailboxes.letters import Letter, reply_subject, write_letter
from messaging_center.demo_mailboxes.mailboxes import (
    PAGE,
    Mailbox,
    addresses_of,
    aliases_known_to,
    empty_mailboxes,
    mail_or_404,
    mailbox_key,
    mailbox_or_404,
    mailboxes_with_mail,
    mails_of,
)
from messaging_center.demo_mailboxes.mails import ShownMail, ShownPart, read_mail, with_own_images

SOURCE_SHOWN = 200_000  # characters of a mail's source on the page; the whole of it can be downloaded
_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif"})
# What a mail is shown in: no script, nothing from outside; links open beside it.
_FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def demo_only(view: View[P]) -> View[P]:
    """404 wherever mail goes to real people."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not settings.DEMO_MAILBOXES:
            raise Http404
        return view(request, *args, **kwargs)

    return answer


@require_safe
@demo_only
def mailboxes(request: HttpRequest) -> HttpResponse:
    """Everybody in the demo, who got mail last first."""
    after = request.GET.get("after", "")
    found = mailboxes_with_mail(after)
    return render(
        request,
        "demo/mailboxes.html",
        {
            "mailboxes": found[:PAGE],
            "older": found[PAGE - 1].key if len(found) > PAGE else "",
            "without_mail": [] if after else empty_mailboxes(),
        },
    )


@require_safe
@demo_only
def mailbox(request: HttpRequest, key: str) -> HttpResponse:
    """One mailbox, newest mail first."""
    box = mailbox_or_404(key)
    found = mails_of(box.address, _uuid_or_404(request.GET.get("before", "")))
    rows = [{"delivery": delivery, "mail": _read(delivery)} for delivery in found[:PAGE]]
    older = found[PAGE - 1].pk if len(found) > PAGE else None
    return render(request, "demo/mailbox.html", {"mailbox": box, "rows": rows, "older": older})


@require_http_methods(["GET", "HEAD", "POST"])
@demo_only
def mail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One mail with its source and files; POST answers it through the mail door."""
    delivery = mail_or_404(pk)
    content = _bytes(delivery)
    shown = read_mail(content)
    box = mailbox_or_404(mailbox_key(delivery.recipient))
    form = ReplyForm(request.POST or None, request.FILES or None, addresses=addresses_of(box))
    answer = None
    if request.method == "POST" and form.is_valid():
        answer = _send(form, box, shown.from_address, reply_subject(shown.subject), shown)
        if answer.accepted:
            return _sent(request, answer, redirect("demo_mail", pk))
    context = {
        "mailbox": box,
        "delivery": delivery,
        "mail": shown,
        "source": content[:SOURCE_SHOWN].decode("ascii", "backslashreplace").replace("\r\n", "\n"),
        "cut": len(content) > SOURCE_SHOWN,
        "form": form,
        "answer": answer,
    }
    return render(request, "demo/mail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@demo_only
def new_mail(request: HttpRequest, key: str) -> HttpResponse:
    """A mail that answers nothing, to any alias."""
    box = mailbox_or_404(key)
    form = NewMailForm(request.POST or None, request.FILES or None, addresses=addresses_of(box))
    answer = None
    if request.method == "POST" and form.is_valid():
        answer = _send(form, box, form.cleaned_data["recipient"], form.cleaned_data["subject"])
        if answer.accepted:
            return _sent(request, answer, redirect("demo_mailbox", key))
    context = {"mailbox": box, "form": form, "aliases": aliases_known_to(box), "answer": answer}
    return render(request, "demo/new_mail.html", context)


@require_safe
@demo_only
@xframe_options_sameorigin
def mail_html(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The HTML of a mail for the sandboxed frame of its page (MAIL-18, SEC-3)."""
    shown = _read(mail_or_404(pk))

    def link(part: ShownPart) -> str:
        return reverse("demo_mail_part", args=[pk, part.number])

    answer = HttpResponse(with_own_images(shown.html, link, shown.parts))
    answer["Content-Security-Policy"] = _FRAME_POLICY
    return answer


@require_safe
@demo_only
def mail_source(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The very bytes that SMTP would carry, as a file."""
    return _download(_bytes(mail_or_404(pk)), "message/rfc822", f"{pk}.eml", as_attachment=True)


@require_safe
@demo_only
def mail_part(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """A file of a mail; an inline image as such, everything else as a download."""
    part = next((part for part in _read(mail_or_404(pk)).parts if part.number == number), None)
    if part is None:
        raise Http404
    inline = part.is_inline and part.type in _IMAGES
    kind = part.type if inline else "application/octet-stream"
    return _download(part.content, kind, part.name, as_attachment=not inline)


def _sent(request: HttpRequest, answer: DoorAnswer, back: HttpResponse) -> HttpResponse:
    """Tells what the door said on the next page, so that a reload sends nothing again."""
    said = f"{answer.code} {answer.words}"
    messages.success(request, _("The mail door took it: %(answer)s") % {"answer": said})
    return back


def _download(content: bytes, kind: str, name: str, *, as_attachment: bool) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = content_disposition_header(as_attachment, name) or "attachment"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _bytes(delivery: Delivery) -> bytes:
    content = rendered_mail(delivery)
    if content is None:
        raise Http404
    return content


def _read(delivery: Delivery) -> ShownMail:
    return read_mail(_bytes(delivery))


def _uuid_or_404(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Http404 from None


def _send(
    form: ReplyForm, box: Mailbox, recipient: str, subject: str, answers: ShownMail | None = None
) -> DoorAnswer:
    sender = form.cleaned_data["sender"]
    writer = User.objects.filter(email=sender).first()
    letter = Letter(
        sender_name=(writer.full_name if writer else "") or (box.name if sender == box.address else ""),
        sender=sender,
        recipient=recipient,
        subject=subject,
        text=form.cleaned_data["text"].replace("\r\n", "\n"),
        language=writer.language if writer else settings.LANGUAGE_CODE,
        date=timezone.now(),
        message_id=f"<{get_random_string(24)}@{sender.rpartition('@')[2]}>",
        answers=answers,
        file=form.letter_file(),
    )
    return hand_over(sender, recipient, write_letter(letter))

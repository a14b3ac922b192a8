"""Mails as they came or would have left, for staff (MOD-6): to read without real addresses, and for admins as
the very bytes."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.services.audit import record_audit
from accounts.staff import is_admin
from messages_app.admin.files import as_download
from messages_app.admin.reading import has_given_reason, may_read_case, staff_of
from messages_app.mail.address_mask import mask_addresses, mask_source
from messages_app.models import Case, Delivery, InboundMail
from messages_app.queries.moderation import case_or_404
from messages_app.relay.intake import raw_bytes
from messages_app.relay.parser import PARSER
from messages_app.sealing.seal import SealBroken
from messages_app.services.child import Unreadable
from messages_app.services.own_marks import loop_mark
from messages_app.services.sending import rendered_mail

_READABLE = 64 * 1024  # bytes that the page shows


@dataclass(frozen=True, slots=True)
class ReadableMail:
    """A mail without real addresses: what it says, where it could be read, and how its source begins."""

    source: str
    subject: str = ""
    text: str = ""


def readable_mail(case: Case) -> ReadableMail | None:
    """The mail that the case is about; None where there are no bytes, or none that can be opened."""
    try:
        raw = _bytes(case)
    except (OSError, SealBroken):  # which may be why it waits here
        return None
    if not raw:
        return None
    source = mask_source(raw[:_READABLE].decode("utf-8", "replace"))
    if case.kind != Case.Kind.UNPROVEN_MAIL:  # what could not be read before is not tried on a page
        return ReadableMail(source)
    try:
        mail, _report = PARSER.parse(raw, envelope_sender="", loop_mark=loop_mark(), own_marks=())
    except (Unreadable, OSError):
        return ReadableMail(source)
    return ReadableMail(source, mask_addresses(mail.subject), mask_addresses(mail.text))


@require_safe
def mail_source(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The mail itself, which names real addresses: for admins, after the reason of the case's page, and with
    an audit record of its own."""
    case = case_or_404(case_id)
    staff = staff_of(request)
    mail_id = case.inbound_id or case.delivery_id
    if mail_id is None or not is_admin(staff) or not may_read_case(staff, case):
        raise Http404
    subject = ("thread", case.thread_id) if case.thread_id else ("mail", mail_id)
    if not has_given_reason(request, *subject):
        raise Http404
    raw = _bytes(case)
    if not raw:
        raise Http404
    record_audit(
        actor=staff,
        action="read_raw_mail",
        kind="inbound" if case.inbound_id else "delivery",
        object_id=mail_id,
        seller=case.seller,
        buyer=case.buyer,
    )
    return as_download(HttpResponse(raw, content_type="application/octet-stream"), f"{mail_id}.eml")


def _bytes(case: Case) -> bytes:
    if case.inbound_id is not None:
        inbound = InboundMail.objects.select_related("raw__key").get(pk=case.inbound_id)
        return raw_bytes(inbound.raw)
    if case.delivery_id is not None:
        return rendered_mail(Delivery.objects.select_related("key").get(pk=case.delivery_id)) or b""
    return b""

"""Reports about mails that we sent: delivery status (RFC 3464), complaint (RFC 5965), receipt (RFC 8098)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from messages_app.mail.address_mask import mask_addresses
from messages_app.mail.charsets import clean_line
from messages_app.mail.delivery_status import (
    MAX_DIAGNOSTIC,
    first_status,
    is_about_address,
    status_class,
)
from messages_app.mail.encoded_words import decode_words
from messages_app.mail.fields import Fields, first, read_fields
from messages_app.mail.mime_tree import Entity, read_tree
from messages_app.mail.parts import sort_parts
from messages_app.mail.plain_bounce import read_plain_bounce

MAX_RECIPIENTS = 100

_STATUS_KINDS = ("message/delivery-status", "message/global-delivery-status")
_COMPLAINTS = frozenset(("", "abuse", "fraud", "opt-out", "opt-out-list", "other"))


class ReportKind(StrEnum):
    """What a report tells."""

    DELIVERY = "delivery"
    COMPLAINT = "complaint"
    FEEDBACK = "feedback"  # other feedback: "not spam", authentication failures
    DISPOSITION = "disposition"  # a receipt: displayed, deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientReport:
    """The fate of one recipient. Addresses are left out on purpose: the bounce token says whose it is."""

    status: str  # "5.1.1"; "" when the report gives none
    status_class: int  # 2 delivered, 4 delayed, 5 failed; 0 unknown
    hard: bool  # failed for good because of the address itself (MAIL-25)
    action: str  # "failed", "delayed", ... lower case, "" when missing
    diagnostic: str  # one line, at most 500 characters, addresses masked

    @property
    def failed(self) -> bool:
        """Whether the server has given up, after a delay too: "failed" with a code of class 4 (RFC 3464)."""
        return self.action == "failed" or self.status_class == 5


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """A report as values."""

    kind: ReportKind
    recipients: tuple[RecipientReport, ...] = ()  # of a delivery report, at most 100
    detail: str = ""  # feedback type or disposition, one line

    @property
    def hard(self) -> bool:
        """Whether any recipient failed for good because of the address itself."""
        return any(recipient.hard for recipient in self.recipients)

    @property
    def worst(self) -> RecipientReport | None:
        """The recipient who fared worst: failed, then delayed; None in a report that names nobody."""
        return max(self.recipients, key=lambda one: (one.failed, one.status_class), default=None)


def read_report(raw: bytes) -> DeliveryReport | None:
    """The report in a mail (MAIL-24, MAIL-25), or None if it is none. Never raises, linear.

    A mail without a report part is read as a bounce in words: ask only of reports and of mails with a
    null sender. Missing Status fields are made up for from the diagnostic text or the action.
    """
    root, _ = read_tree(raw)
    parts = [root, *root.children, *(part for child in root.children for part in child.children)]
    for part in parts:
        if part.kind in _STATUS_KINDS:
            return DeliveryReport(kind=ReportKind.DELIVERY, recipients=_recipients(part))
        if part.kind == "message/feedback-report":
            return _feedback(_all_fields(part))
        if part.kind == "message/disposition-notification":
            return _disposition(_all_fields(part))
    return _plain(root)


def _plain(root: Entity) -> DeliveryReport | None:
    """A mail without a part for machines that says in words what became of ours."""
    bounce = read_plain_bounce(root.fields, sort_parts(root).text())
    if bounce is None:
        return None
    kind = status_class(bounce.status, bounce.action, bounce.diagnostic) if bounce.action else 0
    recipient = RecipientReport(
        status=bounce.status,
        status_class=kind,
        hard=kind == 5 and bounce.reason_known and is_about_address(bounce.status, bounce.diagnostic),
        action=bounce.action,
        diagnostic=mask_addresses(bounce.diagnostic)[:MAX_DIAGNOSTIC],
    )
    return DeliveryReport(kind=ReportKind.DELIVERY, recipients=(recipient,))


def _feedback(fields: Fields) -> DeliveryReport:
    detail = clean_line(first(fields, "feedback-type"), 100).lower()
    kind = ReportKind.COMPLAINT if detail in _COMPLAINTS else ReportKind.FEEDBACK
    return DeliveryReport(kind=kind, detail=mask_addresses(detail))


def _disposition(fields: Fields) -> DeliveryReport:
    detail = clean_line(first(fields, "disposition"), 200).lower()
    return DeliveryReport(kind=ReportKind.DISPOSITION, detail=mask_addresses(detail))


def _groups(part: Entity) -> Iterator[Fields]:
    """The field groups of a status part, which empty lines divide."""
    for block in re.split(rb"\n(?:[ \t]*\n)+", part.content.replace(b"\r\n", b"\n")):
        fields = read_fields(block.strip(b"\n"))
        if fields:
            yield fields


def _all_fields(part: Entity) -> Fields:
    return tuple(field for group in _groups(part) for field in group)


def _recipients(part: Entity) -> tuple[RecipientReport, ...]:
    found: list[RecipientReport] = []
    for fields in _groups(part):
        names = {field.name for field in fields}
        if names & {"final-recipient", "original-recipient", "action", "status"}:
            found.append(_recipient(fields))
        if len(found) == MAX_RECIPIENTS:
            break
    return tuple(found)


def _recipient(fields: Fields) -> RecipientReport:
    action = clean_line(first(fields, "action"), 40).lower().partition(" ")[0]
    diagnostic = _diagnostic(first(fields, "diagnostic-code"))
    status = first_status(first(fields, "status")) or first_status(diagnostic)
    kind = status_class(status, action, diagnostic)
    return RecipientReport(
        status=status,
        status_class=kind,
        hard=kind == 5 and is_about_address(status, diagnostic),
        action=action,
        diagnostic=mask_addresses(diagnostic)[:MAX_DIAGNOSTIC],
    )


def _diagnostic(value: str) -> str:
    """The text after "smtp;", on one line, at most twice the bound (masking may shorten it)."""
    kind, divided, text = value.partition(";")
    named = divided and " " not in kind.strip()
    return clean_line(decode_words(text if named else value), 2 * MAX_DIAGNOSTIC)

"""Reports about mails that we sent: delivery status (RFC 3464), complaint (RFC 5965), receipt (RFC 8098)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from messages_app.mail.address_mask import mask_addresses
from messages_app.mail.charsets import clean_line
from messages_app.mail.encoded_words import decode_words
from messages_app.mail.fields import Fields, first, read_fields
from messages_app.mail.message_ids import message_ids
from messages_app.mail.mime_tree import Entity, read_tree

MAX_RECIPIENTS = 100
MAX_DIAGNOSTIC = 500

_STATUS_KINDS = ("message/delivery-status", "message/global-delivery-status")
_RETURNED_KINDS = ("text/rfc822-headers", "message/global-headers", "message/rfc822", "message/global")
_COMPLAINTS = frozenset(("", "abuse", "fraud", "opt-out", "opt-out-list", "other"))
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
_REPLY_CODE = re.compile(r"(?<![\d.])([245])\d\d(?=[\s-]|$)")
_ACTION_CLASS = {"failed": 5, "delayed": 4, "delivered": 2, "relayed": 2, "expanded": 2}
# Class 5, but not because the address is dead: mailbox full, size, system, content, policy, our own sender.
_TEMPORARY_SUBJECTS = frozenset((3, 5, 6, 7))
_NOT_THE_ADDRESS = frozenset(("5.1.7", "5.1.8", "5.2.2", "5.2.3", "5.2.4", "5.4.5", "5.4.6", "5.4.7"))
_POLICY = re.compile(
    r"spam|blocked|block list|blocklist|blacklist|reputation|policy|dmarc|\bspf\b|\bdkim\b|unsolicited|quota"
    r"|mailbox (?:is )?full|over ?quota|too (?:large|big|many)|rate limit|virus",
    re.IGNORECASE,
)
_UNKNOWN_USER = re.compile(
    r"user unknown|unknown user|unknown recipient|no such (?:user|recipient|mailbox|person)"
    r"|(?:does not|doesn't) exist|recipient (?:unknown|not found)|invalid (?:recipient|mailbox)"
    r"|mailbox (?:unavailable|not found|disabled)|user (?:not found|doesn't have)"
    r"|unrouteable address|host or domain name not found|account (?:is )?disabled",
    re.IGNORECASE,
)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """A report as values."""

    kind: ReportKind
    recipients: tuple[RecipientReport, ...] = ()  # of a delivery report, at most 100
    original_message_id: str = ""  # Message-ID of the mail it is about, "" when not returned
    detail: str = ""  # feedback type or disposition, one line

    @property
    def hard(self) -> bool:
        """Whether any recipient failed for good because of the address itself."""
        return any(recipient.hard for recipient in self.recipients)

    @property
    def status_class(self) -> int:
        """The worst class of all recipients: 5, 4 or 2; 0 when unknown."""
        return max((recipient.status_class for recipient in self.recipients), default=0)

    @property
    def diagnostic(self) -> str:
        """The diagnostic text of the worst recipient."""
        worst = max(self.recipients, key=lambda recipient: recipient.status_class, default=None)
        return worst.diagnostic if worst else ""


def read_report(raw: bytes) -> DeliveryReport | None:
    """The report in a mail (MAIL-24, MAIL-25), or None if it is none. Never raises, linear.

    Missing Status fields are made up for from the diagnostic text or the action.
    """
    root, _ = read_tree(raw)
    parts = [root, *root.children, *(part for child in root.children for part in child.children)]
    original = _original_message_id(parts)
    for part in parts:
        if part.kind in _STATUS_KINDS:
            recipients = _recipients(part)
            return DeliveryReport(
                kind=ReportKind.DELIVERY, recipients=recipients, original_message_id=original
            )
        if part.kind == "message/feedback-report":
            return _feedback(_all_fields(part), original)
        if part.kind == "message/disposition-notification":
            return _disposition(_all_fields(part), original)
    return None


def _feedback(fields: Fields, original: str) -> DeliveryReport:
    detail = clean_line(first(fields, "feedback-type"), 100).lower()
    kind = ReportKind.COMPLAINT if detail in _COMPLAINTS else ReportKind.FEEDBACK
    return DeliveryReport(kind=kind, original_message_id=original, detail=mask_addresses(detail))


def _disposition(fields: Fields, original: str) -> DeliveryReport:
    detail = clean_line(first(fields, "disposition"), 200).lower()
    named = message_ids(first(fields, "original-message-id"))
    return DeliveryReport(
        kind=ReportKind.DISPOSITION,
        original_message_id=original or next(iter(named), ""),
        detail=mask_addresses(detail),
    )


def _original_message_id(parts: list[Entity]) -> str:
    for part in parts:
        if part.kind in _RETURNED_KINDS:
            fields = part.children[0].fields if part.children else read_fields(part.content)
            found = message_ids(first(fields, "message-id"))
            if found:
                return found[0]
    return ""


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
    status = _first_status(first(fields, "status")) or _first_status(diagnostic)
    status_class = _status_class(status, action, diagnostic)
    return RecipientReport(
        status=status,
        status_class=status_class,
        hard=status_class == 5 and _is_about_address(status, diagnostic),
        action=action,
        diagnostic=mask_addresses(diagnostic)[:MAX_DIAGNOSTIC],
    )


def _diagnostic(value: str) -> str:
    """The text after "smtp;", on one line, at most twice the bound (masking may shorten it)."""
    kind, divided, text = value.partition(";")
    named = divided and " " not in kind.strip()
    return clean_line(decode_words(text if named else value), 2 * MAX_DIAGNOSTIC)


def _first_status(text: str) -> str:
    found = _STATUS.search(text[: 2 * MAX_DIAGNOSTIC])
    return found[0] if found else ""


def _status_class(status: str, action: str, diagnostic: str) -> int:
    if action == "delayed":
        return 4  # whatever code the server gave, it keeps trying
    if status:
        return int(status[0])
    code = _REPLY_CODE.search(diagnostic)
    return int(code[1]) if code else _ACTION_CLASS.get(action, 0)


def _is_about_address(status: str, diagnostic: str) -> bool:
    """Whether a failure means that the address is dead: soft are a full box, size, content and policy."""
    if status in _NOT_THE_ADDRESS or _POLICY.search(diagnostic):
        return False
    if _UNKNOWN_USER.search(diagnostic):
        return True
    return not status or int(status.split(".")[1]) not in _TEMPORARY_SUBJECTS

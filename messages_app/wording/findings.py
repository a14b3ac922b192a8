"""What a rule said about a message, and what its author can do (GATE-2, RSN-4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from typing import Any

from django.utils.translation import gettext as _

from messages_app.policy.facts import Side
from messages_app.policy.verdict import Severity
from messages_app.wording import sentences_matter as matter
from messages_app.wording import sentences_people as people
from messages_app.wording import sentences_reason as reason
from messages_app.wording.names import rule_name
from messages_app.wording.said import Said


def finding_sentence(
    code: str,
    data: Mapping[str, Any],
    *,
    severity: Severity = Severity.BLOCK,
    author: Side = Side.SELLER,
    zone: tzinfo = UTC,
    sent: bool = True,
) -> str:
    """What happened and what to do, for the author of the message.

    `data` is the finding's own (moments as datetimes or ISO text), `zone` the author's.
    `sent` is False in a hint: nothing became of the message yet (GATE-3). A code without words of its own
    is named.
    """
    said = Said(data=data, severity=severity, author=author, zone=zone, sent=sent)
    words = _SENTENCES.get(code)
    return words(said) if words else rule_name(code)


def finding_advice(code: str) -> tuple[str, ...]:
    """The ways that remain open, one sentence each; empty where the sentence says it all."""
    if code != "opted_out":
        return ()
    return (
        _(
            "An answer in a thread in which the buyer has written: reply to their message and leave its text "
            "below."
        ),
        _(
            "A message that the order cannot do without: open the order, choose Contact Buyer and a reason "
            "marked critical, or put [important] and the order number into the subject."
        ),
    )


_SENTENCES: dict[str, Callable[[Said], str]] = {
    "suspended": people.suspended,
    "closed": people.closed,
    "restricted": people.restricted,
    "seller_to_seller": people.seller_to_seller,
    "own_seller": people.own_seller,
    "blocked_by_other": people.blocked_by_other,
    "blocks_other": people.blocks_other,
    "messaging_off": people.messaging_off,
    "opted_out": people.opted_out,
    "reason_missing": reason.reason_missing,
    "reason_unavailable": reason.reason_unavailable,
    "window_closed": reason.window_closed,
    "text_too_long": reason.text_too_long,
    "text_not_allowed": reason.text_not_allowed,
    "dates_missing": reason.dates_missing,
    "dates_reversed": reason.dates_reversed,
    "attachment_not_allowed": reason.attachment_not_allowed,
    "attachment_missing": reason.attachment_missing,
    "over_cap": matter.over_cap,
    "too_large": matter.too_large,
    "too_many_files": matter.too_many_files,
    "file_type": matter.file_type,
    "infected": matter.infected,
    "unscanned": matter.unscanned,
    "file_reveals": matter.file_reveals,
    "encrypted": matter.encrypted,
    "opaque": matter.opaque,
    "partial": matter.partial,
    "external_body": matter.external_body,
    "too_deep": matter.too_deep,
    "too_many_parts": matter.too_many_parts,
    "contact_email": matter.contact_email,
    "external_link": matter.external_link,
    "burst": matter.burst,
    "identical_bodies": matter.identical_bodies,
    "empty": matter.empty,
    "rejected": people.rejected,
}

"""Short names: contact reasons, topics, rules, states, sizes."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

_REASONS: dict[str, str | Promise] = {
    "customization": gettext_lazy("Details of a customised item"),
    "delivery_scheduling": gettext_lazy("Arranging the delivery"),
    "shipping_address": gettext_lazy("A problem with the shipping address"),
    "order_question": gettext_lazy("A question about the order"),
    "service_details": gettext_lazy("Arranging a service"),
    "unexpected_problem": gettext_lazy("An unexpected problem with the order"),
    "digital_access_key": gettext_lazy("Access to a digital item"),
    "legal_disclosure": gettext_lazy("A document required by law"),
    "invoice": gettext_lazy("Invoice"),
    "warranty": gettext_lazy("Warranty"),
    "return_question": gettext_lazy("A question about a return"),
    "problem_with_order": gettext_lazy("A problem with the order"),
    "review_request": gettext_lazy("Request for a review"),
    "other": pgettext_lazy("contact reason", "Other"),
}

_TOPICS: dict[str, str | Promise] = {
    "where_is_it": gettext_lazy("Where is it?"),
    "return": pgettext_lazy("topic of a buyer", "Return"),
    "refund": gettext_lazy("Refund"),
    "damaged_or_wrong_item": gettext_lazy("Damaged or wrong item"),
    "product_question": gettext_lazy("Product question"),
    "invoice": gettext_lazy("Invoice"),
    "other": pgettext_lazy("topic of a buyer", "Other"),
}

_RULES: dict[str, str | Promise] = {
    "suspended": gettext_lazy("Account suspended"),
    "closed": gettext_lazy("Account closed"),
    "restricted": gettext_lazy("Account restricted"),
    "seller_to_seller": gettext_lazy("Sellers do not write to sellers"),
    "own_seller": gettext_lazy("Your own seller account"),
    "blocked_by_other": gettext_lazy("Blocked by the other side"),
    "blocks_other": gettext_lazy("You block this seller"),
    "messaging_off": gettext_lazy("The seller takes no messages"),
    "opted_out": gettext_lazy("Opt-out from unsolicited messages"),
    "reason_missing": gettext_lazy("No contact reason"),
    "reason_unavailable": gettext_lazy("Contact reason not available"),
    "window_closed": gettext_lazy("Outside the time for this reason"),
    "text_too_long": gettext_lazy("Text too long"),
    "text_not_allowed": gettext_lazy("This reason takes no text"),
    "dates_missing": gettext_lazy("Days of the warranty missing"),
    "dates_reversed": gettext_lazy("Days of the warranty in the wrong order"),
    "attachment_not_allowed": gettext_lazy("Attachment not allowed"),
    "attachment_missing": gettext_lazy("Attachment missing"),
    "over_cap": gettext_lazy("Daily limit of messages"),
    "too_large": gettext_lazy("Message too large"),
    "too_many_files": gettext_lazy("Too many attachments"),
    "file_type": gettext_lazy("File type not accepted"),
    "infected": gettext_lazy("File with a virus"),
    "unscanned": gettext_lazy("File not checked for viruses"),
    "file_reveals": gettext_lazy("File with a real address or name"),
    "encrypted": gettext_lazy("Encrypted mail"),
    "opaque": gettext_lazy("Unreadable attachment (winmail.dat)"),
    "partial": gettext_lazy("Mail sent in pieces"),
    "external_body": gettext_lazy("Content stored elsewhere"),
    "too_deep": gettext_lazy("Mail nested too deeply"),
    "too_many_parts": gettext_lazy("Mail with too many parts"),
    "contact_email": gettext_lazy("E-mail address in a message"),
    "external_link": gettext_lazy("Link to another site"),
    "burst": gettext_lazy("Many messages within minutes"),
    "identical_bodies": gettext_lazy("The same text again and again"),
    "empty": gettext_lazy("Empty message"),
    "rejected": gettext_lazy("Decided by a moderator"),
}

_STATES: dict[str, str | Promise] = {
    "delivered": pgettext_lazy("state of a message", "Delivered"),
    "held": gettext_lazy("Held for review"),
    "blocked": pgettext_lazy("state of a message", "Blocked"),
    "queued": gettext_lazy("Waiting to be sent by e-mail"),
    "sending": gettext_lazy("Being sent by e-mail"),
    "sent": gettext_lazy("Sent by e-mail"),
    "deferred": gettext_lazy("Delayed, will be tried again"),
    "failed": gettext_lazy("Could not be delivered by e-mail"),
    "bounced": gettext_lazy("Returned by the mail server"),
    "suppressed": gettext_lazy("Not sent by e-mail"),
    "listed": gettext_lazy("Told in an hourly list"),
}


def _name(table: dict[str, str | Promise], code: str) -> str:
    return str(table.get(code, code))


def reason_name(reason: str) -> str:
    """A contact reason of RSN-1; an unknown one comes back as it is."""
    return _name(_REASONS, reason)


def topic_name(topic: str) -> str:
    """A buyer's topic of RSN-8; an unknown one comes back as it is."""
    return _name(_TOPICS, topic)


def about_name(about: str) -> str:
    """What a thread or a message is about, a buyer's topic or a seller's contact reason; empty for none."""
    return _name(_REASONS | _TOPICS, about)


def rule_name(code: str) -> str:
    """The name of the rule behind a finding's code (policy.checks.ALL_CODES)."""
    return _name(_RULES, code)


def state_name(state: str) -> str:
    """A state of a message or of its mail."""
    return _name(_STATES, state)


def size_name(size: int) -> str:
    """Bytes as people read them: "184 kB"; below 1,000 exactly."""
    if size < 1000:
        return _("%(size)d bytes") % {"size": size}
    if size < 1_000_000:
        return pgettext("file size", "%(size)d kB") % {"size": round(size / 1000)}
    return pgettext("file size", "%(size).1f MB") % {"size": size / 1_000_000}

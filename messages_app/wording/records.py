"""What the records of the administration call the codes in them (MOD-6: metadata, in words)."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from messages_app.wording.names import reason_name, rule_name, state_name, topic_name
from messages_app.wording.queue import decision_name

Words = Mapping[str, str | Promise]

_SIDES: Words = {
    "buyer": gettext_lazy("Buyer"),
    "seller": gettext_lazy("Seller"),
    "marketplace": gettext_lazy("Marketplace"),
}
_STANDINGS: Words = {
    "active": pgettext_lazy("standing of an account", "Active"),
    "restricted": pgettext_lazy("standing of an account", "Restricted"),
    "suspended": pgettext_lazy("standing of an account", "Suspended"),
    "closed": pgettext_lazy("standing of an account", "Closed"),
}
_DOORS: Words = {
    "mail": gettext_lazy("by e-mail"),
    "web": gettext_lazy("on the web"),
    "api": gettext_lazy("by a program"),
    "auto": gettext_lazy("automatic"),
}
# Why a mail went where it went (relay.route), where names.py and queue.py do not name it.
_MAIL_OUTCOMES: Words = {
    "unproven": gettext_lazy("Nothing proves who wrote it"),
    "from_mailboxes": gettext_lazy("Names no single sender"),
    "unreadable": gettext_lazy("Could not be read"),
    "unlisted": gettext_lazy("Not an authorized address"),
    "no_reply_permission": gettext_lazy("Without the permission to reply"),
    "repeated": gettext_lazy("The same mail again"),
    "loop": gettext_lazy("Our own mail come back"),
    "report": gettext_lazy("A report of a mail server"),
    "no_report": gettext_lazy("Not a report of a mail server"),
    "no_failure": gettext_lazy("A report without a failure"),
    "delayed": gettext_lazy("A report of a delay"),
    "bounce_token": gettext_lazy("Not a return address of ours"),
    "alias_retired": gettext_lazy("To an alias that was retired"),
}
_VALUES: dict[str, Words] = {
    "author": _SIDES,
    "side": _SIDES,
    "to_side": _SIDES,
    "started_by": _SIDES,
    "door": _DOORS,
    "standing": _STANDINGS,
    "verdict": {
        "deliver": pgettext_lazy("verdict", "Deliver"),
        "hold": pgettext_lazy("verdict", "Hold"),
        "block": pgettext_lazy("verdict", "Block"),
    },
    "place": {
        "inbox": gettext_lazy("Inbox"),
        "archived": pgettext_lazy("view of a mailbox", "Archived"),
        "deleted": gettext_lazy("Deleted, restorable"),
    },
    "evidence": {
        "page": gettext_lazy("Written on its page"),
        "message_id": gettext_lazy("Answers a mail of ours"),
        "code": gettext_lazy("Our reference code"),
        "foreign_id": gettext_lazy("Answers a mail of this pair"),
        "quote": gettext_lazy("Quotes a message of this pair"),
        "subject": gettext_lazy("The subject alone"),
        "none": pgettext_lazy("evidence", "None"),
    },
    "fulfilment": _SIDES,
    "status": {
        "pending": pgettext_lazy("order", "Pending"),
        "unshipped": pgettext_lazy("order", "Unshipped"),
        "shipped": pgettext_lazy("order", "Shipped"),
        "delivered": pgettext_lazy("order", "Delivered"),
        "cancelled": pgettext_lazy("order", "Cancelled"),
        "returned": pgettext_lazy("order", "Returned"),
    },
    "Delivery.kind": {
        "copy": gettext_lazy("Message to the other side"),
        "notice": gettext_lazy("Notice"),
        "notice_list": gettext_lazy("List of notices"),
        "reminder": gettext_lazy("Reminder"),
        "digest": gettext_lazy("Daily digest"),
        "system": gettext_lazy("Message of the marketplace"),
        "account": gettext_lazy("About the account"),
    },
    "Thread.kind": {
        "conversation": gettext_lazy("Conversation"),
        "system": gettext_lazy("Message of the marketplace"),
    },
    "InboundMail.state": {
        "waiting": pgettext_lazy("state of a mail", "Waiting"),
        "done": pgettext_lazy("state of a mail", "Became a message"),
        "duplicate": pgettext_lazy("state of a mail", "Came before"),
        "recorded": pgettext_lazy("state of a mail", "Kept for staff"),
        "dropped": pgettext_lazy("state of a mail", "Dropped"),
        "refused": pgettext_lazy("state of a mail", "Refused"),
        "held": pgettext_lazy("state of a mail", "Set aside as unproven"),
        "quarantined": pgettext_lazy("state of a mail", "Set aside as unreadable"),
    },
    "InboundMail.outcome": _MAIL_OUTCOMES,
    "InboundMail.door": {},  # a protocol's name
    "ResponseContact.outcome": {
        "open": pgettext_lazy("response clock", "Open"),
        "answered": pgettext_lazy("response clock", "Answered"),
        "not_needed": gettext_lazy("No response needed"),
        "reported": pgettext_lazy("response clock", "Reported"),
    },
    "AuthorizedAddress.state": {
        "waiting": pgettext_lazy("state of an address", "Waiting"),
        "confirmed": pgettext_lazy("state of an address", "Confirmed"),
        "blocked": pgettext_lazy("state of an address", "Blocked"),
    },
    "AuditRecord.kind": {
        "thread": pgettext_lazy("object of an act", "Thread"),
        "mail": pgettext_lazy("object of an act", "Mail"),
        "attachment": pgettext_lazy("object of an act", "File"),
        "inbound": pgettext_lazy("object of an act", "Mail that came in"),
        "delivery": pgettext_lazy("object of an act", "Mail that went out"),
        "case": pgettext_lazy("object of an act", "Case of the queue"),
        "pair": pgettext_lazy("object of an act", "Buyer and seller"),
        "invitation": pgettext_lazy("object of an act", "Invitation"),
        "membership": pgettext_lazy("object of an act", "Member of a team"),
        "user": pgettext_lazy("object of an act", "Person"),
        "key": pgettext_lazy("object of an act", "Key"),
    },
    "action": {
        "read_thread": gettext_lazy("Read a thread"),
        "read_mail": gettext_lazy("Read a mail"),
        "read_file": gettext_lazy("Opened a file"),
        "read_original": gettext_lazy("Opened a file as it came"),
        "read_raw_mail": gettext_lazy("Downloaded a mail"),
        "read_addresses": gettext_lazy("Looked at real addresses"),
        "member_invited": gettext_lazy("Invited a member"),
        "member_added": gettext_lazy("A member joined"),
        "member_removed": gettext_lazy("Removed a member"),
        "invitation_withdrawn": gettext_lazy("Withdrew an invitation"),
        "permissions_changed": gettext_lazy("Changed permissions"),
        "administrator_added": gettext_lazy("Made somebody an administrator"),
        "moderator_added": gettext_lazy("Made somebody a moderator"),
        "moderator_removed": gettext_lazy("Took a moderator’s rights away"),
        "second_factor_removed": gettext_lazy("Removed a second factor"),
        "keys_rotated": gettext_lazy("Rotated keys"),
        "release": gettext_lazy("Released"),
        "reject": gettext_lazy("Rejected"),
        "retry": gettext_lazy("Tried again"),
        "discard": gettext_lazy("Discarded"),
        "let_in": pgettext_lazy("what was decided", "Let in"),
    },
}
# What the gate knew when it decided (policy.facts.Facts), for the page of a thread.
_FACTS: Words = {
    "now": gettext_lazy("Accepted at"),
    "author": gettext_lazy("Author"),
    "door": gettext_lazy("Door"),
    "standing": gettext_lazy("Standing"),
    "standing_until": gettext_lazy("Standing until"),
    "own_seller": gettext_lazy("Writes to their own seller"),
    "blocked_by_other": gettext_lazy("Blocked by the other side"),
    "blocks_other": gettext_lazy("Blocks the other side"),
    "messaging_enabled": gettext_lazy("Messaging enabled"),
    "opted_out": gettext_lazy("Buyer takes no unsolicited messages"),
    "buyer_has_written": gettext_lazy("Buyer has written in the thread"),
    "reply_evidence": gettext_lazy("Proven to be a reply"),
    "seller_began": gettext_lazy("Seller began the thread"),
    "order": gettext_lazy("Order"),
    "reason": gettext_lazy("Reason"),
    "important": gettext_lazy("Marked as important in the subject"),
    "used_today": gettext_lazy("Messages of the seller on that day"),
    "daily_cap": gettext_lazy("Daily limit of messages"),
    "day_ends_at": gettext_lazy("Day ends at"),
    "body_bytes": gettext_lazy("Bytes of the text"),
    "has_text": gettext_lazy("Has a text"),
    "covers_from": gettext_lazy("Warranty from"),
    "covers_until": gettext_lazy("Warranty until"),
    "text_length": gettext_lazy("Characters of the text"),
    "sent_one_way": gettext_lazy("Messages in a row within 5 minutes"),
    "same_body": gettext_lazy("Messages with this very text within an hour"),
}


def value_name(model: str, field: str, value: str) -> str:
    """A stored code in words; what has no words (a name, a number, a protocol) comes back as it is."""
    if not value:
        return ""
    words = _VALUES.get(f"{model}.{field}", _VALUES.get(field))
    if words is not None and value in words:
        return str(words[value])
    return _shared_name(f"{model}.{field}", value)


def _shared_name(field: str, value: str) -> str:
    """What pages of the parties name as well."""
    match field:
        case "Message.state" | "InboundMail.outcome":
            named = state_name(value)
            return decision_name(value) if named == value else named
        case "Delivery.state" | "DeliveryAttempt.outcome":
            return mail_state_name(value)
        case "Message.reason":
            return topic_name(value) if reason_name(value) == value else reason_name(value)
        case "Thread.topic":
            return reason_name(value) if topic_name(value) == value else topic_name(value)
        case "Decision.codes":
            return rule_name(value)
    return value


def mail_state_name(state: str) -> str:
    """The state of a mail, as staff know it."""
    return gettext("Stopped by the leak gate") if state == "held" else state_name(state)


def fact_name(name: str) -> str:
    """A fact that the gate judged by; an unknown one, of an older policy, by its own name."""
    return str(_FACTS.get(name, name))

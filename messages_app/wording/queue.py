"""What the moderators' queue calls things: kinds of cases, decisions, what a decision does."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from messages_app.models import Case

KINDS: dict[str, str | Promise] = {
    Case.Kind.HELD_MESSAGE: gettext_lazy("Held messages"),
    Case.Kind.QUARANTINED_MAIL: gettext_lazy("Unreadable mail"),
    Case.Kind.UNPROVEN_MAIL: gettext_lazy("Unproven mail"),
    Case.Kind.HELD_DELIVERY: gettext_lazy("Stopped on the way out"),
}
DECISIONS: dict[str, str | Promise] = {
    Case.Decision.RELEASED: gettext_lazy("Released"),
    Case.Decision.REJECTED: gettext_lazy("Rejected"),
    Case.Decision.RETRIED: gettext_lazy("Tried again"),
    Case.Decision.DISCARDED: gettext_lazy("Discarded"),
    Case.Decision.LET_IN: pgettext_lazy("what was decided", "Let in"),
    Case.Decision.CONFIRMED: gettext_lazy("Confirmed by its owner"),
    Case.Decision.DISOWNED: gettext_lazy("Disowned by its owner"),
}
ACTIONS: dict[str, str | Promise] = {
    "release": gettext_lazy("Release"),
    "reject": gettext_lazy("Reject"),
    "retry": gettext_lazy("Try again"),
    "discard": gettext_lazy("Discard"),
    "let_in": gettext_lazy("Let in"),
}
# What a decision does, in full, for the page that asks for a yes.
_WHAT_HAPPENS: dict[tuple[str, str], str | Promise] = {
    (Case.Kind.HELD_MESSAGE, "release"): gettext_lazy(
        "The message is delivered now: the other side sees it and gets it by mail, and it counts for clock "
        "and daily limit from this moment."
    ),
    (Case.Kind.HELD_MESSAGE, "reject"): gettext_lazy(
        "The message is not passed on. Its author is told, and it counts as a violation where a content rule "
        "had held it."
    ),
    (Case.Kind.QUARANTINED_MAIL, "retry"): gettext_lazy(
        "The mail goes back into the line and is read again. If that fails it comes back here."
    ),
    (Case.Kind.QUARANTINED_MAIL, "discard"): gettext_lazy(
        "The mail is dropped. Whoever was told that people look at it is told that it was not passed on."
    ),
    (Case.Kind.UNPROVEN_MAIL, "let_in"): gettext_lazy(
        "The mail goes through the checks as if its sender were proven. Nothing proves who wrote it: let it "
        "in only if you know."
    ),
    (Case.Kind.UNPROVEN_MAIL, "discard"): gettext_lazy("The mail is dropped, and nobody is told."),
    (Case.Kind.HELD_DELIVERY, "retry"): gettext_lazy(
        "The mail is made anew and looked through again. If something shows in it again it comes back here."
    ),
    (Case.Kind.HELD_DELIVERY, "release"): gettext_lazy(
        "The mail leaves exactly as it was stopped. If what was found is a real address, the other side "
        "learns it."
    ),
    (Case.Kind.HELD_DELIVERY, "discard"): gettext_lazy(
        "The mail never leaves. The message itself stays on the page, and its author is told that the mail "
        "could not be delivered."
    ),
}


_RECORDS: dict[str, str | Promise] = {
    "Attachment": gettext_lazy("Files"),
    "AuditRecord": gettext_lazy("Audit records"),
    "AuthorizedAddress": gettext_lazy("Authorized addresses"),
    "Buyer": gettext_lazy("Buyers"),
    "Case": gettext_lazy("Cases"),
    "DailyUsage": gettext_lazy("Daily use"),
    "Decision": gettext_lazy("Decisions"),
    "Delivery": gettext_lazy("Mails that leave"),
    "DeliveryAttempt": gettext_lazy("Tries to deliver"),
    "InboundMail": gettext_lazy("Mails that came in"),
    "MailboxEntry": gettext_lazy("Places of threads"),
    "Marketplace": gettext_lazy("Marketplaces"),
    "Membership": gettext_lazy("Members of teams"),
    "Message": gettext_lazy("Messages"),
    "Order": gettext_lazy("Orders"),
    "Pair": gettext_lazy("Pairs and aliases"),
    "Product": gettext_lazy("Products"),
    "ResponseContact": gettext_lazy("Response clocks"),
    "Seller": gettext_lazy("Sellers"),
    "Thread": gettext_lazy("Threads"),
    "User": gettext_lazy("People"),
}


def records_name(model: str) -> str:
    """What the records of a model are called, by its class's name."""
    return str(_RECORDS.get(model, model))


def kind_name(kind: str) -> str:
    """A kind of case, in the plural."""
    return str(KINDS.get(kind, kind))


def decision_name(decision: str) -> str:
    """How a case was decided."""
    return str(DECISIONS.get(decision, decision))


def action_name(action: str) -> str:
    """What can be decided, as a button."""
    return str(ACTIONS.get(action, action))


def what_happens(kind: str, action: str) -> str:
    """What that decision does to a case of that kind."""
    return str(_WHAT_HAPPENS.get((kind, action), ""))

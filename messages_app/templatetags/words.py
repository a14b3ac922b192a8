"""What the gate, the reasons and the record say, in the reader's words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, pgettext, pgettext_lazy

from messages_app.policy.facts import Side
from messages_app.policy.verdict import Severity
from messages_app.wording import (
    about_name,
    answer_in_words,
    coverage_sentence,
    finding_sentence,
    rule_name,
    state_name,
)
from messages_app.wording.records import value_name
from orders.numbers import order_numbers

register = template.Library()


@register.filter
def finding(found: Mapping[str, Any], side: str) -> str:
    """A finding of the record, {"code", "severity", "data"}, said to its author of that side (GATE-2)."""
    return finding_sentence(
        str(found["code"]),
        found["data"],
        severity=Severity(found["severity"]),
        author=Side(side),
        zone=timezone.get_current_timezone(),
    )


@register.filter
def coverage(covers: Sequence[str]) -> str:
    """From when to when the warranty of a message runs (RSN-1); empty where it has none."""
    return coverage_sentence(covers)


@register.filter
def rule(code: str) -> str:
    """The name of the rule behind a finding's code."""
    return rule_name(code)


@register.filter
def about(topic: str) -> str:
    """What a thread or a message is about: a buyer's topic or a seller's contact reason; empty for none."""
    return about_name(topic)


@register.filter
def view_name(name: str) -> str:
    """A view of a mailbox (BOX-2, BOX-3)."""
    return str(_VIEW_NAMES.get(name, name))


_VIEW_NAMES = {
    "needed": gettext_lazy("Response needed"),
    "received": pgettext_lazy("view of a mailbox", "Received"),
    "unread": pgettext_lazy("view of a mailbox", "Unread"),
    "sent": pgettext_lazy("view of a mailbox", "Sent"),
    "refused": gettext_lazy("Held or blocked"),
    "all": pgettext_lazy("view of a mailbox", "All"),
    "inbox": gettext_lazy("Inbox"),
    "conversations": gettext_lazy("Buyer/Seller"),
    "system": pgettext_lazy("view of a mailbox", "System"),
    "archived": pgettext_lazy("view of a mailbox", "Archived"),
    "deleted": gettext_lazy("Deleted, restorable"),
}


@register.filter
def view_icon(name: str) -> str:
    """The icon of a view."""
    return _VIEW_ICONS.get(name, "inbox")


_VIEW_ICONS = {
    "needed": "clock",
    "unread": "mail",
    "sent": "send",
    "refused": "blocked",
    "all": "menu",
    "archived": "archive",
    "deleted": "trash",
}


@register.filter
def state(name: str) -> str:
    """A state of a message or of its mail."""
    return state_name(name)


@register.filter
def order_status(name: str) -> str:
    """A state of an order (ORD-1)."""
    return value_name("Order", "status", name)


@register.filter
def order_event(name: str) -> str:
    """A dated event of an order's timeline."""
    return {
        "placed": pgettext("order event", "Ordered"),
        "shipped": pgettext("order event", "Shipped"),
        "delivered": pgettext("order event", "Delivered"),
        "cancelled": pgettext("order event", "Cancelled"),
        "returned": pgettext("order event", "Returned"),
        "refunded": pgettext("order event", "Refunded"),
    }.get(name, name)


@register.filter
def traits(names: Collection[str]) -> list[str]:
    """Traits of a product (ORD-5), always in the same order."""
    words = {
        "customizable": pgettext("trait of a product", "Customizable"),
        "digital": pgettext("trait of a product", "Digital"),
        "service": pgettext("trait of a product", "Service"),
        "warranty": pgettext("trait of a product", "With warranty"),
    }
    return [word for name, word in words.items() if name in names]


@register.filter
def door(name: str) -> str:
    """How a message came in."""
    return value_name("Message", "door", name)


@register.filter
def left_out(code: str) -> str:
    """What of a mail was not passed on, as its readers are told."""
    return {
        "calendar": gettext("An invitation to a calendar was left out."),
        "signature": gettext("The mail's digital signature was left out."),
    }.get(code, gettext("A part of the mail was left out."))


@register.filter
def trace_event(event: str) -> str:
    """A line of a message's trace (MAIL-23)."""
    return {
        "accepted": gettext("Accepted"),
        "checked": gettext("Checked"),
        "read": gettext("Read on the web"),
    }.get(event) or state_name(event)


@register.filter
def trace_detail(detail: str) -> str:
    """What a line of a trace adds: a verdict of the gate, or the answer of a mail server in our words."""
    return {
        "deliver": gettext("nothing that stops it"),
        "hold": gettext("held for a moderator"),
        "block": gettext("blocked"),
    }.get(detail) or answer_in_words(detail)


@register.filter
def with_numbers(text: str) -> SafeString:
    """A sentence whose order numbers never wrap."""
    return format_html_join("", "{}", [(one,) for one in _pieces(text)])


def _pieces(text: str) -> Iterator[str | SafeString]:
    for number in order_numbers(text):
        before, _, text = text.partition(number)
        yield before
        yield format_html('<span class="whole">{}</span>', number)
    yield text

"""What became of a message on its way, in a few words beside it (MAIL-23)."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from messages_app.policy.facts import Side
from messages_app.queries.trace import Outcome
from messages_app.templatetags.look import icon
from messages_app.templatetags.times import when_at

register = template.Library()

_ICONS = {"failed": "overdue", "waiting": "clock"}


@register.simple_tag
def outcome(found: Outcome, side: str, written_at: datetime) -> SafeString:
    """The outcome of a message of then for its author of that side, the moment of a sent mail among it."""
    picture = icon(_ICONS.get(found.event, "check"), "s")
    if found.event != "sent" or found.at is None:
        return format_html("{}<span>{}</span>", picture, _words(found.event))
    if side == Side.SELLER:
        words = gettext("Sent to the buyer's mail %(moment)s")
    else:
        words = gettext("Sent to the seller's mail %(moment)s")
    return format_html("{}<span>{}</span>", picture, words % {"moment": when_at(found.at, beside=written_at)})


def _words(event: str) -> str:
    return {
        "failed": gettext("The mail could not be delivered"),
        "read": gettext("Read on the web"),
        "sent": gettext("Sent"),
        "waiting": gettext("The mail is waiting"),
    }.get(event) or gettext("Delivered on the web")

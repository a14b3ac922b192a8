"""What the administration calls things."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.translation import gettext, pgettext

from messages_app.templatetags.times import span_in_words
from messages_app.wording import rule_name, state_name
from messages_app.wording.queue import action_name, decision_name, kind_name, records_name

register = template.Library()


@register.filter
def waited(since: datetime) -> str:
    """For how long something waits: "3 h"."""
    return span_in_words(timezone.now() - since)


@register.filter
def mail_state(state: str) -> str:
    """The state of a mail, as staff know it."""
    return gettext("Stopped by the leak gate") if state == "held" else state_name(state)


@register.filter
def verdict(name: str) -> str:
    """What the gate or a person decided about a message."""
    return {
        "deliver": pgettext("verdict", "Deliver"),
        "hold": pgettext("verdict", "Hold"),
        "block": pgettext("verdict", "Block"),
    }.get(name, name)


@register.filter
def rule_words(code: str) -> str:
    """The name of a rule."""
    return rule_name(code)


@register.filter
def case_kind(kind: str) -> str:
    """A kind of case."""
    return kind_name(kind)


@register.filter
def case_decision(decision: str) -> str:
    """How a case was decided."""
    return decision_name(decision)


@register.filter
def case_action(action: str) -> str:
    """What can be decided."""
    return action_name(action)


@register.filter
def records(model: str) -> str:
    """What the records of a model are called."""
    return records_name(model)

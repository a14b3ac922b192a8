"""What the administration calls things."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone

from messages_app.models import InboundMail
from messages_app.queries.moments import read_day, read_moment
from messages_app.templatetags.records import in_words
from messages_app.templatetags.times import span_in_words
from messages_app.wording import rule_name
from messages_app.wording.leaks import leaks_in_words
from messages_app.wording.queue import action_name, decision_name, kind_name, records_name
from messages_app.wording.records import fact_name, mail_state_name, value_name

register = template.Library()


@register.filter
def waited(since: datetime) -> str:
    """For how long something waits: "3 h"."""
    return span_in_words(timezone.now() - since)


@register.filter
def mail_state(state: str) -> str:
    """The state of a mail, as staff know it."""
    return mail_state_name(state)


@register.filter
def leaks(reply: str) -> str:
    """What the leak gate found in a mail; empty where a mail server answered."""
    return leaks_in_words(reply)


@register.filter
def verdict(name: str) -> str:
    """What the gate or a person decided about a message."""
    return value_name("Decision", "verdict", name)


@register.filter
def mail_kind(kind: str) -> str:
    """What a mail that leaves is."""
    return value_name("Delivery", "kind", kind)


@register.filter
def side_name(side: str) -> str:
    """A side of a pair."""
    return value_name("Delivery", "to_side", side)


@register.filter
def why_aside(inbound: InboundMail) -> str:
    """Why a mail that came in went where it is."""
    return value_name("InboundMail", "outcome", inbound.outcome)


@register.filter
def standing_name(standing: str) -> str:
    """The standing of an account."""
    return value_name("Seller", "standing", standing)


@register.filter
def fact(name: str) -> str:
    """A fact that the gate judged by."""
    return fact_name(name)


@register.filter
def fact_value(value: object, name: str) -> str:
    """What that fact was, a moment or a day from the ISO text that JSON made of it."""
    known = (read_moment(value) or read_day(value)) if isinstance(value, str) else None
    return in_words("Message", name, known or value)


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

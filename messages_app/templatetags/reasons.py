"""Contact reasons in words: what each is for, what it takes, why it is not offered (RSN-1, RSN-4)."""

from __future__ import annotations

from django import template
from django.utils import timezone
from django.utils.translation import gettext

from messages_app.policy.reasons import DOCUMENTS, Availability, Reason, WhyNot
from messages_app.templatetags.times import exact
from messages_app.wording.records import value_name

register = template.Library()


@register.filter
def reason_help(reason: Reason) -> str:
    """What a contact reason is for and what it takes, in a few words (RSN-1)."""
    return {
        "customization": gettext("Wording, size or colour that only the buyer can confirm"),
        "delivery_scheduling": gettext("Time slot, floor, somebody at home"),
        "shipping_address": gettext("The parcel cannot be sent as the address stands"),
        "order_question": gettext("Something must be settled before shipping"),
        "service_details": gettext("When and where the service takes place"),
        "unexpected_problem": gettext("The order cannot be fulfilled as placed"),
        "digital_access_key": gettext("Key or link to what was bought; up to 5 files"),
        "legal_disclosure": gettext("1 to 5 documents, no text"),
        "invoice": gettext("1 to 5 PDF files, no text"),
        "warranty": gettext("First and last day, 1 to 5 documents, no text"),
        "return_question": gettext("Up to 5 files"),
        "problem_with_order": gettext("After shipping; up to 5 documents"),
        "review_request": gettext("Fixed text, once per order"),
        "other": gettext("Needed to complete this order; up to 5 documents"),
    }.get(reason.name, "")


@register.filter
def takes_files(reason: Reason) -> str:
    """Which files go with a contact reason, beside the form that writes with it (RSN-1, POL-9)."""
    rule = reason.attachments
    if not rule.at_most:
        return gettext("no files with this reason")
    if rule.kinds == {"pdf"}:
        return gettext("1 to 5 PDF files") if rule.at_least else gettext("up to 5 PDF files")
    if rule.kinds == DOCUMENTS:
        return gettext("1 to 5 documents") if rule.at_least else gettext("up to 5 documents")
    if "txt" in rule.kinds:
        return gettext("up to 5 files")
    return gettext("up to 5 images or PDF files")


@register.filter
def why_not(found: Availability) -> str:
    """Why a contact reason is not offered now (RSN-4)."""
    if found.why_not is WhyNot.WRONG_STATE:
        return _states(found.reason)
    if found.why_not is WhyNot.PRODUCT:
        return _missing_trait(found.reason)
    if found.why_not is WhyNot.ALREADY_ASKED:
        return gettext("Already sent for this order; it goes out once only.")
    return _window(found)


def _states(reason: Reason) -> str:
    """In a sentence where these states are a stretch of an order's way, else by their names."""
    said = {
        ("pending", "unshipped"): gettext("Only before shipping."),
        ("pending", "unshipped", "shipped"): gettext("Only before delivery."),
        ("shipped", "delivered"): gettext("Only after shipping."),
        ("shipped", "delivered", "returned"): gettext("Only after shipping."),
        ("delivered",): gettext("Only after delivery."),
        ("delivered", "returned"): gettext("Only after delivery."),
    }.get(tuple(name for name in _IN_ORDER if name in reason.states))
    if said:
        return said
    names = [value_name("Order", "status", name) for name in _IN_ORDER if name in reason.states]
    return gettext("Only for orders in one of these states: %(states)s.") % {"states": ", ".join(names)}


_IN_ORDER = ("pending", "unshipped", "shipped", "delivered", "returned")


def _missing_trait(reason: Reason) -> str:
    return {
        "customizable": gettext("No product in this order is customizable."),
        "digital": gettext("No product in this order is digital."),
        "service": gettext("No product in this order is a service."),
        "warranty": gettext("No product in this order comes with a warranty."),
    }.get(reason.needs or "", gettext("Not for the products of this order."))


def _window(found: Availability) -> str:
    now = timezone.now()
    if found.opens_at and now < found.opens_at:
        return gettext("Opens on %(moment)s.") % {"moment": exact(found.opens_at)}
    if found.closes_at and now > found.closes_at:
        return gettext("Was possible until %(moment)s.") % {"moment": exact(found.closes_at)}
    return gettext("The time for messages about this order is over.")

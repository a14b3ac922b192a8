"""Notices: what became of a mail, why, and what to do (MAIL-27, MAIL-28)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from messages_app.mail.compose import DeliveryStatus, OutgoingMail
from messages_app.policy.facts import Door, Side
from messages_app.policy.verdict import Severity
from messages_app.queries.outbox import Parcel
from messages_app.relay.frame import brand_of, own_mail, thread_address, zone_of
from messages_app.relay.page import Button, Page, render_page
from messages_app.relay.privacy import masks_for
from messages_app.services.disguise import Disguise
from messages_app.services.links import web_address
from messages_app.wording import (
    about_name,
    answer_in_words,
    day_and_time,
    finding_advice,
    finding_sentence,
    quoted,
    rule_name,
)

# Enhanced status codes (RFC 3463) by the first finding; what is not here is 5.7.1, not authorised.
_STATUS = {
    "too_large": "5.3.4",
    "text_too_long": "5.3.4",
    "file_type": "5.6.1",
    "too_many_files": "5.6.1",
    "attachment_not_allowed": "5.6.1",
    "encrypted": "5.6.1",
    "opaque": "5.6.1",
    "partial": "5.6.1",
    "external_body": "5.6.1",
    "too_deep": "5.6.0",
    "too_many_parts": "5.6.0",
    "empty": "5.6.0",
}
# template: (action, status) of the notices that carry no findings
_ACTIONS = {
    "held": ("delayed", "4.7.1"),
    "late": ("delayed", "4.4.1"),
    "quarantined": ("delayed", "4.6.0"),
    "failed": ("failed", "5.0.0"),
}


def render_notice(parcel: Parcel) -> OutgoingMail:
    """A notice about one message, to the address that wrote it or to its author."""
    context = parcel.context
    findings = list(context.get("findings", ()))
    masks = masks_for(parcel, own=False)
    page = Page(
        name=parcel.delivery.template,
        brand=brand_of(parcel),
        about=_("about your message"),
        title=_title(parcel, findings),
        facts=_facts(parcel, findings, masks),
        buttons=_buttons(parcel),
        small_print=_small_print(findings),
        words={
            "subject": _subject(parcel, masks),
            "alias": context.get("alias", ""),
            "sentences": [masks.text(sentence) for sentence in _sentences(parcel, findings)],
            "advice": [line for finding in findings for line in finding_advice(finding["code"])],
            "report_at": settings.INFRINGEMENT_URL,
            "reply": answer_in_words(str(context.get("reply", ""))),
        },
    )
    return own_mail(
        parcel,
        render_page(page),
        auto_submitted="auto-replied" if parcel.delivery.inbound_id else "auto-generated",
        in_reply_to=str(context.get("foreign_id", "")),
        status=_status(parcel, findings),
    )


def _title(parcel: Parcel, findings: list[dict[str, Any]]) -> str:
    if parcel.delivery.template != "blocked" or not findings:
        return ""
    return _("Not delivered: %(rule)s") % {"rule": rule_name(_objections(findings)[0]["code"])}


def _objections(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The findings that stopped the message; all of them where none did."""
    return [one for one in findings if one.get("severity", Severity.BLOCK) > Severity.DELIVER] or findings


def _sentences(parcel: Parcel, findings: list[dict[str, Any]]) -> list[str]:
    author = Side.BUYER if parcel.delivery.to_side == Side.BUYER else Side.SELLER
    return [
        finding_sentence(
            finding["code"],
            finding.get("data") or {},
            severity=Severity(finding.get("severity", Severity.BLOCK)),
            author=author,
            zone=zone_of(parcel),
        )
        for finding in _objections(findings)
    ]


def _subject(parcel: Parcel, masks: Disguise) -> str:
    """What the message is about. Over one of a page stands what we wrote there, in the language of the other
    side: its author is told it in their own (ACC-10)."""
    message = parcel.delivery.message
    if message is None or message.door != Door.WEB:
        return masks.text(str(parcel.context.get("subject") or ""))
    order = message.thread.order
    about = about_name(message.reason or message.thread.topic)
    return ", ".join(filter(None, (about, order.number if order else "")))


def _facts(parcel: Parcel, findings: list[dict[str, Any]], masks: Disguise) -> tuple[tuple[str, str], ...]:
    """Which message: subject, time, alias, order; and the rules that spoke."""
    context: Mapping[str, Any] = parcel.context
    facts = [(_("Message"), quoted(_subject(parcel, masks) or _("(no subject)")))]
    if context.get("at"):
        facts.append(
            (
                pgettext("when a message", "Sent"),
                day_and_time(datetime.fromisoformat(context["at"]), zone_of(parcel)),
            )
        )
    if context.get("alias"):
        facts.append((pgettext("whom a message went", "To"), str(context["alias"])))
    if context.get("order"):
        facts.append((_("Order"), str(context["order"])))
    if findings:
        rules = dict.fromkeys(rule_name(finding["code"]) for finding in _objections(findings))
        facts.append((_("Rule"), ", ".join(rules)))
    return tuple(facts)


def _buttons(parcel: Parcel) -> tuple[Button, ...]:
    buttons = []
    if parcel.thread is not None and parcel.delivery.to_side:
        buttons.append(Button(_("Open the message"), thread_address(parcel.thread)))
    if parcel.context.get("order"):
        buttons.append(Button(_("Open the order"), web_address(f"orders/{parcel.context['order']}/")))
    return tuple(buttons)


def _small_print(findings: list[dict[str, Any]]) -> tuple[str, ...]:
    why: tuple[str, ...] = ()
    if any(finding["code"] == "opted_out" for finding in findings):
        why = (
            _(
                "You get this notice because “Buyer opt-out” is on in your notification settings. With it "
                "off, a blocked message cannot be told from a delivered one."
            ),
        )
    return (*why, _("Nobody reads answers to this mail."))


def _status(parcel: Parcel, findings: list[dict[str, Any]]) -> DeliveryStatus | None:
    """The machine-readable part. The recipient in it is the alias that was written to (MAIL-24)."""
    alias = str(parcel.context.get("alias") or "")
    if not alias:
        return None
    action, status = _ACTIONS.get(parcel.delivery.template, ("failed", "5.7.1"))
    if action == "failed" and findings:
        status = _STATUS.get(_objections(findings)[0]["code"], "5.7.1")
    return DeliveryStatus(
        reporting_mta=settings.RELAY_DOMAIN,
        final_recipient=alias,
        action=action,
        status=str(parcel.context.get("status") or status),
    )


def render_notice_list(parcel: Parcel) -> OutgoingMail:
    """The hourly list: each message with what became of it (MAIL-27)."""
    items = [_list_line(item, parcel) for item in parcel.context["items"]]
    page = Page(
        name="notice_list",
        brand=brand_of(parcel),
        about=_("about your messages"),
        buttons=(Button(_("Open your messages"), web_address("messages/")),),
        small_print=(_("Nobody reads answers to this mail."),),
        words={"items": items, "count": len(items)},
    )
    return own_mail(parcel, render_page(page))


def _list_line(item: Mapping[str, Any], parcel: Parcel) -> str:
    """ "19 November 2026, 10:41 (London): “Subject” to alias: rule"."""
    outcome = ", ".join(dict.fromkeys(rule_name(code) for code in item["codes"])) or {
        "failed": _("could not be delivered by e-mail"),
        "late": _("delayed"),
        "held": _("held for review"),
        "quarantined": _("being looked at"),
    }.get(item["template"], _("not delivered"))
    return _("%(moment)s: “%(subject)s” to %(alias)s: %(outcome)s") % {
        "moment": day_and_time(datetime.fromisoformat(item["at"]), zone_of(parcel)),
        "subject": item["subject"] or _("(no subject)"),
        "alias": item["alias"],
        "outcome": outcome,
    }

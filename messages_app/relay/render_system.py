"""The marketplace's own words: messages about orders (ORD-6) and reminders (RSP-6)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from messages_app.mail.compose import OutgoingMail
from messages_app.queries.outbox import Parcel
from messages_app.relay.frame import brand_of, own_mail, thread_address, zone_of
from messages_app.relay.page import Button, Page, render_page
from messages_app.services.links import web_address
from messages_app.vault.content import written_content
from messages_app.vault.keys import open_key
from messages_app.wording import short_time


def render_system(parcel: Parcel) -> OutgoingMail:
    """A system message, in the words that stand in the buyer's inbox."""
    message = parcel.delivery.message
    if message is None:
        raise ValueError("a system mail belongs to a message")
    content = written_content(open_key(message.thread.key), message)
    order = parcel.order
    page = Page(
        name="system",
        brand=brand_of(parcel),
        about=_("order %(number)s") % {"number": order.number} if order else "",
        buttons=(Button(_("Open the order"), web_address(f"orders/{order.number}/")),) if order else (),
        links=(Button(_("Notification settings"), web_address("settings/notifications/")),),
        small_print=(_("Nobody reads answers to this mail."),),
        words={"subject": content.subject, "text": content.text},
    )
    return own_mail(parcel, render_page(page))


def render_reminder(parcel: Parcel) -> OutgoingMail:
    """That a buyer waits: soon due, or due now."""
    pair, thread = parcel.delivery.pair, parcel.thread
    if pair is None or thread is None:
        raise ValueError("a reminder belongs to a thread of a pair")
    due_at = short_time(datetime.fromisoformat(parcel.context["due_at"]), zone_of(parcel))
    overdue = parcel.context["which"] == "due"
    chip = _("Was due on %(moment)s") if overdue else _("Answer by %(moment)s")
    order = thread.order
    page = Page(
        name="reminder",
        brand=brand_of(parcel),
        about=_("order %(number)s") % {"number": order.number} if order else "",
        chip=chip % {"moment": due_at},
        buttons=(Button(_("Answer on the web"), thread_address(thread)),),
        links=(Button(_("Notification settings"), web_address("settings/notifications/")),),
        small_print=(_("Nobody reads answers to this mail."),),
        words={"buyer": pair.buyer.display_name, "seller": pair.seller.trade_name, "overdue": overdue},
    )
    return own_mail(parcel, render_page(page))

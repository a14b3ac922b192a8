"""The daily digest: figures of a seller's mailbox, and who waits next (ACC-5). No text of any message."""

from __future__ import annotations

from datetime import datetime, tzinfo

from django.utils.translation import gettext as _

from messages_app.mail.compose import OutgoingMail
from messages_app.models import Thread
from messages_app.queries.outbox import Parcel
from messages_app.relay.frame import brand_of, own_mail, zone_of
from messages_app.relay.page import Button, Page, render_page
from messages_app.services.links import web_address
from messages_app.wording import about_name, short_time


def render_digest(parcel: Parcel) -> OutgoingMail:
    """What stands in the mailbox this morning, as its figures were when the mail was queued."""
    seller = parcel.digest_of
    if seller is None:
        raise ValueError("a digest is for a seller")
    page = Page(
        name="digest",
        brand=brand_of(parcel),
        about=seller.trade_name,
        facts=_facts(parcel),
        buttons=(Button(_("Open your messages"), web_address("messages/")),),
        links=(Button(_("Notification settings"), web_address("settings/notifications/")),),
        small_print=(
            _("You get this mail because “Daily digest” is on in your notification settings."),
            _("Nobody reads answers to this mail."),
        ),
        words={"waiting": parcel.context["waiting"], "soonest": _lines(parcel)},
    )
    return own_mail(parcel, render_page(page))


def _facts(parcel: Parcel) -> tuple[tuple[str, str], ...]:
    """The figures that are not zero."""
    figures = parcel.context
    counted = (
        (_("Waiting for an answer"), figures["waiting"]),
        (_("Overdue"), figures["overdue"]),
        (_("Unread"), figures["unread"]),
        (_("Held since yesterday"), figures["held"]),
        (_("Blocked since yesterday"), figures["blocked"]),
    )
    facts = [(name, str(number)) for name, number in counted if number]
    if figures["used"]:
        of_cap = _("%(used)s of %(cap)s") % {"used": figures["used"], "cap": figures["cap"]}
        facts.append((_("Written yesterday"), of_cap))
    return tuple(facts)


def _lines(parcel: Parcel) -> list[str]:
    """Who waits, soonest first: "Hannah W. · Where is it? · order 304-… · Answer by …"."""
    at = datetime.fromisoformat(parcel.context["at"])
    dues = {thread: datetime.fromisoformat(due_at) for thread, due_at in parcel.context["soonest"]}
    zone = zone_of(parcel)
    return [_line(thread, dues[str(thread.id)], at, zone) for thread in parcel.named]


def _line(thread: Thread, due_at: datetime, at: datetime, zone: tzinfo) -> str:
    due = _("Was due on %(moment)s") if due_at < at else _("Answer by %(moment)s")
    parts = (
        thread.buyer.display_name,
        about_name(thread.topic),
        _("order %(number)s") % {"number": thread.order.number} if thread.order else "",
        due % {"moment": short_time(due_at, zone)},
    )
    return " · ".join(part for part in parts if part)

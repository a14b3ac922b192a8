"""What all mails have in common: who sends, ids, references, the mail around a rendered page."""

from __future__ import annotations

import hmac
from datetime import tzinfo
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from messages_app.mail.compose import DeliveryStatus, OutgoingMail
from messages_app.mail.references import message_id, reference_code
from messages_app.models import Thread
from messages_app.policy.facts import Side
from messages_app.queries.outbox import Parcel
from messages_app.relay.page import Rendered
from messages_app.services.links import web_address
from messages_app.services.own_marks import loop_mark
from messages_app.vault.keys import installation_key


def notices_address() -> str:
    """Whom mails of our own come from. Nobody reads answers; it takes none."""
    return f"notices@{settings.RELAY_DOMAIN}"


def own_mail(
    parcel: Parcel,
    page: Rendered,
    *,
    auto_submitted: str = "auto-generated",
    in_reply_to: str = "",
    status: DeliveryStatus | None = None,
) -> OutgoingMail:
    """A mail of the marketplace's own: notice, reminder, system or account mail (MAIL-19, MAIL-28)."""
    delivery = parcel.delivery
    return OutgoingMail(
        sender_name=_("%(marketplace)s messages") % {"marketplace": brand_of(parcel)},
        sender_address=notices_address(),
        recipient=delivery.recipient,
        subject=page.subject,
        date=delivery.created_at,
        message_id=row_message_id(parcel, "n"),
        in_reply_to=in_reply_to,
        references=(in_reply_to,) if in_reply_to else (),
        text=page.text,
        html=page.html,
        auto_submitted=auto_submitted,
        loop_mark=loop_mark(),
        language=delivery.language,
        status=status,
        seed=seed_of(parcel),
    )


def row_message_id(parcel: Parcel, kind: str) -> str:
    """Our signed id: "m" of the message that is copied, "n" of the delivery itself."""
    message = parcel.delivery.message
    row_id = message.id if kind == "m" and message else parcel.delivery.id
    return message_id(kind, row_id, key=installation_key("message_ids"), domain=settings.RELAY_DOMAIN)


def seed_of(parcel: Parcel) -> bytes:
    """Where the boundaries come from: the same at every try, not to be guessed by who wrote the text."""
    return hmac.digest(installation_key("message_ids"), b"boundary\0" + parcel.delivery.id.bytes, sha256)


def thread_code(thread: Thread) -> str:
    """The reference code that stands in the body."""
    return reference_code(thread.number, key=installation_key("reference_codes"))


def thread_address(thread: Thread) -> str:
    """The page of a conversation, for whoever may open it."""
    return web_address(f"messages/{thread.id}/")


def brand_of(parcel: Parcel) -> str:
    """The marketplace that speaks: the recipient's own, that of the thread's buyer, or the relay's name."""
    if pair := parcel.delivery.pair:
        party = pair.buyer if parcel.delivery.to_side == Side.BUYER else pair.seller
        return party.marketplace.name
    if parcel.delivery.message:
        return parcel.delivery.message.thread.buyer.marketplace.name
    if parcel.digest_of:
        return parcel.digest_of.marketplace.name
    return settings.RELAY_DOMAIN.partition(".")[0].capitalize()


def zone_of(parcel: Parcel) -> tzinfo:
    """The recipient's zone: a seller's is the home marketplace's, a buyer's their own choice first;
    a stranger is told nothing of anybody's (MAIL-9)."""
    delivery = parcel.delivery
    if not delivery.to_side:
        return ZoneInfo("UTC")
    if delivery.pair and delivery.to_side == Side.SELLER:
        return delivery.pair.seller.marketplace.zone
    if parcel.digest_of:
        return parcel.digest_of.marketplace.zone
    if delivery.pair:
        return delivery.pair.buyer.zone
    return delivery.message.thread.buyer.zone if delivery.message else ZoneInfo("UTC")

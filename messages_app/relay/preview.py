"""What the buyer will get of a message that is not sent yet (RSN-3): the mail's own parts, before any row."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import translation

from accounts.models import Pair
from messages_app.models import Delivery, Message, Thread
from messages_app.policy.facts import Door, Side
from messages_app.queries.outbox import Parcel
from messages_app.relay.page import Page, render_page
from messages_app.relay.render_copy import Copy, page_of
from messages_app.services.disguise import NOTHING
from messages_app.services.languages import language_of
from messages_app.vault.content import Content
from orders.models import Order


@dataclass(frozen=True, slots=True)
class Preview:
    """A mail in its parts; its links are not to be shown to the author, they are the reader's own."""

    subject: str
    page: Page
    language: str  # of everything but the author's text


def preview_for_buyer(
    pair: Pair, order: Order, *, reason: str, subject: str, text: str, covers: tuple[str, ...] = ()
) -> Preview:
    """The mail with a seller's message about an order, as its renderer would make it now.

    `order` comes with its lines. The text stands as it was written: what would become of real names and
    addresses in it is not the author's to try out (ACC-9). Nothing is looked up, nothing stored.
    """
    language = language_of(pair, Side.BUYER)
    with translation.override(language):
        page = page_of(_copy(pair, order, reason, Content(subject=subject, text=text, covers=covers)))
        return Preview(render_page(page).subject, page, language)


def _copy(pair: Pair, order: Order, reason: str, content: Content) -> Copy:
    thread = Thread(
        pair=pair,
        buyer=pair.buyer,
        seller=pair.seller,
        order=order,
        number=0,
        topic=reason,
        started_by=Side.SELLER,
    )
    message = Message(
        thread=thread, pair=pair, author=Side.SELLER, door=Door.WEB, reason=reason, proactive=True
    )
    delivery = Delivery(pair=pair, message=message, to_side=Side.BUYER)
    lines = tuple(order.lines.all())
    parcel = Parcel(delivery=delivery, context={}, thread=thread, lines=lines)
    return Copy(
        parcel=parcel, message=message, thread=thread, pair=pair, masks=NOTHING, content=content, files=()
    )

"""The copy of a message for the other side (MAIL-14 to MAIL-16)."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass
from hashlib import sha256

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import Pair
from messages_app.files.kinds import MEDIA_TYPES, Kind
from messages_app.files.names import unique_names
from messages_app.mail.compose import OutgoingFile, OutgoingMail
from messages_app.mail.parsed import LeftOut
from messages_app.models import Attachment, Message, Thread
from messages_app.policy.facts import Door, Side
from messages_app.queries.outbox import Parcel
from messages_app.queries.threads import file_meta
from messages_app.relay.frame import brand_of, row_message_id, seed_of, thread_address, thread_code, zone_of
from messages_app.relay.page import Button, Page, render_page
from messages_app.relay.privacy import masks_for
from messages_app.relay.references import known_references
from messages_app.services.disguise import Disguise
from messages_app.services.links import no_response_link, opt_out_link, unsubscribe_link, web_address
from messages_app.vault.content import Content, shown_content
from messages_app.vault.files import read_file
from messages_app.vault.keys import open_key
from messages_app.wording import Letter, letter_for, reason_name, short_time, size_name, topic_name

_LINES_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What the parts of one copy are made from; a delivery always has all of it, a preview some."""

    parcel: Parcel
    message: Message
    thread: Thread
    pair: Pair
    masks: Disguise
    content: Content
    files: tuple[tuple[Attachment, OutgoingFile], ...]

    @property
    def to_seller(self) -> bool:
        return self.parcel.delivery.to_side == Side.SELLER

    @property
    def sender(self) -> str:
        """As the recipient knows the author: the trade name, or the buyer's display name."""
        return self.pair.buyer.display_name if self.to_seller else self.pair.seller.trade_name

    @property
    def opt_out(self) -> bool:
        """Whether the opt-out is offered: to the buyer of an unsolicited message (MAIL-15)."""
        return not self.to_seller and self.message.proactive


def render_copy(parcel: Parcel) -> OutgoingMail:
    """The mail that carries a message to the other side, under the author's alias."""
    copy = _open(parcel)
    page = render_page(page_of(copy))
    in_reply_to, references = known_references(parcel)
    return OutgoingMail(
        sender_name=copy.sender,
        sender_address=parcel.aliases[Side(copy.message.author)],
        recipient=parcel.delivery.recipient,
        subject=page.subject,
        date=copy.message.counted_at,
        message_id=row_message_id(parcel, "m"),
        in_reply_to=in_reply_to,
        references=references,
        text=page.text,
        html=page.html,
        inline=tuple(file for attachment, file in copy.files if attachment.inline),
        files=tuple(file for attachment, file in copy.files if not attachment.inline),
        list_unsubscribe=unsubscribe_link(copy.pair.pk) if copy.opt_out else "",
        language=parcel.delivery.language,
        seed=seed_of(parcel),
    )


def _open(parcel: Parcel) -> Copy:
    message, pair = parcel.delivery.message, parcel.delivery.pair
    if message is None or pair is None:
        raise ValueError("a copy belongs to a message of a pair")
    masks = masks_for(parcel, own=True)
    key = open_key(message.thread.key)
    return Copy(
        parcel=parcel,
        message=message,
        thread=message.thread,
        pair=pair,
        masks=masks,
        content=shown_content(key, message),
        files=_files(key, masks, parcel),
    )


def _files(key: bytes, masks: Disguise, parcel: Parcel) -> tuple[tuple[Attachment, OutgoingFile], ...]:
    """Each file with what goes out of it, under names that stay apart and short when addresses that became
    known since are taken out of them (ATT-5, MAIL-16)."""
    metas = [file_meta(key, row) for row in parcel.attachments]
    names = unique_names([masks.text(meta["shown_name"]) for meta in metas])
    files = zip(parcel.attachments, metas, names, strict=True)
    return tuple((row, _file(row, meta, name, parcel)) for row, meta, name in files)


def _file(row: Attachment, meta: dict[str, str], name: str, parcel: Parcel) -> OutgoingFile:
    return OutgoingFile(
        type=MEDIA_TYPES[Kind(row.kind)] if row.kind else "application/octet-stream",
        content=b"".join(read_file(b64decode(meta["key"]), table="attachment", row_id=row.id)),
        name=name,
        content_id=_content_id(row, parcel) if row.inline else "",
    )


def _content_id(row: Attachment, parcel: Parcel) -> str:
    """A new id for each copy: nothing of the author's program, and no two copies share one (MAIL-18)."""
    name = sha256(row.id.bytes + parcel.delivery.id.bytes).hexdigest()[:32]
    return f"{name}@{parcel.aliases[Side.BUYER].rpartition('@')[2]}"


def page_of(copy: Copy) -> Page:
    """What the mail says, in the active language."""
    label, topic = _topic(copy)
    return Page(
        name="relayed",
        rich=True,
        brand=brand_of(copy.parcel),
        about=_about(copy),
        title=_("Message from %(sender)s") % {"sender": copy.sender},
        facts=((label, topic),) if topic else (),
        chip=_due(copy),
        buttons=_buttons(copy),
        links=_links(copy),
        small_print=_small_print(copy),
        reference=thread_code(copy.thread),
        answerable=True,
        words={
            "sender": copy.sender,
            "topic": topic if copy.message.reason != "other" else "",
            "order": copy.thread.order.number if copy.thread.order else "",
            "subject": copy.masks.text(copy.content.subject),
            "text": copy.masks.text(copy.content.text),
            "html": _html(copy),
            "files": [f"{file.name}, {size_name(row.size)}" for row, file in copy.files if not row.inline],
            "notes": _notes(copy.content),
            "letter": _letter(copy),
        },
    )


def _letter(copy: Copy) -> Letter | None:
    """The marketplace's words around a seller's first ones about an order (RSN-3); a mail has its own."""
    order = copy.thread.order
    if copy.to_seller or not copy.message.proactive or copy.message.door == Door.MAIL or order is None:
        return None
    return letter_for(
        copy.message.reason,
        buyer=copy.pair.buyer.display_name,
        seller=copy.sender,
        placed_at=order.placed_at,
        zone=zone_of(copy.parcel),
        covers=copy.content.covers,
    )


def _html(copy: Copy) -> str:
    """The sanitised HTML with the copy's own content ids; empty where the text says it all."""
    html = copy.masks.html(copy.content.html)
    for row, file in copy.files:
        if row.inline:
            html = html.replace(f"cid:{row.id.hex}", f"cid:{file.content_id}")
    return html


def _about(copy: Copy) -> str:
    order = copy.thread.order
    return _("order %(number)s") % {"number": order.number} if order else ""


def _topic(copy: Copy) -> tuple[str, str]:
    """(label, name) of what the message is about: its own contact reason or topic, else the thread's
    (RSN-1, RSN-8). Both empty where nobody said."""
    own, began = copy.message.reason, copy.thread.topic
    author = copy.message.author if own else copy.thread.started_by
    if not (own or began) or not author:
        return "", ""
    if author == Side.SELLER and own and not copy.message.proactive:
        return "", ""  # an answer needs no reason, and a mail's "other" says nothing
    if author == Side.SELLER:
        return _("Reason"), reason_name(own or began)
    if (own or began) == "other":
        return "", ""
    return pgettext("what a message is", "About"), topic_name(own or began)


def _due(copy: Copy) -> str:
    contact = copy.parcel.contact
    if not copy.to_seller or contact is None:
        return ""
    return _("Answer by %(moment)s") % {"moment": short_time(contact.due_at, zone_of(copy.parcel))}


def _buttons(copy: Copy) -> tuple[Button, ...]:
    answer = Button(_("Answer on the web"), thread_address(copy.thread))
    if not copy.to_seller or copy.parcel.contact is None:
        return (answer,)
    return (answer, Button(_("No response needed"), no_response_link(copy.parcel.delivery.id)))


def _links(copy: Copy) -> tuple[Button, ...]:
    settings = Button(_("Notification settings"), web_address("settings/notifications/"))
    if not copy.opt_out:
        return (settings,)
    words = _("No more unsolicited messages from %(seller)s") % {"seller": copy.sender}
    return (Button(words, opt_out_link(copy.pair.pk)), settings)


def _small_print(copy: Copy) -> tuple[str, ...]:
    answering = (
        _(
            "Or answer this mail from an authorized address: your answer goes to %(name)s under your trade "
            "name %(seller)s, your address is taken out of it."
        )
        if copy.to_seller
        else _("Or answer this mail: your answer goes to %(name)s, your address is taken out of it.")
    )
    acting = copy.opt_out or (copy.to_seller and copy.parcel.contact is not None)
    links = [_("Links open a page with one button; nothing happens before you press it.")] if acting else []
    lines = ["; ".join(_lines(copy))] if copy.parcel.lines else []
    checks = _("Messages pass automatic checks; staff may read held, reported and disputed ones.")
    return (answering % {"name": copy.sender, "seller": copy.pair.seller.trade_name}, *links, *lines, checks)


def _lines(copy: Copy) -> list[str]:
    lines = copy.parcel.lines
    named = [f"{line.quantity} × {line.product.title}" for line in lines[:_LINES_NAMED]]
    more = len(lines) - _LINES_NAMED
    if more > 0:
        named.append(ngettext("%(more)d more product", "%(more)d more products", more) % {"more": more})
    return named


def _notes(content: Content) -> list[str]:
    """What the copy leaves out, said where it can be seen (MAIL-16)."""
    words = {
        LeftOut.SIGNATURE: _("A digital signature was left out: it would have named the sender's address."),
        LeftOut.CALENDAR: _("A calendar entry was left out: it would have named addresses."),
    }
    return [words[LeftOut(code)] for code in content.left_out if code in set(LeftOut)]

"""Everything that the mails of one batch are made of, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from accounts.models import Alias, AuthorizedAddress, Membership, Seller
from messages_app.models import Attachment, Delivery, Message, ResponseContact, Thread
from messages_app.policy.facts import Side
from messages_app.vault.content import written_content
from messages_app.vault.keys import open_key
from messages_app.vault.values import open_json
from orders.models import Order, OrderLine

EARLIER = 10  # messages of a thread that References may name

_WITH = (
    "key",
    "inbound",
    "message__thread__key",
    "message__thread__order__seller",
    "message__thread__buyer__user",
    "message__thread__buyer__marketplace",
    "pair__buyer__user",
    "pair__buyer__marketplace",
    "pair__seller__marketplace",
)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A message that stands before the one to send, and the id its author's program gave it."""

    message_id: UUID
    author: str
    foreign_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A delivery with all that its mail needs; nothing more is looked up while rendering."""

    delivery: Delivery
    context: Mapping[str, Any]
    thread: Thread | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)  # by Side
    seller_addresses: tuple[str, ...] = ()  # every real address of the seller and its team
    attachments: tuple[Attachment, ...] = ()
    lines: tuple[OrderLine, ...] = ()
    contact: ResponseContact | None = None  # the running clock of the thread
    earlier: tuple[Earlier, ...] = ()  # of the thread, oldest first
    digest_of: Seller | None = None  # with its marketplace
    named: tuple[Thread, ...] = ()  # whose buyers a digest names, in its order

    @property
    def order(self) -> Order | None:
        return self.thread.order if self.thread else None

    @property
    def seller_id(self) -> int | None:
        """Whose addresses the buyer must not see: the pair's seller, or the order's (system messages)."""
        if self.delivery.pair:
            return self.delivery.pair.seller_id
        return self.order.seller_id if self.order else None


def parcels_of(lease: UUID, only: UUID | None = None) -> list[Parcel]:
    """The deliveries under a lease, or one of them, oldest first. At most twelve queries, however many rows.
    Raises SealBroken where one of them cannot be opened."""
    leased = Delivery.objects.filter(lease=lease, state=Delivery.State.SENDING)
    if only is not None:
        leased = leased.filter(pk=only)
    deliveries = list(leased.select_related(*_WITH).order_by("id"))
    contexts = {delivery.id: open_context(delivery) for delivery in deliveries}
    threads = _threads(deliveries, contexts)
    sellers = {seller for delivery in deliveries if (seller := _seller_of(delivery, threads[delivery.id]))}
    copies = [delivery for delivery in deliveries if delivery.kind == Delivery.Kind.COPY]
    aliases = _aliases(delivery.pair_id for delivery in deliveries)
    addresses = _seller_addresses(sellers)
    attachments = _attachments(copies)
    lines = _lines(thread.order_id for thread in threads.values() if thread)
    contacts = _contacts(delivery for delivery in copies if delivery.to_side == Side.SELLER)
    earlier = _earlier(copies)
    digests = [contexts[one.id] for one in deliveries if one.kind == Delivery.Kind.DIGEST]
    told, named = _told(digests), _named(digests)
    return [
        Parcel(
            delivery=delivery,
            context=contexts[delivery.id],
            thread=(thread := threads[delivery.id]),
            aliases=aliases[delivery.pair_id],
            seller_addresses=tuple(addresses[_seller_of(delivery, thread)]),
            attachments=tuple(attachments[delivery.message_id]),
            lines=tuple(lines[thread.order_id]) if thread else (),
            contact=contacts.get(thread.id) if thread else None,
            earlier=tuple(earlier[delivery.id]),
            digest_of=told.get(contexts[delivery.id].get("seller")),
            named=tuple(named[one] for one in _soonest(contexts[delivery.id]) if one in named),
        )
        for delivery in deliveries
    ]


def _soonest(context: Mapping[str, Any]) -> list[UUID]:
    return [UUID(thread) for thread, _ in context.get("soonest", ())]


def _told(digests: Sequence[Mapping[str, Any]]) -> dict[int | None, Seller]:
    """The sellers that digests are for, by id."""
    ids = {context["seller"] for context in digests}
    sellers = Seller.objects.select_related("marketplace").filter(pk__in=ids) if ids else ()
    return {seller.pk: seller for seller in sellers}


def _named(digests: Sequence[Mapping[str, Any]]) -> dict[UUID, Thread]:
    """The threads that digests name, with those who wait in them."""
    ids = {thread for context in digests for thread in _soonest(context)}
    return Thread.objects.select_related("order", "buyer__user").in_bulk(ids) if ids else {}


def open_context(delivery: Delivery) -> dict[str, Any]:
    """The delivery's own values for its template."""
    value: dict[str, Any] = open_json(
        open_key(delivery.key),
        delivery.context_sealed,
        table="delivery",
        column="context_sealed",
        row_id=delivery.id,
    )
    return value


def _seller_of(delivery: Delivery, thread: Thread | None) -> int | None:
    if delivery.pair:
        return delivery.pair.seller_id
    return thread.order.seller_id if thread and thread.order else None


def _threads(
    deliveries: Sequence[Delivery], contexts: Mapping[UUID, Mapping[str, Any]]
) -> dict[UUID, Thread | None]:
    """Of each delivery: its message's thread, or the one that its context names."""
    named = {
        delivery.id: UUID(contexts[delivery.id]["thread"])
        for delivery in deliveries
        if delivery.message is None and contexts[delivery.id].get("thread")
    }
    found = Thread.objects.select_related("key", "order").in_bulk(set(named.values())) if named else {}
    return {
        delivery.id: delivery.message.thread
        if delivery.message
        else found.get(named[delivery.id])
        if delivery.id in named
        else None
        for delivery in deliveries
    }


def _aliases(pairs: Iterable[int | None]) -> defaultdict[int | None, dict[str, str]]:
    by_pair: defaultdict[int | None, dict[str, str]] = defaultdict(dict)
    for alias in Alias.objects.filter(pair__in={pair for pair in pairs if pair}):
        by_pair[alias.pair_id][alias.side] = alias.address
    return by_pair


def _seller_addresses(sellers: set[int]) -> defaultdict[int | None, dict[str, None]]:
    """Real addresses by seller: authorized in whatever state, chosen, and those of the team."""
    by_seller: defaultdict[int | None, dict[str, None]] = defaultdict(dict)
    if not sellers:
        return by_seller
    for seller, address in AuthorizedAddress.objects.filter(seller__in=sellers).values_list(
        "seller", "address"
    ):
        by_seller[seller][address] = None
    team = Membership.objects.filter(seller__in=sellers).values_list(
        "seller", "user__email", "seller__customer_service_address", "seller__buyer_messages_address"
    )
    for seller, *addresses in team:
        by_seller[seller] |= dict.fromkeys(address for address in addresses if address)
    return by_seller


def _attachments(copies: Sequence[Delivery]) -> defaultdict[UUID | None, list[Attachment]]:
    by_message: defaultdict[UUID | None, list[Attachment]] = defaultdict(list)
    messages = {delivery.message_id for delivery in copies}
    if messages:
        for attachment in Attachment.objects.filter(message__in=messages).order_by("position"):
            by_message[attachment.message_id].append(attachment)
    return by_message


def _lines(orders: Iterable[int | None]) -> defaultdict[int | None, list[OrderLine]]:
    by_order: defaultdict[int | None, list[OrderLine]] = defaultdict(list)
    wanted = {order for order in orders if order}
    if wanted:
        for line in OrderLine.objects.filter(order__in=wanted).select_related("product").order_by("id"):
            by_order[line.order_id].append(line)
    return by_order


def _contacts(to_sellers: Iterable[Delivery]) -> dict[UUID, ResponseContact]:
    threads = {delivery.message.thread_id for delivery in to_sellers if delivery.message}
    if not threads:
        return {}
    running = ResponseContact.objects.filter(thread__in=threads, outcome=ResponseContact.Outcome.OPEN)
    return {contact.thread_id: contact for contact in running}


def _earlier(copies: Sequence[Delivery]) -> defaultdict[UUID, list[Earlier]]:
    """For each copy the delivered messages before it, at most ten, oldest first."""
    by_copy: defaultdict[UUID, list[Earlier]] = defaultdict(list)
    threads = {delivery.message.thread_id: delivery.message.thread for delivery in copies if delivery.message}
    if not threads:
        return by_copy
    recent = _recent(set(threads))
    foreign = _foreign_ids(recent, threads)
    for delivery in copies:
        if delivery.message is None:
            continue
        place = (delivery.message.accepted_at, delivery.message.id)
        by_copy[delivery.id] = [
            Earlier(message.id, message.author, foreign.get(message.id, ""))
            for message in recent
            if message.thread_id == delivery.message.thread_id and (message.accepted_at, message.id) < place
        ][-EARLIER:]
    return by_copy


def _recent(threads: set[UUID]) -> list[Message]:
    """The last messages of each thread that both sides know, in the thread's order."""
    newest_first = Window(
        RowNumber(), partition_by=F("thread"), order_by=(F("accepted_at").desc(), F("id").desc())
    )
    found = (
        Message.objects.filter(thread__in=threads, state=Message.State.DELIVERED, automatic=False)
        .annotate(place=newest_first)
        .filter(place__lte=EARLIER + 1)
        .only("id", "thread_id", "author", "accepted_at", "foreign_id_token")
    )
    return sorted(found, key=lambda message: (message.accepted_at, message.id))


def _foreign_ids(recent: Sequence[Message], threads: Mapping[UUID, Thread]) -> dict[UUID, str]:
    """The ids that mail programs gave to messages that came by mail; sealed with their text."""
    by_mail = [message.id for message in recent if message.foreign_id_token is not None]
    if not by_mail:
        return {}
    found = Message.objects.filter(pk__in=by_mail).only("id", "thread_id", "content_sealed")
    return {
        message.id: written_content(open_key(threads[message.thread_id].key), message).foreign_id
        for message in found
    }

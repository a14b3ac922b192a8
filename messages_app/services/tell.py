"""Who is told of a message by mail, at which address, in which language (MAIL-29, ACC-5, GATE-1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils import timezone

from accounts.models import AuthorizedAddress, Pair, Seller
from messages_app.models import Delivery, InboundMail, Message, Thread
from messages_app.policy.facts import Side
from messages_app.policy.verdict import Decision, Severity
from messages_app.services.as_json import findings_json
from messages_app.services.languages import language_of
from messages_app.services.outbox import new_delivery, queue_delivery, save_deliveries
from messages_app.services.submission import Submission


def queue_copies(delivered: Sequence[tuple[Message, Thread, Pair]]) -> None:
    """The copies of delivered messages to the other sides' real addresses, where they want mail."""
    to_sellers = {
        pair.seller_id: pair.seller for message, _, pair in delivered if message.author == Side.BUYER
    }
    addresses = _buyer_messages_addresses(list(to_sellers.values()))
    copies = [_copy(message, thread, pair, addresses) for message, thread, pair in delivered]
    save_deliveries([copy for copy in copies if copy is not None])


def _copy(message: Message, thread: Thread, pair: Pair, addresses: Mapping[int, str]) -> Delivery | None:
    """`addresses` are the sellers', by id."""
    to_side = Side(message.author).other
    recipient = _buyer_address(message, pair) if to_side is Side.BUYER else addresses[pair.seller_id]
    if not recipient:
        return None
    return new_delivery(
        kind=Delivery.Kind.COPY,
        template="relayed",
        recipient=recipient,
        language=language_of(pair, to_side),
        key=thread.key,
        message=message,
        pair=pair,
        to_side=to_side,
        now=timezone.now(),
    )


def _buyer_address(message: Message, pair: Pair) -> str:
    """Critical mail always comes (ACC-5)."""
    buyer = pair.buyer
    return buyer.user.email if buyer.mail_messages or message.critical else ""


def buyer_messages_address(seller: Seller) -> str:
    """Where buyers' messages go: the chosen address once it is confirmed, until then customer
    service; an unconfirmed address never gets a buyer's text (ACC-4). Empty: mail is off."""
    return _buyer_messages_addresses([seller])[seller.pk]


def _buyer_messages_addresses(sellers: Sequence[Seller]) -> dict[int, str]:
    """The same for many, by id: one statement, or none."""
    choices = {
        seller.pk: (seller.buyer_messages_to, seller.customer_service_address)
        for seller in sellers
        if seller.mail_buyer_messages
    }
    confirmed = set[tuple[int, str]]()
    if choices:
        confirmed = set(
            AuthorizedAddress.objects.filter(
                seller__in=choices,
                state=AuthorizedAddress.State.CONFIRMED,
                address__in={address for pair in choices.values() for address in pair},
            ).values_list("seller_id", "address")
        )
    return {
        seller.pk: next(
            (address for address in choices.get(seller.pk, ()) if (seller.pk, address) in confirmed), ""
        )
        for seller in sellers
    }


def _inbound(submission: Submission) -> InboundMail | None:
    if submission.inbound_id is None:
        return None
    return InboundMail.objects.filter(pk=submission.inbound_id).first()


def queue_verdict_notice(
    message: Message, thread: Thread, pair: Pair, submission: Submission, decision: Decision
) -> Delivery | None:
    """Tells the address that wrote what became of its mail (GATE-1, MAIL-28)."""
    codes = [finding.code for finding in decision.findings if finding.severity > Severity.DELIVER]
    if codes == ["opted_out"] and not pair.seller.mail_opt_out_notice:
        return None  # their own choice, for this objection alone (ACC-5)
    author = submission.author
    alias = pair.aliases.get(side=author.other)
    return queue_delivery(
        kind=Delivery.Kind.NOTICE,
        template="blocked" if message.is_blocked else "held",
        recipient=submission.notify,
        language=language_of(pair, author, message.user),
        key=thread.key,
        message=message,
        pair=pair,
        to_side=author,
        inbound=_inbound(submission),
        context={
            "subject": submission.subject,
            "at": message.accepted_at.isoformat(),
            "alias": alias.address,
            "order": thread.order.number if thread.order else "",
            "findings": findings_json(decision),
            "foreign_id": submission.foreign_id,
            "thread": str(thread.id),
        },
        now=timezone.now(),
    )

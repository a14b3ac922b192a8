"""What routing knows of one mail: for whom it is, who wrote it, is that proven (MAIL-8 to MAIL-10)."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from accounts.addresses import normalise_address
from accounts.models import Pair, User
from accounts.queries.addresses import writer_for
from messages_app.mail.parsed import ParsedMail
from messages_app.mail.report import DeliveryReport
from messages_app.mail.sender_auth import is_proven_domain
from messages_app.models import InboundMail
from messages_app.policy.facts import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """The single mailbox in From, and what it is to this side of the pair."""

    address: str  # in its normal form
    proven: bool  # From is who it says (MAIL-10)
    listed: bool = False  # may write for this side (MAIL-9)
    may_reply: bool = True  # False: a member without that permission (ACC-3)
    user: User | None = None  # the person behind it; None: an address of nobody in particular


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One recipient of one mail, with all that routing looks at."""

    inbound: InboundMail  # with raw, alias and its pair
    mail: ParsedMail
    report: DeliveryReport | None
    envelope_sender: str
    author: Side | None = None  # whose mail it must be, by the alias alone (MAIL-8)
    party: Party | None = None  # None: no single mailbox in From, or not to an alias

    @property
    def pair(self) -> Pair:
        """The pair whose alias was written to. Only mail to an alias has one."""
        if self.inbound.alias is None:
            raise ValueError("mail to no alias has no pair")
        return self.inbound.alias.pair


def read_arrival(
    inbound: InboundMail, mail: ParsedMail, report: DeliveryReport | None, envelope_sender: str
) -> Arrival:
    """The arrival of a parsed mail: at most three statements, for its author."""
    alias = inbound.alias
    author = Side(alias.side).other if alias else None
    party = None
    if alias and author and len(mail.from_mailboxes) == 1:
        address = normalise_address(mail.from_mailboxes[0].address)
        proven = inbound.proven or _is_proven(inbound, mail, address)
        party = (_buyer if author is Side.BUYER else _seller)(alias.pair, address, proven)
    return Arrival(
        inbound=inbound,
        mail=mail,
        report=report,
        envelope_sender=envelope_sender,
        author=author,
        party=party,
    )


def _is_proven(inbound: InboundMail, mail: ParsedMail, address: str) -> bool:
    """Fails closed: what is not surely proven is not (MAIL-10)."""
    match settings.MAIL_SENDER_AUTH:
        case "none":
            return bool(settings.DEMO) and inbound.loopback
        case "trusted-header":
            return is_proven_domain(
                mail.authentication_results,
                authserv_id=settings.MAIL_AUTHSERV_ID,
                from_domain=address.rpartition("@")[2],
            )
        case _:
            # `verify` needs DKIM and SPF checked here, which no part of the product does yet.
            return False


def _buyer(pair: Pair, address: str, proven: bool) -> Party:
    user = pair.buyer.user
    listed = user.email == address
    return Party(address=address, proven=proven, listed=listed, user=user if listed else None)


def _seller(pair: Pair, address: str, proven: bool) -> Party:
    """The address must be on the seller's list and confirmed; a member's needs the permission too (ACC-4)."""
    writer = writer_for(pair.seller, address)
    return Party(
        address=address,
        proven=proven,
        listed=writer.listed,
        may_reply=writer.may_reply,
        user=writer.member.user if writer.member else None,
    )

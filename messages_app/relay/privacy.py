"""Whose addresses stand behind a mail: what is rewritten, what the leak gate looks for (MAIL-16, MAIL-17)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from accounts.models import Buyer
from messages_app.mail.leak_gate import Protected
from messages_app.mail.rewrite import Rewriter
from messages_app.policy.facts import Side
from messages_app.queries.outbox import Parcel

_CUSTOMER_SERVICE_REASONS = frozenset({"invoice", "warranty", "legal_disclosure"})


@dataclass(frozen=True, slots=True)
class Masks:
    """What rewrites text and HTML for one recipient."""

    text: Callable[[str], str]
    html: Callable[[str], str]


def masks_for(parcel: Parcel, *, own: bool) -> Masks:
    """Real addresses of the pair become aliases; the buyer's full name the display name, which is all
    that a seller may know of it (ACC-9). Mail programs write both into quotes.

    `own` says whether the recipient's own addresses are replaced as well: in a copy they are, in a notice
    about their own words they would be missed.
    """
    pair, to_side = parcel.delivery.pair, parcel.delivery.to_side
    if pair is None:
        return Masks(text=str, html=str)
    shown: dict[str, str] = {}
    if own or to_side != Side.SELLER:
        shown |= dict.fromkeys(parcel.seller_addresses, parcel.aliases.get(Side.SELLER, ""))
    if own or to_side != Side.BUYER:
        shown[pair.buyer.user.email] = parcel.aliases.get(Side.BUYER, "")
    rewriter = Rewriter(shown)
    full_name = _full_name_pattern(pair.buyer) if to_side != Side.BUYER else None
    if full_name is None:
        return Masks(text=rewriter.text, html=rewriter.html)
    name = pair.buyer.display_name
    return Masks(
        text=lambda text: full_name.sub(lambda _: name, rewriter.text(text)),
        html=lambda html: full_name.sub(lambda _: escape(name), rewriter.html(html)),
    )


def _full_name_pattern(buyer: Buyer) -> re.Pattern[str] | None:
    words = buyer.user.full_name.split()
    if not words or _folded(buyer.user.full_name) == _folded(buyer.display_name):
        return None
    gap = r"(?:\s|&nbsp;|&#160;|\xa0)+[>|\s]*"
    return re.compile(rf"(?<!\w){gap.join(map(re.escape, words))}(?!\w)", re.IGNORECASE)


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def protected_for(parcel: Parcel) -> Protected:
    """What the recipient must not learn from this mail; their own address is no secret to them."""
    delivery = parcel.delivery
    addresses: set[str] = set()
    phrases: set[str] = set()
    if delivery.to_side != Side.SELLER:
        addresses |= set(parcel.seller_addresses)
    if delivery.to_side != Side.BUYER and delivery.pair is not None:
        buyer = delivery.pair.buyer
        addresses.add(buyer.user.email)
        if _folded(buyer.user.full_name) != _folded(buyer.display_name):
            phrases.add(buyer.user.full_name)
    return Protected(
        addresses=frozenset(addresses - {delivery.recipient, ""}), phrases=frozenset(phrases - {""})
    )


def exempt_in_files(parcel: Parcel) -> frozenset[str]:
    """The customer-service address may stand in documents of these reasons (MAIL-17)."""
    message, pair = parcel.delivery.message, parcel.delivery.pair
    if message is None or pair is None or message.author != Side.SELLER:
        return frozenset()
    if message.reason not in _CUSTOMER_SERVICE_REASONS:
        return frozenset()
    return frozenset({pair.seller.customer_service_address})

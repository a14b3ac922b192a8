"""Whose addresses stand behind a mail: what is rewritten, what the leak gate looks for (MAIL-16, MAIL-17)."""

from __future__ import annotations

from messages_app.mail.address_forms import is_same_mailbox
from messages_app.mail.leak_gate import Protected
from messages_app.policy.facts import Side
from messages_app.policy.reasons import WITH_CUSTOMER_SERVICE
from messages_app.queries.outbox import Parcel
from messages_app.services.disguise import NOTHING, Disguise, disguise_for, hidden_names


def masks_for(parcel: Parcel, *, own: bool) -> Disguise:
    """What rewrites the words of one mail for its recipient; `own` as in `disguise_for`."""
    pair = parcel.delivery.pair
    if pair is None:
        return NOTHING
    return disguise_for(
        pair,
        to_side=parcel.delivery.to_side,
        buyer_alias=parcel.aliases.get(Side.BUYER, ""),
        seller_alias=parcel.aliases.get(Side.SELLER, ""),
        seller_addresses=parcel.seller_addresses,
        own=own,
    )


def protected_for(parcel: Parcel) -> Protected:
    """What the recipient must not learn from this mail; their own mailbox is no secret to them, whichever of
    its forms they write from."""
    delivery = parcel.delivery
    addresses: set[str] = set()
    phrases: set[str] = set()
    if delivery.to_side != Side.SELLER:
        addresses |= set(parcel.seller_addresses)
    if delivery.to_side != Side.BUYER and delivery.pair is not None:
        buyer = delivery.pair.buyer
        addresses.add(buyer.user.email)
        phrases |= set(hidden_names(buyer))
    for thread in parcel.named:
        addresses.add(thread.buyer.user.email)
        phrases |= set(hidden_names(thread.buyer))
    phrases -= {thread.buyer.display_name for thread in parcel.named}  # shown, whoever else is called so
    others = {one for one in addresses if one and not is_same_mailbox(one, delivery.recipient)}
    return Protected(addresses=frozenset(others), phrases=frozenset(phrases))


def exempt_in_files(parcel: Parcel) -> frozenset[str]:
    """The customer-service address may stand in documents of these reasons (MAIL-17)."""
    message, pair = parcel.delivery.message, parcel.delivery.pair
    if message is None or pair is None or message.author != Side.SELLER:
        return frozenset()
    if message.reason not in WITH_CUSTOMER_SERVICE:
        return frozenset()
    return frozenset({pair.seller.customer_service_address})

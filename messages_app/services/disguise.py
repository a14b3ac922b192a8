"""What stands in place of real addresses and names that the other side must not learn (MAIL-16, ACC-9)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape

from accounts.models import Buyer, Pair
from messages_app.mail.rewrite import Rewriter
from messages_app.policy.facts import Side


@dataclass(frozen=True, slots=True)
class Disguise:
    """What rewrites text and HTML for one side."""

    text: Callable[[str], str]
    html: Callable[[str], str]


NOTHING = Disguise(text=str, html=str)


def disguise_for(
    pair: Pair,
    *,
    to_side: str,
    buyer_alias: str,
    seller_alias: str,
    seller_addresses: Iterable[str],
    own: bool,
) -> Disguise:
    """Real addresses of the pair become aliases; the buyer's full name the display name, which is all
    that a seller may know of it (ACC-9). Mail programs write both into quotes.

    `own` says whether the reader's own addresses are replaced as well: in a message they are, in a notice
    about their own words they would be missed.
    """
    shown: dict[str, str] = {}
    if own or to_side != Side.SELLER:
        shown |= dict.fromkeys(seller_addresses, seller_alias)
    if own or to_side != Side.BUYER:
        shown[pair.buyer.user.email] = buyer_alias
    rewriter = Rewriter(shown)
    full_name = _full_name_pattern(pair.buyer) if to_side != Side.BUYER else None
    if full_name is None:
        return Disguise(text=rewriter.text, html=rewriter.html)
    name = pair.buyer.display_name
    return Disguise(
        text=lambda text: full_name.sub(lambda _: name, rewriter.text(text)),
        html=lambda html: full_name.sub(lambda _: escape(name), rewriter.html(html)),
    )


def has_other_name(buyer: Buyer) -> bool:
    """Whether the buyer's full name says more than the display name does."""
    return bool(buyer.user.full_name.split()) and _folded(buyer.user.full_name) != _folded(buyer.display_name)


def _full_name_pattern(buyer: Buyer) -> re.Pattern[str] | None:
    if not has_other_name(buyer):
        return None
    gap = r"(?:\s|&nbsp;|&#160;|\xa0)+[>|\s]*"
    words = buyer.user.full_name.split()
    return re.compile(rf"(?<!\w){gap.join(map(re.escape, words))}(?!\w)", re.IGNORECASE)


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()

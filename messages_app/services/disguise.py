"""What stands in place of real addresses, names and action links that the other side must not get
(MAIL-16, MAIL-30, ACC-9)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce

from django.conf import settings
from django.utils.translation import gettext, override

from accounts.models import Buyer, Pair
from messages_app.mail.encoded_runs import hide_runs
from messages_app.mail.leak_search import holds_any, wanted
from messages_app.mail.link_rewrite import LinkRewriter
from messages_app.mail.phrase_rewrite import PhraseRewriter
from messages_app.mail.rewrite import Rewriter
from messages_app.policy.facts import Side
from messages_app.services.languages import language_of

_UNREADABLE = "…"  # what a run of letters that no person reads becomes


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
    that a seller may know of it (ACC-9); our action links words. Mail programs write all of them into quotes.

    `own` says whether the reader's own addresses are replaced as well: in a message they are, in a notice
    about their own words they would be missed.
    """
    shown: dict[str, str] = {}
    if own or to_side != Side.SELLER:
        shown |= dict.fromkeys(seller_addresses, seller_alias)
    if own or to_side != Side.BUYER:
        shown[pair.buyer.user.email] = buyer_alias
    hidden = hidden_names(pair.buyer) if to_side != Side.BUYER else ()
    with override(language_of(pair, to_side)):
        links = LinkRewriter(settings.PUBLIC_URL, gettext("[link removed]"))
    addresses = Rewriter(shown)
    names = [PhraseRewriter(name, pair.buyer.display_name) for name in hidden]
    want = wanted(frozenset(real for real in shown if "@" in real), frozenset(hidden))
    return Disguise(
        text=_chain(
            links.text,
            addresses.text,
            *(name.text for name in names),
            lambda text: hide_runs(text, want, _UNREADABLE),
        ),
        html=_chain(
            links.html,
            addresses.html,
            *(name.html for name in names),
            lambda html: hide_runs(html, want, _UNREADABLE),
        ),
    )


def hidden_names(buyer: Buyer) -> tuple[str, ...]:
    """The buyer's full names that say more than the display name does, the longest first: one may hold
    another."""
    names = sorted(buyer.user.full_names, key=len, reverse=True)
    return tuple(
        name for name in names if not holds_any(buyer.display_name, wanted(frozenset(), frozenset({name})))
    )


def _chain(*steps: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: reduce(lambda so_far, step: step(so_far), steps, text)

"""Which files show what the other side must not learn (MAIL-17)."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.models import Pair
from messages_app.mail.leak_gate import Protected
from messages_app.policy.facts import Side
from messages_app.policy.reasons import WITH_CUSTOMER_SERVICE
from messages_app.services.disguise import hidden_names
from messages_app.services.leaks import SEARCHER
from messages_app.services.submission import Submission


def files_that_reveal(
    submission: Submission, files: Sequence[bytes], *, seller_addresses: Sequence[str]
) -> tuple[int, ...]:
    """The places of those files. `seller_addresses` are all real ones of the seller and its team.

    Raises OSError where no process to search in can be started.
    """
    if not files:
        return ()
    return SEARCHER.files_with_leaks(files, _protected(submission, set(seller_addresses)))


def _protected(submission: Submission, seller_addresses: set[str]) -> Protected:
    pair = submission.pair
    if submission.author is Side.BUYER:
        return Protected(frozenset({pair.buyer.user.email}), _names(pair))
    # Also one that is the buyer's: that it passes would tell a seller who lists guesses which one is right.
    exempt = {pair.seller.customer_service_address} if submission.reason in WITH_CUSTOMER_SERVICE else set()
    return Protected(frozenset(seller_addresses - exempt))


def _names(pair: Pair) -> frozenset[str]:
    return frozenset(hidden_names(pair.buyer))

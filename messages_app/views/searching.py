"""The search of a mailbox: what was asked, how it was understood, what was found (BOX-6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from accounts.rate_limit import Limit, count_try
from accounts.roles import Role
from messages_app.queries.filters import Filters
from messages_app.queries.inbox import InboxPage
from messages_app.queries.mailbox_views import View
from messages_app.queries.search import EVERYWHERE, search_page
from messages_app.queries.search_text import read_search
from messages_app.wording.search import hint_words, part_words

# Of one person, pages of results counted (SEC-4).
SEARCHES = Limit("search", 300, timedelta(minutes=5))

NOTHING = InboxPage(rows=(), next_cursor="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of results. Without `understood` nothing was looked for."""

    page: InboxPage
    understood: tuple[str, ...]
    hints: tuple[str, ...]
    too_often: bool = False


TOO_OFTEN = Found(page=NOTHING, understood=(), hints=(), too_often=True)


def may_search(role: Role) -> bool:
    """Counts one search more of the role's person, for messages or for orders; False: too many (SEC-4)."""
    return count_try(SEARCHES, str(role.user.pk))


def found_in(role: Role, words: str, *, view: View | None, filters: Filters, cursor: str) -> Found:
    """What the words find in the view, or everywhere but among what was deleted; nothing for somebody who has
    searched too often."""
    asked = read_search(words)
    understood, hints = tuple(map(part_words, asked.chips)), tuple(map(hint_words, asked.hints))
    if not asked:
        return Found(page=NOTHING, understood=understood, hints=hints)
    if not may_search(role):
        return Found(page=NOTHING, understood=understood, hints=hints, too_often=True)
    page = search_page(role, asked, view or EVERYWHERE, cursor, filters)
    return Found(page=page, understood=understood, hints=hints)

"""The views of a mailbox: what each holds, and what it is sorted by (BOX-2, BOX-3)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from accounts.roles import Role
from messages_app.policy.facts import Side


@dataclass(frozen=True, slots=True)
class View:
    """A named selection of a mailbox: what it holds, and what it is sorted by."""

    name: str
    holds: Q
    by: str  # column of MailboxEntry, descending unless it is due_at
    counted: bool = False  # the page says how many there are

    @property
    def spoken_at(self) -> str:
        """The column that days are compared with: when something was said."""
        return "last_at" if self.soonest_first or self.placed else self.by

    @property
    def placed(self) -> bool:
        """Whether it holds what was put away."""
        return self.by == "placed_at"

    @property
    def soonest_first(self) -> bool:
        return self.by == "due_at"

    @property
    def lists_refused(self) -> bool:
        return self.by == "refused_at"


_INBOX = Q(place="inbox")
KEPT = ~Q(place="deleted")  # what one wrote is listed wherever its thread lies (BOX-1)
_ARCHIVED = View("archived", Q(place="archived", placed_at__isnull=False), "placed_at")
DELETED = View("deleted", Q(place="deleted", placed_at__isnull=False), "placed_at")

SELLER_VIEWS = (
    # A clock never hides: a thread that waits for its answer is here wherever else it lies.
    View("needed", Q(due_at__isnull=False), "due_at", counted=True),
    View("received", _INBOX & Q(received_at__isnull=False), "received_at"),
    View("unread", _INBOX & Q(unread__gt=0), "last_at", counted=True),
    View("sent", KEPT & Q(sent_at__isnull=False), "sent_at"),
    View("refused", KEPT & Q(refused_at__isnull=False), "refused_at", counted=True),
    View("all", KEPT, "last_at"),
    _ARCHIVED,
    DELETED,
)
BUYER_VIEWS = (
    View("inbox", _INBOX, "last_at"),
    View("unread", _INBOX & Q(unread__gt=0), "last_at", counted=True),
    View("conversations", _INBOX & Q(thread__kind="conversation"), "last_at"),
    View("system", _INBOX & Q(thread__kind="system"), "last_at"),
    View("sent", KEPT & Q(sent_at__isnull=False), "sent_at"),
    _ARCHIVED,
    DELETED,
)


VIEWS = {Side.SELLER: SELLER_VIEWS, Side.BUYER: BUYER_VIEWS}


def views_of(role: Role) -> tuple[View, ...]:
    """The views of that side, the one shown first at the front."""
    return VIEWS[Side(role.side)]


def view_named(role: Role, name: str) -> View:
    """The view of that name, else the first."""
    views = views_of(role)
    return next((view for view in views if view.name == name), views[0])

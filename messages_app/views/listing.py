"""The list of a mailbox beside whatever stands open: its view, filters and page stand in the address, of a
thread's page too, so that nothing is lost on the way there and back (BOX-2)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Permission
from accounts.roles import Role
from messages_app.policy.facts import Side
from messages_app.queries.filters import Filters, read_filters
from messages_app.queries.held_mail import held_count
from messages_app.queries.inbox import counts_of, inbox_page
from messages_app.queries.live import live_mark
from messages_app.queries.mailbox_views import View, view_named, views_of
from messages_app.views.searching import TOO_OFTEN, Found, found_in, may_search
from messages_app.wording.moments import short_day

KEPT = ("view", "q", "after", "before", "order", "who", "alias", "cursor")  # parameters of an address


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter that is on, in words, and the address without it."""

    words: str
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What of a mailbox is listed."""

    view: View
    is_first_view: bool
    is_named: bool  # the address names the view
    filters: Filters
    words: str  # what is searched for (BOX-6)
    cursor: str

    @property
    def narrowed(self) -> bool:
        """Whether threads of the view may be left out."""
        return bool(self.filters or self.words)

    @property
    def everywhere(self) -> bool:
        """Whether the words are looked for in all that was not deleted: where no view is named (BOX-6)."""
        return bool(self.words) and not self.is_named

    def query(self, *, without: tuple[str, ...] = (), **others: str) -> str:
        """ "?view=…" as an address ends; empty where the address of the mailbox says it all."""
        kept = {
            "view": self.view.name if self._says_view else "",
            "q": self.words,
            **self.filters.as_query(),
            "cursor": self.cursor,
            **others,
        }
        return as_query({name: text for name, text in kept.items() if name not in without})

    @property
    def _says_view(self) -> bool:
        return self.is_named if self.words else not self.is_first_view

    def chips(self, role: Role) -> list[Chip]:
        """The filters that are on, each with the way to put it off."""
        names = {
            "after": pgettext("first day of a range", "From %(value)s"),
            "before": pgettext("last day of a range", "To %(value)s"),
            "order": _("Order %(value)s"),
            "who": _("Buyer %(value)s") if role.side == Side.SELLER else _("Seller %(value)s"),
            "alias": _("Alias %(value)s"),
        }
        days = {"after": self.filters.after, "before": self.filters.before}
        today = timezone.localdate()
        on = self.filters.as_query() | {name: short_day(day, today) for name, day in days.items() if day}
        return [
            Chip(words=words % {"value": on[name]}, query=self.query(without=(name, "cursor")))
            for name, words in names.items()
            if name in on
        ]


def listing_of(request: HttpRequest, role: Role) -> Listing:
    """What the address asks for; what is none of the role's views is the first one."""
    name = request.GET.get("view", "")
    view = view_named(role, name)
    return Listing(
        view=view,
        is_first_view=view is views_of(role)[0],
        is_named=view.name == name,
        filters=read_filters(request.GET),
        words=request.GET.get("q", "").replace("\0", "").strip()[:200],
        cursor=request.GET.get("cursor", ""),
    )


def kept_query(request: HttpRequest) -> str:
    """The listing's part of an address, to lead back to."""
    return as_query({name: request.GET.get(name, "") for name in KEPT})


def as_query(parameters: dict[str, str]) -> str:
    """ "?a=b" of those that are not empty; an empty text for none."""
    given = {name: text for name, text in parameters.items() if text}
    return f"?{urlencode(given)}" if given else ""


def head_context(role: Role, listing: Listing) -> dict[str, object]:
    """What the frame of every page of a mailbox shows: views with their counts, and the way back."""
    return {
        "role": role,
        "view": listing.view,
        "views": views_of(role),
        "counts": counts_of(role),
        "listing": listing,
        "list_query": listing.query(),
        "may_organise": role.may(Permission.ORGANISE),
    }


def list_context(role: Role, listing: Listing) -> dict[str, object]:
    """The list itself, with its filters and its next page."""
    mark = live_mark(role)  # before what it stands for is read: what comes meanwhile is new to the page
    found = _found(role, listing)
    page = found.page if found else inbox_page(role, listing.view, listing.cursor, listing.filters)
    return head_context(role, listing) | {
        "found": found,
        "words_off_query": listing.query(without=("q", "cursor")),
        "live_mark": mark,
        "page": page,
        "chips": listing.chips(role),
        "next_query": listing.query(cursor=page.next_cursor) if page.next_cursor else "",
        "front_query": listing.query(without=("cursor",)),
        "clear_query": listing.query(without=("q", "cursor", *Filters.__dataclass_fields__)),
        "may_set": role.may(Permission.SETTINGS),
        "held": held_count(role, timezone.now()),
    }


def _found(role: Role, listing: Listing) -> Found | None:
    """Words are looked for in the view that the address names, else everywhere (BOX-6). None: there are none;
    then a filter that names somebody counts as the search that it is (SEC-4)."""
    if not listing.words:
        return TOO_OFTEN if listing.filters.names_something and not may_search(role) else None
    return found_in(
        role,
        listing.words,
        view=None if listing.everywhere else listing.view,
        filters=listing.filters,
        cursor=listing.cursor,
    )

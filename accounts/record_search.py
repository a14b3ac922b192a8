"""What a list of records is searched by. A search never looks through rows: what the text names is looked up
by an index, then the rows that belong to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.queries.found import buyers_named, pairs_of_alias, people_named, sellers_named

NOTHING = Q(pk__in=[])
_MOST = 2**63 - 1  # of a whole number in a column


@dataclass(frozen=True, slots=True)
class Finder:
    """One thing that rows are found by. `find` gives the condition on them, NOTHING where there are none, and
    None for a text that is nothing of the kind; at most ten statements."""

    what: str | Promise
    find: Callable[[str], Q | None]


def first_found(finders: tuple[Finder, ...], text: str) -> Q:
    """What the first finder says that knows the text for one of its own."""
    for finder in finders:
        found = finder.find(text)
        if found is not None:
            return found
    return NOTHING


def by_id(*fields: str) -> Finder:
    """A UUID in one of these columns."""

    def find(text: str) -> Q | None:
        row_id = as_uuid(text)
        return None if row_id is None else _any(dict.fromkeys(fields, row_id))

    return Finder(_("Id"), find)


def by_number(field: str) -> Finder:
    """A whole number in that column."""

    def find(text: str) -> Q | None:
        if not (text.isascii() and text.isdigit() and len(text) < 20):
            return None
        return Q(**{field: int(text)}) if int(text) <= _MOST else NOTHING

    return Finder(_("Number"), find)


def by_alias(*, pair: str = "", both: bool = False) -> Finder:
    """Either alias of a pair: rows of that pair, or of both its people (ALI-6)."""

    def find(text: str) -> Q | None:
        if "@" not in text:
            return None
        found = NOTHING
        for pair_id, buyer, seller in pairs_of_alias(text):
            found = Q(buyer=buyer, seller=seller) if both else Q(**{pair: pair_id})
        return found

    return Finder(_("Alias"), find)


def by_names(*, seller: str = "", buyer: str = "", person: str = "") -> Finder:
    """Trade names, display names and people's names, whose beginnings count, in these columns."""
    asked = ((seller, sellers_named), (buyer, buyers_named), (person, people_named))

    def find(text: str) -> Q | None:
        named = {f"{field}__in": ids for field, look_up in asked if field and (ids := look_up(text))}
        return _any(named) if named else None

    return Finder(_("Name"), find)


def by_code(what: str | Promise, *fields: str) -> Finder:
    """Exactly this text in one of these columns, each with an index: the last of a list's finders."""
    return Finder(what, lambda text: _any(dict.fromkeys(fields, text)))


def as_uuid(text: str) -> UUID | None:
    """The UUID that the text is."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _any(columns: Mapping[str, object]) -> Q:
    found = Q()
    for name, value in columns.items():
        found |= Q(**{name: value})
    return found

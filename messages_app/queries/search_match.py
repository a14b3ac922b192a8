"""Which messages of a mailbox hold the words of a search, newest first: by the database's own index (PRV-2).

A word's matches may be three or three hundred thousand. SQLite's full-text table gives them newest first and
stops when enough are there. PostgreSQL's GIN index gives all of them at once: good for rare words, so the
newest messages are looked through first, where a common word shows itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from messages_app.models import MailboxEntry
from messages_app.models.search import packed_tokens

MOST = 500  # matches read for a page of threads
# How PostgreSQL looks for words: in the newest messages; where those say that the word is not rare, in some
# more; else by the token index.
NEWEST = 250  # messages
FURTHER = 5_000  # messages
NOT_RARE = 5  # matches among the newest

# One condition: any of these sets of tokens is in the entry whole.
TokenAlternatives = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to look for, where, and between which places (from `since` to below `until`)."""

    side: str
    owner: int
    conditions: Sequence[TokenAlternatives]
    since: int
    until: int
    mailbox: QuerySet[MailboxEntry]  # whose threads count


@dataclass(frozen=True, slots=True)
class Match:
    """A message that holds all words."""

    place: int
    message_id: UUID
    thread_id: UUID


def newest_matches(wanted: Wanted, most: int = MOST, *, threads: int) -> list[Match]:
    """Up to `most` matches, newest first, ending at the first one of more than that many threads. One
    statement; on PostgreSQL up to three, where the newest messages do not hold as many."""
    if not wanted.conditions:
        return _rows(*_without_words(wanted, most), threads)
    if connection.vendor == "sqlite":
        return _rows(*_by_full_text(wanted, most), threads)
    found = _rows(*_among_newest(wanted, most, NEWEST), threads)
    if not _fill(found, most, threads) and len(found) >= NOT_RARE:
        found = _rows(*_among_newest(wanted, most, FURTHER), threads)
    return found if _fill(found, most, threads) else _rows(*_by_index(wanted, most), threads)


def _fill(found: Sequence[Match], most: int, threads: int) -> bool:
    return len(found) >= most or len({match.thread_id for match in found}) > threads


def holds(tokens: Sequence[int], conditions: Sequence[TokenAlternatives]) -> bool:
    """Whether an entry's tokens meet the conditions."""
    present = frozenset(tokens)
    return all(any(present.issuperset(one) for one in alternatives) for alternatives in conditions)


_COLUMNS = "e.place, e.message_id, e.thread_id"
_OWN = "e.side = %s AND e.owner = %s AND e.place >= %s AND e.place < %s"


def _without_words(wanted: Wanted, most: int) -> tuple[str, list[Any]]:
    mailbox, params = _in_mailbox(wanted)
    query = f"""
        SELECT {_COLUMNS} FROM messages_app_searchentry e
        WHERE {_OWN} AND {mailbox} ORDER BY e.place DESC LIMIT %s"""  # noqa: S608 - constants; values are parameters
    return query, [*_own(wanted), *params, most]


def _by_full_text(wanted: Wanted, most: int) -> tuple[str, list[Any]]:
    """The full-text table leads, whatever the planner thinks: it walks its rows newest first. The plus keeps
    the bounds of its rows from becoming a range of the other table's index, read anew for each row."""
    mailbox, params = _in_mailbox(wanted)
    query = f"""
        SELECT {_COLUMNS}
        FROM messages_app_searchwords w CROSS JOIN messages_app_searchentry e
        WHERE w.messages_app_searchwords MATCH %s AND w.rowid >= %s AND w.rowid < %s
        AND e.side = %s AND e.owner = %s AND e.place = +w.rowid AND {mailbox}
        ORDER BY w.rowid DESC LIMIT %s"""  # noqa: S608 - constants; values are parameters
    text = " AND ".join(_full_text(alternatives) for alternatives in wanted.conditions)
    bounds = [wanted.since, wanted.until]
    return query, [text, *bounds, wanted.side, wanted.owner, *params, most]


def _full_text(alternatives: TokenAlternatives) -> str:
    sets = [" AND ".join(_word(token) for token in one) for one in alternatives]
    return "(" + " OR ".join(f"({one})" for one in sets) + ")"


def _word(token: int) -> str:
    return f'"{packed_tokens([token]).hex()}"'


def _among_newest(wanted: Wanted, most: int, newest: int) -> tuple[str, list[Any]]:
    tokens, token_params = _in_array(wanted.conditions)
    mailbox, params = _in_mailbox(wanted)
    query = f"""
        SELECT {_COLUMNS} FROM (
            SELECT place, message_id, thread_id, tokens FROM messages_app_searchentry e
            WHERE {_OWN} ORDER BY e.place DESC LIMIT %s
        ) e WHERE {tokens} AND {mailbox} ORDER BY e.place DESC LIMIT %s"""  # noqa: S608 - constants; values are parameters
    return query, [*_own(wanted), newest, *token_params, *params, most]


def _by_index(wanted: Wanted, most: int) -> tuple[str, list[Any]]:
    """Matched first, then sorted: left to itself the planner may walk the whole mailbox for a rare word. The
    sums keep the other columns from tempting it to another index."""
    tokens, token_params = _in_array(wanted.conditions)
    mailbox, params = _in_mailbox(wanted)
    query = f"""
        WITH found AS MATERIALIZED (
            SELECT place, message_id, thread_id FROM messages_app_searchentry e
            WHERE {tokens} AND e.side || '' = %s AND e.owner + 0 = %s
            AND e.place + 0 >= %s AND e.place + 0 < %s
        ) SELECT {_COLUMNS} FROM found e WHERE {mailbox} ORDER BY e.place DESC LIMIT %s"""  # noqa: S608 - constants; values are parameters
    return query, [*token_params, *_own(wanted), *params, most]


def _in_array(conditions: Sequence[TokenAlternatives]) -> tuple[str, list[Any]]:
    parts, params = list[str](), list[Any]()
    for alternatives in conditions:
        if all(len(one) == 1 for one in alternatives):
            parts.append("e.tokens && %s::bigint[]")
            params.append([token for one in alternatives for token in one])
        else:
            parts.append("(" + " OR ".join("e.tokens @> %s::bigint[]" for _ in alternatives) + ")")
            params += [list(one) for one in alternatives]
    return " AND ".join(parts), params


def _own(wanted: Wanted) -> list[Any]:
    return [wanted.side, wanted.owner, wanted.since, wanted.until]


def _in_mailbox(wanted: Wanted) -> tuple[str, Sequence[Any]]:
    """That the message's thread is one of the mailbox."""
    same_thread = wanted.mailbox.filter(thread_id=RawSQL("e.thread_id", ()))
    try:
        sql, params = same_thread.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:  # a filter has found nobody already
        return "1 = 0", ()
    return f"EXISTS ({sql})", params


def _rows(query: str, params: Sequence[Any], threads: int) -> list[Match]:
    """Read until there is one of more than that many threads."""
    found, known = list[Match](), set[UUID | str]()
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        for place, message, thread in cursor:
            found.append(Match(place, _uuid(message), _uuid(thread)))
            known.add(thread)
            if len(known) > threads:
                break
    return found


def _uuid(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)

"""Keyword search in one's own mailbox: threads by their newest message that holds the words (BOX-6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time
from itertools import islice
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accounts.roles import Role
from messages_app.models import MailboxEntry, Message, SearchEntry
from messages_app.queries.filters import Filters, filtered
from messages_app.queries.inbox import PAGE, InboxPage, entries_of, held_by, owner_of
from messages_app.queries.listed import LISTED, ThreadRow, listed, thread_rows
from messages_app.queries.mailbox_views import KEPT, View
from messages_app.queries.search_match import MOST, Match, Wanted, holds, newest_matches
from messages_app.queries.search_places import FIRST, LAST, place_at
from messages_app.queries.search_snippets import Piece, says, shows_any, snippet_of
from messages_app.queries.search_text import Asked
from messages_app.queries.threads import file_name, visible_to
from messages_app.sealing.search_tokens import word_token
from messages_app.vault.content import Content, shown_content, written_content
from messages_app.vault.keys import open_key
from messages_app.vault.search_keys import search_key

MOST_NEWER = 5_000  # messages that are looked through, to see which threads earlier pages have shown
MOST_OPENED = 200  # messages that are opened for a page, to see whether a phrase stands in them

# Where a search looks when no view is named: everywhere but among what the side deleted.
EVERYWHERE = View("everywhere", KEPT, "last_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRow(ThreadRow):
    """A line of the list with the place where the words stand."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """A message as the role sees it."""

    message: Message
    content: Content
    file_names: tuple[str, ...]

    def texts(self) -> list[str]:
        """Everything that a phrase may stand in."""
        thread = self.message.thread
        names = [thread.buyer.display_name, thread.seller.trade_name if thread.seller else ""]
        number = thread.order.number if thread.order else ""
        return [self.content.subject, self.content.new_text, *self.file_names, *names, number]


def search_page(
    role: Role, asked: Asked, view: View = EVERYWHERE, cursor: str = "", filters: Filters | None = None
) -> InboxPage:
    """Up to 50 threads of the view whose messages the search finds, by their newest such message, from the
    cursor on; an unreadable cursor begins at the front. A fixed number of statements."""
    wanted = _wanted(role, asked, view, cursor, filters)
    most, threads = _reach(asked, cursor)
    matches = newest_matches(wanted, most, threads=threads)
    saturated = len(matches) >= most or len({match.thread_id for match in matches}) > threads
    last = matches[-1].place if matches else FIRST
    matches = _with_phrases(role, asked, matches)
    if _read_cursor(cursor) is not None:
        earlier = _found_before(role, asked, wanted, {match.thread_id for match in matches})
        matches = [match for match in matches if match.thread_id not in earlier]
    newest = list(islice(_newest_of_threads(matches), PAGE + 1))
    shown = newest[:PAGE]
    if len(newest) > PAGE:
        last = shown[-1].place
    more = len(newest) > PAGE or saturated
    return InboxPage(rows=_rows(role, asked, shown), next_cursor=str(last) if more else "")


def _reach(asked: Asked, cursor: str) -> tuple[int, int]:
    """How many matches to read, of how many threads: more of them where some will turn out not to count."""
    if asked.phrases:
        return MOST_OPENED, MOST_OPENED
    return MOST, 2 * PAGE if cursor else PAGE


def _wanted(role: Role, asked: Asked, view: View, cursor: str, filters: Filters | None) -> Wanted:
    since = place_at(_midnight(asked.after)) if asked.after else FIRST
    until = place_at(_midnight(asked.before)) if asked.before else LAST
    position = _read_cursor(cursor)
    side, owner = role.side, owner_of(role)
    key = search_key(side, owner)
    return Wanted(
        side=side,
        owner=owner,
        conditions=[
            [[word_token(key, word) for word in one] for one in alternatives]
            for alternatives in asked.conditions
        ],
        since=since,
        until=until if position is None else min(until, position),
        mailbox=_mailbox(role, asked, view, filters),
    )


def _mailbox(role: Role, asked: Asked, view: View, filters: Filters | None) -> QuerySet[MailboxEntry]:
    entries = held_by(role, view)
    if filters:
        entries = entries.filter(filtered(filters, role, view.spoken_at, timezone.get_current_timezone()))
    return entries.filter(unread__gt=0) if asked.unread else entries


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_current_timezone()).astimezone(UTC)


def _read_cursor(cursor: str) -> int | None:
    return min(int(cursor), LAST) if cursor.isascii() and cursor.isdigit() and len(cursor) < 20 else None


def _newest_of_threads(matches: Iterable[Match]) -> Iterable[Match]:
    known = set[UUID]()
    for match in matches:
        if match.thread_id not in known:
            known.add(match.thread_id)
            yield match


def _found_before(role: Role, asked: Asked, wanted: Wanted, threads: set[UUID]) -> set[UUID]:
    """Those of the threads that a page before has shown: a newer message of theirs holds the words. Where
    they have more newer messages than are looked through, one may be listed twice."""
    until = place_at(_midnight(asked.before)) if asked.before else LAST
    # Thread by thread, as the index has them. The threads are of this mailbox: its owner need not be named.
    newer = SearchEntry.objects.filter(
        thread_id__in=threads, side=role.side, place__gte=wanted.until, place__lt=until
    ).order_by("thread_id", "place")
    rows = newer.values_list("place", "message_id", "thread_id", "tokens")[:MOST_NEWER]
    found = [
        Match(place, message_id, thread_id)
        for place, message_id, thread_id, tokens in rows
        if holds(tokens, wanted.conditions)
    ]
    found.sort(key=lambda match: match.place)
    return {match.thread_id for match in _with_phrases(role, asked, found[:MOST_OPENED])}


def _with_phrases(role: Role, asked: Asked, matches: Sequence[Match]) -> list[Match]:
    """Those of the matches in which all phrases stand."""
    if not asked.phrases:
        return list(matches)
    opened = _open(role, matches)
    return [
        match
        for match in matches
        if (one := opened.get(match.message_id))
        and all(says(one.texts(), phrase) for phrase in asked.phrases)
    ]


def _open(role: Role, matches: Sequence[Match]) -> dict[UUID, _Opened]:
    """Those that the role sees, by id: two statements."""
    rows = Message.objects.filter(
        visible_to(role.side), pk__in=[match.message_id for match in matches]
    ).select_related("thread__key", "thread__order", "thread__buyer", "thread__seller")
    return {row.pk: _opened(role, row) for row in rows.prefetch_related("attachments")}


def _opened(role: Role, message: Message) -> _Opened:
    key = open_key(message.thread.key)
    mine = message.author == role.side
    return _Opened(
        message=message,
        content=written_content(key, message) if mine else shown_content(key, message),
        file_names=tuple(file_name(key, file, mine=mine) for file in message.attachments.all()),
    )


def _rows(role: Role, asked: Asked, matches: Sequence[Match]) -> tuple[FoundRow, ...]:
    if not matches:
        return ()
    opened = _open(role, matches)
    found = entries_of(role).filter(thread_id__in=[match.thread_id for match in matches])
    entries = {entry.thread_id: entry for entry in listed(found.values_list(*LISTED))}
    pairs = [
        (entries[match.thread_id], opened[match.message_id])
        for match in matches
        if match.thread_id in entries and match.message_id in opened
    ]
    rows = thread_rows(role, EVERYWHERE, [entry for entry, _ in pairs])
    return tuple(_row(row, one, asked) for row, (_, one) in zip(rows, pairs, strict=True))


def _row(row: ThreadRow, one: _Opened, asked: Asked) -> FoundRow:
    """The thread's line, with the message found in place of its last one."""
    message = one.message
    pieces = snippet_of(_telling_text(one, asked), asked.plain)
    told = {
        "subject": one.content.subject,
        "text": "".join(piece.text for piece in pieces),
        "at": message.counted_at,
        "refused": not message.is_delivered,
        "held": message.is_held,
        "pieces": pieces,
    }
    return FoundRow(**{field.name: getattr(row, field.name) for field in fields(ThreadRow)} | told)


def _telling_text(one: _Opened, asked: Asked) -> str:
    """What the author wrote; where the words stand in the subject or a file name alone, that."""
    own = one.content.new_text
    texts = [own, one.content.subject, ", ".join(one.file_names)]
    return next((text for text in texts if shows_any(text, asked.plain)), own)

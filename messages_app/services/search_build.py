"""Makes messages findable that are not, or not as they stand now (BOX-6): those from before there was search,
and those whose state has changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Buyer
from messages_app.models import Message, SearchEntry, Thread
from messages_app.policy.facts import Side
from messages_app.queries.threads import file_name
from messages_app.sealing.seal import SealBroken
from messages_app.services.mailbox import seen_by
from messages_app.services.search import Indexed, Parties, search_entries
from messages_app.services.search_tables import delete_entries, insert_entries
from messages_app.vault.content import Content, shown_content, written_content
from messages_app.vault.keys import open_key


@dataclass(frozen=True, slots=True)
class Built:
    """How far a build is: messages looked at, and where it stands."""

    done: int
    unreadable: int  # of them: no master key of ours opens them, or they were changed


def index_again(message_ids: Sequence[UUID]) -> None:
    """Makes messages findable by those who see them now, and by nobody else: call it in the transaction that
    changes their state."""
    with transaction.atomic():
        delete_entries(message_ids)
        insert_entries(_entries(_readable().filter(pk__in=message_ids)))


def build_anew(message_ids: Sequence[UUID]) -> None:
    """Indexes these messages as they stand now, opened before any lock is taken. Those that cannot be opened
    stay as they are indexed."""
    if messages := list(_readable().filter(pk__in=message_ids)):
        _build(messages, everything=True)


def build_search(*, everything: bool, batch: int) -> Iterator[Built]:
    """Indexes messages that have no tokens, or `everything` anew, newest first, each batch in a transaction,
    and yields after it. What comes in meanwhile brings its tokens along. What was done before is passed
    over: a build that was stopped goes on where it stood."""
    done, unreadable, last = 0, 0, None
    while messages := list(_before(last, everything=everything)[:batch]):
        unreadable += _build(messages, everything=everything)
        done, last = done + len(messages), messages[-1].pk
        yield Built(done, unreadable)


def waiting(*, everything: bool) -> int:
    """How many messages a build will look at."""
    return _before(None, everything=everything).count()


def _before(last: UUID | None, *, everything: bool) -> QuerySet[Message]:
    messages = _readable().order_by("-pk")
    if last is not None:
        messages = messages.filter(pk__lt=last)
    return messages if everything else messages.filter(~Exists(_entries_of_outer()))


def _entries_of_outer() -> QuerySet[SearchEntry]:
    return SearchEntry.objects.filter(message_id=OuterRef("pk"))


def _readable() -> QuerySet[Message]:
    """Messages whose key was not destroyed, with all that is indexed of them."""
    return (
        Message.objects.filter(thread__key__destroyed_at=None)
        .select_related(
            "thread__key",
            "thread__order",
            "thread__buyer__user",
            "thread__buyer__marketplace",
            "thread__seller__marketplace",
        )
        .prefetch_related("attachments", "thread__pair__aliases")
    )


def _build(messages: Sequence[Message], *, everything: bool) -> int:
    """Returns how many could not be opened."""
    opened = [_entries_if_readable(message) for message in messages]  # the slow part, before any lock
    entries = [entry for one in opened for entry in one or ()]
    with transaction.atomic():
        settled = _unchanged(messages, everything=everything)
        if everything:
            delete_entries(list(settled))
        insert_entries([entry for entry in entries if entry.message_id in settled])
    return opened.count(None)


def _unchanged(read: Sequence[Message], *, everything: bool) -> set[UUID]:
    """Those of the messages that stand as they were read and that nobody has indexed meanwhile. On PostgreSQL
    their rows are locked: a change of state waits, and then indexes them itself. What a buyer wrote or got
    under another name by now is left to the event of that name, which comes after this or was here before."""
    rows = Message.objects.select_for_update(of=("self",)).filter(pk__in=[message.pk for message in read])
    if not everything:
        rows = rows.filter(~Exists(_entries_of_outer()))
    states = dict(rows.order_by("pk").values_list("pk", "state"))
    # A statement of its own: one that waited for a lock sees names as they were before it waited.
    buyers = Buyer.objects.filter(pk__in={message.thread.buyer_id for message in read})
    names = dict(buyers.values_list("pk", "display_name"))
    return {
        message.pk
        for message in read
        if states.get(message.pk) == message.state
        and names.get(message.thread.buyer_id) == message.thread.buyer.display_name
    }


def _entries(messages: Iterable[Message]) -> list[SearchEntry]:
    return [entry for message in messages for entry in search_entries(_indexed(message))]


def _entries_if_readable(message: Message) -> list[SearchEntry] | None:
    try:
        return _entries([message])
    except SealBroken:
        return None


def _indexed(message: Message) -> Indexed:
    return Indexed(
        thread=message.thread,
        message=message,
        parties=_parties(message.thread),
        seen=_seen(message),
        file_names=_file_names(message),
    )


def _parties(thread: Thread) -> Parties:
    aliases = thread.pair.aliases.all() if thread.pair else ()
    by_side = {alias.side: alias.address for alias in aliases}
    return Parties(buyer=thread.buyer, seller=thread.seller, aliases=by_side)


def _seen(message: Message) -> Mapping[Side, Content]:
    key = open_key(message.thread.key)
    written = written_content(key, message)
    if message.author == Message.Author.MARKETPLACE:
        return {Side.BUYER: written}
    shown = shown_content(key, message) if message.shown_sealed else written
    return seen_by(message, written=written, shown=shown)


def _file_names(message: Message) -> dict[Side, tuple[str, ...]]:
    key, files = open_key(message.thread.key), list(message.attachments.all())
    return {side: tuple(file_name(key, file, mine=message.author == side) for file in files) for side in Side}

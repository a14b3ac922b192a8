"""Keeps the blind word tokens of messages, in the transaction of the message (BOX-6, PRV-2).

Each side's tokens come from what that side sees: what the gate masked for the other side cannot be found by
it, and what was held or blocked is found by its author alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.models import Buyer, Seller
from messages_app.mail.html import html_to_text
from messages_app.mail.marker import REPLY_MARKER
from messages_app.mail.reply_text import split_reply
from messages_app.models import Message, SearchEntry, Thread
from messages_app.policy.facts import Side
from messages_app.queries.search_places import new_place
from messages_app.sealing.search_tokens import word_tokens
from messages_app.sealing.searchable import Setting, setting_words, text_words
from messages_app.services.search_tables import delete_entries, insert_entries
from messages_app.vault.content import Content
from messages_app.vault.search_keys import search_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Whose thread it is. A system message has no seller and no aliases."""

    buyer: Buyer  # with user and marketplace
    seller: Seller | None  # with marketplace
    aliases: Mapping[str, str]  # addresses by the side that mail to them reaches

    @property
    def languages(self) -> tuple[str, ...]:
        """In which the two may have written."""
        buyer, seller = self.buyer, self.seller
        chosen = [buyer.user.language, buyer.marketplace.language]
        chosen += [seller.language, seller.marketplace.language] if seller else []
        return tuple(dict.fromkeys(filter(None, chosen)))

    def names(self, of: str, *, seen_by: Side) -> tuple[str, ...]:
        """What `seen_by` may know of an author: one's own name, and the other's name and alias."""
        alias = () if of == seen_by else (self.aliases.get(of, ""),)
        if of == Side.BUYER:
            return (self.buyer.display_name, *alias)
        return (self.seller.trade_name if self.seller else self.buyer.marketplace.name, *alias)


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """A message with what each side sees of it: its text, and the names of its files."""

    thread: Thread
    message: Message
    parties: Parties
    seen: Mapping[Side, Content]
    file_names: Mapping[Side, tuple[str, ...]]


def index_messages(indexed: Sequence[Indexed]) -> None:
    """Makes new messages findable by those who see them: one statement, on SQLite two."""
    insert_entries([entry for one in indexed for entry in search_entries(one)])


def forget_messages(message_ids: Sequence[UUID]) -> None:
    """Takes the tokens of messages away (PRV-4)."""
    delete_entries(message_ids)


def search_entries(one: Indexed) -> list[SearchEntry]:
    """The unsaved entries of a message, one for each side that sees it."""
    known: dict[tuple[Content, tuple[str, ...]], frozenset[str]] = {}
    entries = []
    for side, content in one.seen.items():
        names = one.file_names.get(side, ())
        if (content, names) not in known:
            known[content, names] = _words(content, names, one.parties)
        entries.append(_entry(one, side, known[content, names]))
    return entries


def _words(content: Content, file_names: tuple[str, ...], parties: Parties) -> frozenset[str]:
    """What its author wrote now: what a mail quotes is found where it was said first (decision 0015)."""
    texts = [content.new_text]
    if content.html:
        html = html_to_text(content.html)
        marks = (REPLY_MARKER, *parties.aliases.values())
        texts += [html[start:end] for start, end in split_reply(html, own_marks=marks).new]
    return text_words(content.subject, texts, file_names, parties.languages)


def _entry(one: Indexed, side: Side, words: frozenset[str]) -> SearchEntry:
    thread, message, parties = one.thread, one.message, one.parties
    author = Side.SELLER if message.author == Message.Author.MARKETPLACE else Side(message.author)
    setting = Setting(
        mine=message.author == side,
        author=parties.names(author, seen_by=side),
        other=parties.names(author.other, seen_by=side),
        order_number=thread.order.number if thread.order else "",
        has_files=bool(one.file_names.get(side)),
    )
    owner = owner_of(thread, side)
    key = search_key(side, owner)
    return SearchEntry(
        message=message,
        thread=thread,
        side=side,
        owner=owner,
        place=new_place(message.counted_at),
        tokens=word_tokens(key, words | setting_words(setting)),
    )


def owner_of(thread: Thread, side: Side) -> int:
    """The seller's or the buyer's id."""
    owner = thread.seller_id if side is Side.SELLER else thread.buyer_id
    if owner is None:
        raise ValueError("a thread without a seller has no seller's side")
    return owner

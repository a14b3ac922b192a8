"""The slow half of a submission, before any lock: files, markup, content policy (GATE-4)."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import unquote, urlsplit
from uuid import UUID

import uuid_utils.compat as uuid
from django.conf import settings

from accounts.models import AuthorizedAddress, Pair
from messages_app.files.identify import identify
from messages_app.files.kinds import Identified
from messages_app.files.names import clean_name, unique_names
from messages_app.mail.html import html_to_text, sanitise_html
from messages_app.models import Message, Thread
from messages_app.policy.content import Judged, judge
from messages_app.policy.facts import ContentMatch, FileFacts, Place, Side
from messages_app.queries.limits import current_limits
from messages_app.services.submission import Submission, SubmittedFile
from messages_app.vault.content import Content, shown_content
from messages_app.vault.files import write_file
from messages_app.vault.keys import open_key
from messages_app.vault.values import token
from orders.models import Order

_CARRIED = (Order.Status.SHIPPED, Order.Status.DELIVERED)
MAX_ADDRESS = 320  # characters of an address with its line breaks and quote marks
EARLIER_MESSAGES = 50  # of the thread, that a quote is compared with


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedFile:
    """A file whose bytes were looked at. Sealed in the store under `id` with a key of its own."""

    id: UUID
    facts: FileFacts
    key: bytes = field(repr=False)
    content: bytes = field(repr=False)
    content_id: str = ""  # what the message's HTML names it by now


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What the gate needs to know of the text and files, and what the record keeps of them."""

    content: Content
    files: tuple[PreparedFile, ...]
    matches: tuple[ContentMatch, ...]
    body_bytes: int
    body_token: bytes

    @property
    def file_facts(self) -> tuple[FileFacts, ...]:
        return tuple(file.facts for file in self.files)


def prepare(submission: Submission, pair: Pair, thread: Thread | None, order: Order | None) -> Prepared:
    """Reads files and text; writes nothing. `thread` and `order` as they are known before the lock."""
    files = _prepare_files(submission.files)
    text = submission.text or html_to_text(submission.html)
    content = Content(
        subject=submission.subject,
        text=text,
        html=sanitise_html(
            submission.html,
            content_ids=_new_content_ids(submission.files, files),
            links=submission.author is Side.SELLER,  # a buyer's cannot be clicked (POL-2)
        ),
        new=submission.new if submission.new is not None and submission.text else ((0, len(text)),),
        left_out=tuple(submission.left_out),
        foreign_id=submission.foreign_id,
    )
    return Prepared(
        content=content,
        files=files,
        matches=_matches(submission, content, files, pair, thread, order),
        body_bytes=len(submission.text.encode()) + len(submission.html.encode()),
        body_token=token(" ".join(content.new_text.split()), purpose="body"),
    )


def store_files(prepared: Prepared) -> None:
    """Seals the files into the store, synced, before the transaction that tells of them."""
    for file in prepared.files:
        write_file(file.key, [file.content], table="attachment", row_id=file.id)


def _prepare_files(submitted: tuple[SubmittedFile, ...]) -> tuple[PreparedFile, ...]:
    seen = [_identify(file) for file in submitted]
    names = unique_names([_name(file, what) for file, what in zip(submitted, seen, strict=True)])
    return tuple(map(_prepare_file, names, submitted, seen))


def _identify(file: SubmittedFile) -> Identified | None:
    """What the bytes are; None for a file that is refused for its size whatever it is (ATT-1)."""
    if len(file.content) > current_limits().max_message_bytes:
        return None
    return identify(file.name, file.content)


def _name(file: SubmittedFile, what: Identified | None) -> str:
    kind = what.kind if what else None
    return clean_name(file.name or (f"file.{kind}" if kind else "file"))


def _prepare_file(name: str, file: SubmittedFile, what: Identified | None) -> PreparedFile:
    row_id = uuid.uuid7()
    facts = FileFacts(
        name=name,
        size=len(file.content),
        kind=what.kind if what else "",
        problem=what.problem if what else None,
        found=what.found if what else "",
        inline=file.inline,
    )
    return PreparedFile(
        id=row_id,
        facts=facts,
        key=os.urandom(32),
        content=file.content,
        content_id=row_id.hex if file.inline else "",
    )


def _new_content_ids(submitted: tuple[SubmittedFile, ...], files: tuple[PreparedFile, ...]) -> dict[str, str]:
    """Old content ids to ours, for the images that the HTML shows (MAIL-18)."""
    pairs = zip(submitted, files, strict=True)
    return {old.content_id: new.content_id for old, new in pairs if old.inline and old.content_id}


def _matches(
    submission: Submission,
    content: Content,
    files: tuple[PreparedFile, ...],
    pair: Pair,
    thread: Thread | None,
    order: Order | None,
) -> tuple[ContentMatch, ...]:
    """What the content policy finds in what the author wrote now; what this center sent and the
    author only quotes is not judged (POL-1)."""
    found = judge(
        Judged(
            text=content.text,
            html=submission.html,
            subject=content.subject,
            file_names=tuple(file.facts.name for file in files),
            own_addresses=frozenset(alias.address for alias in pair.aliases.all()),
            marketplace_domains=frozenset(settings.MARKETPLACE_DOMAINS) | {_public_host()},
            carriers=_may_name_carriers(submission, thread, order),
        )
    )
    if not found:
        return ()
    quoted = _Quoted(content, pair, thread)
    return tuple(match for match in found if not quoted.holds(match))


def _may_name_carriers(submission: Submission, thread: Thread | None, order: Order | None) -> bool:
    """In every reply, and about an order that is on its way or there (POL-3)."""
    if order is not None and order.status in _CARRIED:
        return True
    if thread is None or not submission.evidence.proves_reply:
        return False
    return submission.author is Side.BUYER or thread.buyer_wrote_at is not None


def _public_host() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or ""


class _Quoted:
    """Tells a match in quoted text of ours from one that the author made up as a quote.

    Real addresses of the pair stand in the header lines that mail programs quote; the copy gets
    aliases in their place (MAIL-16), so they are no contact details where the author did not
    write them.
    """

    def __init__(self, content: Content, pair: Pair, thread: Thread | None) -> None:
        self._content = content
        self._sent = _squeezed("".join(_earlier_texts(thread)))
        self._known = tuple(_squeezed(address) for address in _real_addresses(pair))
        self._new = _squeezed(content.new_text)

    def holds(self, match: ContentMatch) -> bool:
        if match.place is Place.TEXT:
            written_now = any(start < match.end and match.start < end for start, end in self._content.new)
        else:
            written_now = match.place is not Place.HTML or _excerpt(match) in self._new
        return not written_now and (_excerpt(match) in self._sent or self._is_known(match))

    def _is_known(self, match: ContentMatch) -> bool:
        """Whether it is a real address of the pair, or a piece of one that a line break cut off."""
        excerpt = _excerpt(match)
        if any(known in excerpt for known in self._known):
            return True
        if match.place is not Place.TEXT:
            return False
        text = self._content.text
        before = _squeezed(text[max(0, match.start - MAX_ADDRESS) : match.start])
        after = _squeezed(text[match.end : match.end + MAX_ADDRESS])
        return any(
            (at := known.find(excerpt)) >= 0
            and before.endswith(known[:at])
            and after.startswith(known[at + len(excerpt) :])
            for known in self._known
        )


def _excerpt(match: ContentMatch) -> str:
    """What was found, as a reader or a mail program takes it."""
    return _squeezed(unquote(unescape(match.excerpt)))


def _squeezed(text: str) -> str:
    """Without white space and quote marks, so that a client's line breaks make no difference."""
    return "".join(text.lower().replace(">", "").split())


def _earlier_texts(thread: Thread | None) -> list[str]:
    if thread is None:
        return []
    key = open_key(thread.key)
    earlier = Message.objects.filter(thread=thread, state=Message.State.DELIVERED).order_by(
        "-accepted_at", "-id"
    )
    return [shown_content(key, message).text for message in earlier[:EARLIER_MESSAGES]]


def _real_addresses(pair: Pair) -> list[str]:
    listed = AuthorizedAddress.objects.filter(seller=pair.seller).values_list("address", flat=True)
    return [pair.buyer.user.email, *listed]

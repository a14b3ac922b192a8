"""The slow half of a submission, before any lock: files, markup, content policy (GATE-4)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from uuid import UUID

import uuid_utils.compat as uuid

from accounts.models import Pair
from accounts.queries.pairs import RealAddresses, real_addresses
from messages_app.files.names import clean_name, unique_names
from messages_app.mail.html import html_to_text, sanitise_html
from messages_app.models import Attachment, Thread
from messages_app.policy.facts import ContentMatch, FileFacts, Side
from messages_app.services.disguise import NOTHING, Disguise, disguise_for
from messages_app.services.files import JudgedFile, file_facts, judge_file
from messages_app.services.judging import content_matches
from messages_app.services.languages import language_of
from messages_app.services.masking import Mask, content_for_other_side, mask_for, name_for_other_side
from messages_app.services.revealing import files_that_reveal
from messages_app.services.submission import Submission, SubmittedFile
from messages_app.vault.content import Content
from messages_app.vault.files import delete_file, write_file
from messages_app.vault.values import token
from orders.models import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedFile:
    """A file whose bytes were looked at. Sealed in the store under `id` with a key of its own."""

    id: UUID
    facts: FileFacts
    shown_name: str  # what the other side sees of its name
    key: bytes = field(repr=False)
    judged: JudgedFile
    content_id: str = ""  # what the message's HTML names it by now

    @property
    def is_stored(self) -> bool:
        """Of an infected file only the digest is kept (ATT-2)."""
        return not self.facts.infected


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What the gate needs to know of the text and files, and what the record keeps of them."""

    thread: Thread | None  # what the submission continues, and what it is about
    order: Order | None
    content: Content  # as written
    shown: Content  # as the other side gets it
    files: tuple[PreparedFile, ...]
    matches: tuple[ContentMatch, ...]
    body_bytes: int
    body_token: bytes
    waiting: tuple[FileFacts, ...] = ()  # of a dry run: what waits in the draft, looked at when it came

    @property
    def file_facts(self) -> tuple[FileFacts, ...]:
        return (*self.waiting, *(file.facts for file in self.files))


def prepare(
    submission: Submission,
    thread: Thread | None,
    order: Order | None,
    waiting: tuple[FileFacts, ...] = (),
) -> Prepared:
    """Reads files and text; writes nothing. `thread` and `order` as they are known before the lock."""
    pair = submission.pair
    known = real_addresses(pair)
    files = _searched(_prepare_files(submission.files), submission, known)
    content = _content(submission, files)
    matches = content_matches(
        submission,
        content,
        file_names=[file.name for file in (*waiting, *(file.facts for file in files))],
        file_links=[link for file in files for link in file.judged.links],
        pair=pair,
        thread=thread,
        order=order,
        known=[known.buyer] if submission.author is Side.BUYER else list(known.seller),
    )
    mask = mask_for(
        matches,
        by_buyer=submission.author is Side.BUYER,
        automatic=submission.automatic,
        language=language_of(pair, submission.author.other),
        disguise=_disguise(submission, pair, known),
    )
    return Prepared(
        thread=thread,
        order=order,
        content=content,
        shown=content_for_other_side(content, mask),
        files=_with_shown_names(files, mask),
        matches=matches,
        body_bytes=_body_bytes(submission),
        body_token=token(" ".join(content.new_text.split()), purpose="body"),
        waiting=waiting,
    )


def _with_shown_names(files: tuple[PreparedFile, ...], mask: Mask) -> tuple[PreparedFile, ...]:
    """What is masked in two names may leave them alike, and what stands in its place is longer (ATT-5)."""
    names = unique_names([name_for_other_side(file.facts.name, mask) for file in files])
    return tuple(replace(file, shown_name=name) for file, name in zip(files, names, strict=True))


def _searched(
    files: tuple[PreparedFile, ...], submission: Submission, known: RealAddresses
) -> tuple[PreparedFile, ...]:
    """The files, with those marked that show what they must not. What is refused anyway is not searched."""
    sound = [file for file in files if file.facts.kind and not file.facts.problem]
    found = files_that_reveal(
        submission, [file.judged.content for file in sound], seller_addresses=known.seller
    )
    revealing = {sound[place].id for place in found}
    return tuple(
        replace(file, facts=replace(file.facts, reveals=True)) if file.id in revealing else file
        for file in files
    )


def _content(submission: Submission, files: tuple[PreparedFile, ...]) -> Content:
    text = submission.text or html_to_text(submission.html)
    return Content(
        subject=submission.subject,
        text=text,
        html=sanitise_html(
            submission.html,
            content_ids=_new_content_ids(submission.files, files),
            links=submission.author is Side.SELLER,  # a buyer's cannot be clicked (POL-2)
        ),
        new=submission.new if submission.new is not None and submission.text else ((0, len(text)),),
        left_out=tuple(submission.left_out),
        covers=tuple(day.isoformat() for day in submission.covers if day),
        foreign_id=submission.foreign_id,
    )


def _body_bytes(submission: Submission) -> int:
    if submission.body_bytes is not None:
        return submission.body_bytes
    return len(submission.text.encode()) + len(submission.html.encode())


def store_files(prepared: Prepared) -> None:
    """Seals the files into the store, synced, before the transaction that tells of them."""
    for file in prepared.files:
        for column, content in _stored(file):
            write_file(file.key, [content], table="attachment", row_id=file.id, column=column)


def _stored(file: PreparedFile) -> Iterator[tuple[str, bytes]]:
    """(column, bytes) of what the store keeps of a file (ATT-4, ATT-6)."""
    judged = file.judged
    if file.is_stored:
        yield "file", judged.content
        if judged.changed:
            yield "original", judged.original
        if judged.preview:
            yield "preview", judged.preview
            yield "thumbnail", judged.thumbnail


def forget_files(prepared: Prepared) -> None:
    """Takes stored files back that no message names: it was refused a place, or known already."""
    kept = set(
        Attachment.objects.filter(pk__in=[file.id for file in prepared.files]).values_list("pk", flat=True)
    )
    for file in prepared.files:
        if file.id not in kept:
            delete_file(file.id)


def _prepare_files(submitted: tuple[SubmittedFile, ...]) -> tuple[PreparedFile, ...]:
    seen = [judge_file(file.name, file.content) for file in submitted]
    names = unique_names([_name(file, judged) for file, judged in zip(submitted, seen, strict=True)])
    return tuple(map(_prepare_file, names, submitted, seen))


def _name(file: SubmittedFile, judged: JudgedFile) -> str:
    return clean_name(file.name or (f"file.{judged.kind}" if judged.kind else "file"))


def _prepare_file(name: str, file: SubmittedFile, judged: JudgedFile) -> PreparedFile:
    row_id = uuid.uuid7()
    return PreparedFile(
        id=row_id,
        facts=file_facts(name, judged, inline=file.inline),
        shown_name=name,
        key=os.urandom(32),
        judged=judged,
        content_id=row_id.hex if file.inline else "",
    )


def _new_content_ids(submitted: tuple[SubmittedFile, ...], files: tuple[PreparedFile, ...]) -> dict[str, str]:
    """Old content ids to ours, for the images that the HTML shows (MAIL-18)."""
    pairs = zip(submitted, files, strict=True)
    return {old.content_id: new.content_id for old, new in pairs if old.inline and old.content_id}


def _disguise(submission: Submission, pair: Pair, known: RealAddresses) -> Disguise:
    if not pair.pk:
        return NOTHING  # a dry run of two who have not met: nobody gets it
    aliases = {alias.side: alias.address for alias in pair.aliases.all()}
    return disguise_for(
        pair,
        to_side=submission.author.other,
        buyer_alias=aliases[Side.BUYER],
        seller_alias=aliases[Side.SELLER],
        seller_addresses=[address for address in known.seller if address != known.buyer],
        own=True,
    )

"""Takes mail in: which recipients there are, and the promise that a 250 makes (MAIL-2, MAIL-3).

Storing is one transaction for as many mails as wait at that moment. When it returns, the bytes and one
work item per recipient are sealed, synced and committed.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    transaction,
)

from accounts.addresses import normalise_address
from accounts.models import Alias
from accounts.wake import wake
from messages_app.mail.fields import header_block_too_large
from messages_app.mail.references import read_bounce_address
from messages_app.models import InboundMail, RawMail, SealingKey
from messages_app.sealing.seal import open_sealed, row_identity, seal
from messages_app.vault.files import INLINE_LIMIT, delete_file, read_file, write_file
from messages_app.vault.keys import installation_key, new_sealing_key, open_key
from messages_app.vault.values import open_json, seal_json

ROLES = frozenset({"postmaster", "abuse"})  # RFC 5321 4.5.1, RFC 2142
BOUNCES = "bounces"  # role of an address that looks like one of our bounce addresses and is none
_SHARED_COMMIT = 64  # mails of one transaction at most


class Refusal(StrEnum):
    """Why an address takes no mail (MAIL-2)."""

    UNKNOWN = "unknown"  # 550 5.1.1; a retired alias too (ALI-7)
    OTHER_DOMAIN = "other_domain"  # 550 5.7.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Where one RCPT leads: an alias, the delivery of a bounce address, or a role of the domain."""

    alias_id: int | None = None
    bounce_of: UUID | None = None
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One mail at a door. `envelope_sender` is empty for the null sender; `loopback`: a door that
    only this machine reaches (MAIL-10)."""

    raw: bytes = field(repr=False)
    envelope_sender: str = field(repr=False)
    recipients: tuple[Recipient, ...]
    door: InboundMail.Door
    loopback: bool
    received_at: datetime


@dataclass(frozen=True, slots=True)
class _Rows:
    """The unsaved rows of one arrival."""

    key: SealingKey
    raw: RawMail
    inbound: list[InboundMail]


def resolve_recipient(address: str) -> Recipient | Refusal:
    """Where mail to `address` goes, or why it goes nowhere. One statement at most."""
    if not can_be_address(address):
        return Refusal.UNKNOWN
    local, at, domain = normalise_address(address).rpartition("@")
    if not at:
        return Recipient(role=domain) if domain == "postmaster" else Refusal.UNKNOWN
    if domain not in relay_domains():
        return Refusal.OTHER_DOMAIN
    if local in ROLES:
        return Recipient(role=local)
    if local.startswith("b."):
        delivery = read_bounce_address(f"{local}@{domain}", key=installation_key("bounces"))
        return Recipient(bounce_of=delivery) if delivery else Recipient(role=BOUNCES)
    alias = Alias.objects.filter(address=f"{local}@{domain}", retired_at=None).first()
    return Recipient(alias_id=alias.pk) if alias else Refusal.UNKNOWN


def can_be_address(text: str) -> bool:
    """Whether `text` has none of the characters that stand in no address and that a database may not take:
    NUL and other controls, halves of surrogate pairs, line ends."""
    return text.isprintable()


def relay_domains() -> frozenset[str]:
    """The relay's domains, present and former, as `normalise_address` writes them."""
    return frozenset(domain.lower() for domain in (settings.RELAY_DOMAIN, *settings.RELAY_DOMAINS_OLD))


def is_too_large(raw: bytes) -> bool:
    """Whether a mail is beyond what the dialogue takes: 552 5.3.4 (MAIL-2, MAIL-7)."""
    return len(raw) > settings.MAX_WIRE_BYTES or header_block_too_large(raw)


def accept(arrival: Arrival) -> None:
    """Stores one mail for good (MAIL-3). Raises OSError or DatabaseError when that did not work."""
    rows = _sealed_rows(arrival)
    try:
        _commit([rows])
    except BaseException:
        _forget(rows)
        raise


def raw_bytes(raw: RawMail) -> bytes:
    """The mail as it came. Raises SealBroken, or FileNotFoundError."""
    key = open_key(raw.key)
    if raw.sealed:
        return open_sealed(key, bytes(raw.sealed), identity=row_identity("rawmail", "sealed", raw.id))
    return b"".join(read_file(key, table="rawmail", row_id=raw.id))


def envelope_sender(inbound: InboundMail) -> str:
    """The envelope sender; empty for the null sender."""
    return str(
        open_json(
            open_key(inbound.raw.key),
            inbound.envelope_sealed,
            table="inboundmail",
            column="envelope_sealed",
            row_id=inbound.id,
        )
    )


class Intake:
    """The door's one writer: mails that arrive at once share a commit, each answered for itself."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[tuple[_Rows, Future[None]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="intake")
        self._thread.start()

    def accept(self, arrival: Arrival) -> None:
        """As `accept` above, from any thread."""
        rows = _sealed_rows(arrival)
        stored: Future[None] = Future()
        self._waiting.put((rows, stored))
        try:
            stored.result()
        except BaseException:
            _forget(rows)
            raise

    def close(self) -> None:
        """Stores what waits, then ends. Nothing may be handed in any more."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while batch := self._next_batch():
            close_old_connections()
            _store(batch)
        connection.close()  # this thread's own

    def _next_batch(self) -> list[tuple[_Rows, Future[None]]]:
        """Waits for a mail and takes what else waits by then; empty at the end."""
        first = self._waiting.get()
        if first is None:
            return []
        batch = [first]
        while len(batch) < _SHARED_COMMIT and not self._waiting.empty():
            another = self._waiting.get()
            if another is None:
                self._waiting.put(None)
                break
            batch.append(another)
        return batch


def _store(batch: Sequence[tuple[_Rows, Future[None]]]) -> None:
    try:
        _commit([rows for rows, _ in batch])
    except (OperationalError, InterfaceError) as error:
        # The database itself is in trouble: trying one by one would only make everybody wait longer.
        for _, stored in batch:
            stored.set_exception(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, each door must hear of its own mail
        if len(batch) == 1:
            batch[0][1].set_exception(error)
            return
        for one in batch:
            _store([one])
    else:
        for _, stored in batch:
            stored.set_result(None)


@transaction.atomic
def _commit(batch: Sequence[_Rows]) -> None:
    SealingKey.objects.bulk_create([rows.key for rows in batch])
    RawMail.objects.bulk_create([rows.raw for rows in batch])
    InboundMail.objects.bulk_create([inbound for rows in batch for inbound in rows.inbound])
    wake("process_inbound")


def _sealed_rows(arrival: Arrival) -> _Rows:
    """Rows to save; bytes too large for a row are in the file store, synced, when this returns."""
    key_row = new_sealing_key("raw")
    key = open_key(key_row)
    raw = RawMail(key=key_row, size=len(arrival.raw), sealed=b"", received_at=arrival.received_at)
    if len(arrival.raw) > INLINE_LIMIT:
        write_file(key, [arrival.raw], table="rawmail", row_id=raw.id)
    else:
        raw.sealed = seal(key, arrival.raw, identity=row_identity("rawmail", "sealed", raw.id))
    # The same address named twice is one recipient.
    recipients = dict.fromkeys(arrival.recipients)
    return _Rows(key_row, raw, [_work_item(arrival, recipient, raw, key) for recipient in recipients])


def _work_item(arrival: Arrival, recipient: Recipient, raw: RawMail, key: bytes) -> InboundMail:
    inbound = InboundMail(
        raw=raw,
        door=arrival.door,
        loopback=arrival.loopback,
        alias_id=recipient.alias_id,
        bounce_of=recipient.bounce_of,
        role_address=recipient.role,
        received_at=arrival.received_at,
    )
    inbound.envelope_sealed = seal_json(
        key, arrival.envelope_sender, table="inboundmail", column="envelope_sealed", row_id=inbound.id
    )
    return inbound


def _forget(rows: _Rows) -> None:
    """Takes back the file of a mail that was not accepted: a full disk should not fill further.

    A commit whose answer got lost may have happened, so the file goes only when its row is surely not there.
    """
    if rows.raw.sealed:
        return
    with suppress(DatabaseError, InterfaceError):
        if not RawMail.objects.filter(pk=rows.raw.pk).exists():
            delete_file(rows.raw.id)

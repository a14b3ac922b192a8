"""What a door stores, and what it promises with that (MAIL-2, MAIL-3, PRV-1)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings as project
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Alias
from accounts.queries.pairs import alias_of
from messages_app.mail.references import bounce_address
from messages_app.models import InboundMail, RawMail
from messages_app.relay import intake
from messages_app.relay.intake import Arrival, Intake, Recipient, Refusal, accept, resolve_recipient
from messages_app.vault.files import INLINE_LIMIT
from messages_app.vault.keys import installation_key
from tests.factories import PairFactory
from tests.messages_app.relay.inbound_world import NOON


def arrival(raw: bytes = b"From: a@b.example\r\n\r\nx", **changes: object) -> Arrival:
    made = Arrival(
        raw=raw,
        envelope_sender="writer@client.example",
        recipients=(Recipient(role="postmaster"),),
        door=InboundMail.Door.SMTP,
        loopback=True,
        received_at=NOON,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.rule("MAIL-2", "ALI-1", "ALI-7")
@pytest.mark.django_db
def test_where_an_address_leads(settings: Settings) -> None:
    settings.RELAY_DOMAINS_OLD = ["old.example"]
    pair = PairFactory.create()
    alias = Alias.objects.get(pair=pair, side="buyer")
    retired = Alias.objects.get(pair=pair, side="seller")
    Alias.objects.filter(pk=retired.pk).update(retired_at=timezone.now())
    delivery = uuid4()
    bounce = bounce_address(delivery, key=installation_key("bounces"), domain="old.example")
    expected = {
        alias.address: Recipient(alias_id=alias.pk),
        alias.address.upper(): Recipient(alias_id=alias.pk),
        retired.address: Refusal.UNKNOWN,
        f"x{alias.address}": Refusal.UNKNOWN,
        alias.address.replace("marketplace.example", "old.example"): Refusal.UNKNOWN,
        "ABUSE@old.example": Recipient(role="abuse"),
        "postmaster": Recipient(role="postmaster"),
        "abuse": Refusal.UNKNOWN,
        bounce: Recipient(bounce_of=delivery),
        "b.abc@marketplace.example": Recipient(role="bounces"),
        "someone@sub.marketplace.example": Refusal.OTHER_DOMAIN,
        "someone@": Refusal.OTHER_DOMAIN,
        "@marketplace.example": Refusal.UNKNOWN,
        "": Refusal.UNKNOWN,
        "a@b@marketplace.example": Refusal.UNKNOWN,
    }
    assert {address: resolve_recipient(address) for address in expected} == expected


@pytest.mark.rule("MAIL-3", "PRV-1")
@pytest.mark.django_db
@pytest.mark.parametrize("size", [INLINE_LIMIT, INLINE_LIMIT + 1])
def test_bytes_lie_sealed_in_the_row_or_in_the_store(size: int) -> None:
    raw = (b"From: a@b.example\r\n\r\n" + b"planted words " * size)[:size]
    accept(arrival(raw))
    row = RawMail.objects.get()
    file = Path(project.DATA_DIR) / "media" / row.pk.hex[-2:] / row.pk.hex
    kept = bytes(row.sealed) or file.read_bytes()
    assert file.exists() is (size > INLINE_LIMIT)
    assert b"planted words" not in kept
    assert intake.raw_bytes(row) == raw


@pytest.mark.rule("PRV-1")
@pytest.mark.django_db
def test_the_envelope_sender_is_sealed_too() -> None:
    accept(arrival())
    inbound = InboundMail.objects.get()
    assert b"writer" not in bytes(inbound.envelope_sealed)
    assert intake.envelope_sender(inbound) == "writer@client.example"


@pytest.mark.rule("REL-3")
@pytest.mark.django_db
def test_a_mail_that_is_not_accepted_leaves_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(intake, "_commit", fail)
    before = set((Path(project.DATA_DIR) / "media").rglob("*"))
    with pytest.raises(DatabaseError):
        accept(arrival(b"x" * (INLINE_LIMIT + 1)))
    new = set((Path(project.DATA_DIR) / "media").rglob("*")) - before
    assert [path for path in new if path.is_file()] == []


@pytest.mark.rule("MAIL-3")
@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_one_bad_mail_of_a_shared_commit_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = Recipient(alias_id=2**40)  # an alias that is not there
    alias = Alias.objects.get(address=alias_of(PairFactory.create(), "buyer"))
    sizes: list[int] = []
    commit = intake._commit

    def counted(batch: list[intake._Rows]) -> None:
        sizes.append(len(batch))
        commit(batch)

    monkeypatch.setattr(intake, "_commit", counted)
    mails = [arrival(b"%d" % number, recipients=(Recipient(alias_id=alias.pk),)) for number in range(30)]
    mails[7] = replace(mails[7], recipients=(nowhere,))
    door = Intake()
    with ThreadPoolExecutor(30) as pool:
        stored = [pool.submit(door.accept, mail) for mail in mails]
    door.close()
    assert [place for place, future in enumerate(stored) if future.exception()] == [7]
    assert sorted(intake.raw_bytes(raw) for raw in RawMail.objects.all()) == sorted(
        mail.raw for mail in mails if mail is not mails[7]
    )
    assert max(sizes) > 1  # they did share


@pytest.mark.rule("MAIL-3")
@pytest.mark.django_db
def test_a_mail_costs_the_same_statements_for_many_recipients() -> None:
    pair = PairFactory.create()
    both = tuple(Recipient(alias_id=alias.pk) for alias in pair.aliases.all())
    counts = []
    for recipients in (both[:1], both):
        with CaptureQueriesContext(connection) as queries:
            accept(arrival(recipients=recipients))
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.rule("MAIL-2")
@pytest.mark.django_db
@pytest.mark.both_databases
@pytest.mark.parametrize("hole", ["\0", "\t", "\r", "\n", "\x1b", "\x7f", "\x85", "\u2028", "\udcff"])
def test_what_can_be_no_address_is_unknown(hole: str) -> None:
    alias = alias_of(PairFactory.create(), "buyer")
    domain = project.RELAY_DOMAIN
    wrong = [
        f"{hole}{alias}",
        f"{alias}{hole}",
        f"x{hole}y@{domain}",
        f"postmaster{hole}",
        f"x@{hole}no.example",
    ]
    assert [resolve_recipient(address) for address in wrong] == [Refusal.UNKNOWN] * len(wrong)

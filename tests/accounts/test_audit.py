"""The audit chain: exact under concurrency, and every change of it shows (SEC-7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts.models import AuditHead, AuditRecord, User
from accounts.services.audit import Broken, Fault, digest_of, record_audit, verify_audit
from tests.factories import PairFactory, UserFactory
from tests.messages_app.services.test_submit_races import at_once

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def chain(length: int = 5) -> None:
    actor = UserFactory.create()
    pair = PairFactory.create()
    for number in range(length):
        record_audit(
            actor=actor if number % 2 else None,
            action="release",
            kind="case",
            object_id=number,
            seller=pair.seller,
            buyer=pair.buyer,
            reason=f"It is a product’s name, number {number}.",
            details={"codes": ["external_link"], "count": number},
            at=NOON,
        )


@pytest.mark.rule("SEC-7")
@pytest.mark.django_db
@pytest.mark.both_databases
def test_an_untouched_chain_is_whole() -> None:
    assert verify_audit().faults == ()
    chain()
    verified = verify_audit()
    assert (verified.records, verified.faults) == (5, ())
    assert verified.head == AuditRecord.objects.get(number=5).digest
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "5 audit records, all in place" in out.getvalue()


def change_reason() -> None:
    AuditRecord.objects.filter(number=3).update(reason="Something else.")


def change_actor() -> None:
    AuditRecord.objects.filter(number=3).update(actor=UserFactory.create())


def change_details() -> None:
    AuditRecord.objects.filter(number=3).update(details={"codes": [], "count": 2})


def write_anew(number: int) -> None:
    """Another reason, and the digest that goes with it: by itself the record is in order."""
    record = AuditRecord.objects.get(number=number)
    record.reason = "Something else."
    record.digest = digest_of(record)
    record.save()


def write_one_anew() -> None:
    write_anew(3)


def write_the_last_anew() -> None:
    write_anew(5)


def change_the_last() -> None:
    AuditRecord.objects.filter(number=5).update(reason="Something else.")


def take_one_out() -> None:
    AuditRecord.objects.filter(number=3).delete()


def close_the_gap() -> None:
    AuditRecord.objects.filter(number=3).delete()
    AuditRecord.objects.filter(number=4).update(number=3)
    AuditRecord.objects.filter(number=5).update(number=4)
    AuditHead.objects.update(number=4)


def swap_two() -> None:
    for old, new in ((3, 30), (4, 3), (30, 4)):
        AuditRecord.objects.filter(number=old).update(number=new)


def cut_the_end() -> None:
    AuditRecord.objects.filter(number__gte=4).delete()


def cut_the_end_and_forget_it() -> None:
    cut_the_end()
    AuditHead.objects.all().delete()


@pytest.mark.rule("SEC-7")
@pytest.mark.django_db
@pytest.mark.both_databases
def test_without_its_head_a_chain_is_not_gone_on_with() -> None:
    chain()
    cut_the_end_and_forget_it()
    with pytest.raises(IntegrityError), transaction.atomic():
        record_audit(actor=UserFactory.create(), action="read_thread")
    assert AuditRecord.objects.count() == 3


@pytest.mark.rule("SEC-7")
@pytest.mark.django_db
@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("harm", "faults"),
    [
        (change_reason, [(3, Broken.CHANGED)]),
        (change_actor, [(3, Broken.CHANGED)]),
        (change_details, [(3, Broken.CHANGED)]),
        (write_one_anew, [(4, Broken.MOVED)]),
        (write_the_last_anew, [(5, Broken.CHANGED)]),
        (change_the_last, [(5, Broken.CHANGED)]),
        (take_one_out, [(3, Broken.MISSING)]),
        (close_the_gap, [(3, Broken.MOVED)]),
        (swap_two, [(3, Broken.MOVED), (4, Broken.MOVED), (5, Broken.MOVED)]),
        (cut_the_end, [(4, Broken.CUT), (5, Broken.CUT)]),
        (cut_the_end_and_forget_it, [(4, Broken.CUT)]),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_every_harm_to_the_chain_shows_where_it_was_done(
    harm: Callable[[], None], faults: list[tuple[int, Broken]]
) -> None:
    chain()
    harm()
    assert list(verify_audit().faults) == [Fault(number, what) for number, what in faults]
    err = StringIO()
    with pytest.raises(CommandError, match="broken in"):
        call_command("verify_audit", stderr=err)
    assert f"Record {faults[0][0]} " in err.getvalue()


@pytest.mark.rule("SEC-7")
@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_records_written_at_once_make_one_chain() -> None:
    people = [UserFactory.create() for _ in range(12)]
    at_once(lambda person: record_audit(actor=person, action="read_thread"), people)
    verified = verify_audit()
    assert (verified.records, verified.faults) == (12, ())
    assert {record.actor_id for record in AuditRecord.objects.all()} == {person.pk for person in people}


@pytest.mark.rule("SEC-7")
@pytest.mark.django_db
@pytest.mark.both_databases
def test_whoever_becomes_an_administrator_by_the_command_stands_in_the_chain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "seven wooden spoons")
    for name in ("ada", "bea"):
        call_command("createsuperuser", "--no-input", email=f"{name}@market.example", stdout=StringIO())
        person = User.objects.get(email=f"{name}@market.example")
        assert person.is_superuser
        assert person.check_password("seven wooden spoons")
        last = AuditRecord.objects.latest("number")
        assert (last.action, last.kind, last.object_id, last.actor) == (
            "administrator_added", "user", str(person.pk), None,
        )  # fmt: skip
    assert AuditRecord.objects.count() == 2
    assert verify_audit().faults == ()


@pytest.mark.rule("SEC-7")
@pytest.mark.django_db
def test_an_administrator_that_a_killed_command_left_is_recorded_by_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = User.objects.create_superuser("ada@market.example", "seven wooden spoons")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "seven wooden spoons")
    call_command("createsuperuser", "--no-input", email="bea@market.example", stdout=StringIO())
    recorded = AuditRecord.objects.order_by("number").values_list("object_id", flat=True)
    assert list(recorded) == [str(first.pk), str(User.objects.get(email="bea@market.example").pk)]


@pytest.mark.rule("SEC-7")
@pytest.mark.django_db
def test_a_command_that_makes_nobody_records_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    UserFactory.create(email="ada@market.example")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "seven wooden spoons")
    with pytest.raises(CommandError):
        call_command("createsuperuser", "--no-input", email="ada@market.example", stdout=StringIO())
    assert not AuditRecord.objects.exists()

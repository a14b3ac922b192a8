"""The audit chain: exact under concurrency, and every change of it shows (SEC-7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditHead, AuditRecord
from accounts.services.audit import Broken, Fault, record_audit, verify_audit
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


@pytest.mark.rule("SEC-7")
@pytest.mark.django_db
@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("harm", "faults"),
    [
        (change_reason, [(3, Broken.CHANGED)]),
        (change_actor, [(3, Broken.CHANGED)]),
        (change_details, [(3, Broken.CHANGED)]),
        (take_one_out, [(3, Broken.MISSING)]),
        (close_the_gap, [(3, Broken.MOVED)]),
        (swap_two, [(3, Broken.MOVED), (4, Broken.MOVED), (5, Broken.MOVED)]),
        (cut_the_end, [(4, Broken.CUT), (5, Broken.CUT)]),
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

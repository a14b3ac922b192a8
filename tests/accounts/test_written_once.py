"""Statements that are written once: each time for the id that is asked for, and for nobody else's."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db.models import QuerySet

from accounts.models import Membership
from accounts.written_once import WrittenOnce
from tests.factories import SellerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def of_seller(seller: int) -> QuerySet[Membership, tuple[object, ...]]:
    rows = Membership.objects.filter(seller=seller, is_owner=True)
    return rows.values_list("seller_id", "seller__selling_since", "is_owner")


@pytest.mark.rule("SEC-1")
def test_each_id_reads_its_own_rows() -> None:
    sellers = [SellerFactory.create(selling_since=date(2025, 1, day)) for day in (1, 2)]
    prepared = WrittenOnce(of_seller)
    for seller in [*sellers, *sellers]:
        assert prepared.rows(seller.pk) == list(of_seller(seller.pk)) != []
    assert prepared.rows(sellers[-1].pk + 1000) == []


def test_it_is_written_once() -> None:
    written: list[int] = []

    def build(seller: int) -> QuerySet[Membership, tuple[object, ...]]:
        written.append(seller)
        return of_seller(seller)

    prepared = WrittenOnce(build)
    for seller in (1, 2, 3):
        prepared.rows(seller)
    assert len(written) == 1
    assert written[0] not in (1, 2, 3)


def test_a_moment_can_differ_too() -> None:
    seller = SellerFactory.create()
    joined = seller.memberships.get().created_at
    prepared = WrittenOnce(
        lambda seller, since: Membership.objects.filter(seller=seller, created_at__gte=since).values_list(
            "pk"
        ),
        int,
        datetime,
    )
    found = [bool(prepared.rows(seller.pk, joined + way * timedelta(seconds=1))) for way in (-1, 0, 1)]
    assert found == [True, True, False]


@pytest.mark.rule("SEC-1")
def test_a_statement_without_the_id_reads_nothing() -> None:
    with pytest.raises(ValueError, match="no part"):
        WrittenOnce(lambda _seller: Membership.objects.values_list("pk")).rows(1)

"""How often something may be tried (SEC-4)."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection

from accounts import rate_limit
from accounts.models import TryCount
from accounts.rate_limit import Limit, count_try, forget_ended, is_spent
from accounts.services.addresses import add_address
from messages_app.services.sweep import sweep
from tests.factories import SellerFactory
from tests.visitors import visitor

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
LIMIT = Limit("test", 3, timedelta(minutes=10))


@pytest.mark.django_db
@pytest.mark.rule("SEC-4")
def test_a_limit_lets_pass_what_it_says_and_asks_without_counting() -> None:
    assert not is_spent(LIMIT, "a")
    assert [count_try(LIMIT, "a") for _ in range(2)] == [True, True]
    assert not is_spent(LIMIT, "a")
    assert [count_try(LIMIT, "a") for _ in range(3)] == [True, False, False]
    assert is_spent(LIMIT, "a")
    assert not is_spent(LIMIT, "b")
    assert not is_spent(Limit("another", 3), "a")


@pytest.mark.django_db
@pytest.mark.rule("SEC-4")
def test_a_window_ends_when_it_says_for_the_count_and_for_the_question() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        for _ in range(3):
            count_try(LIMIT, "a")
        clock.shift(LIMIT.window - timedelta(seconds=1))
        assert is_spent(LIMIT, "a")
        assert not count_try(LIMIT, "a")
        clock.shift(timedelta(seconds=1))
        assert not is_spent(LIMIT, "a")
        assert [count_try(LIMIT, "a") for _ in range(4)] == [True] * 3 + [False]


@pytest.mark.django_db
@pytest.mark.rule("SEC-4")
def test_many_others_do_not_make_a_count_forgotten() -> None:
    for _ in range(3):
        count_try(LIMIT, "a")
    for n in range(1000):
        count_try(LIMIT, f"other {n}")
    assert is_spent(LIMIT, "a")


@pytest.mark.django_db
@pytest.mark.rule("SEC-4", "PRV-5")
def test_counts_name_nobody_and_go_when_their_window_is_over() -> None:
    with time_machine.travel(NOW, tick=False):
        count_try(LIMIT, "hannah@people.example")
        count_try(Limit("longer", 3), "hannah@people.example")
    assert not any("hannah" in str(vars(row)) for row in TryCount.objects.all())
    assert forget_ended(NOW + LIMIT.window - timedelta(seconds=1)) == 0
    sweep(NOW + LIMIT.window)
    assert TryCount.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
@pytest.mark.rule("SEC-4")
def test_workers_at_once_count_together() -> None:
    limit = Limit("test", 5)
    within: list[bool] = []

    def worker() -> None:
        within.extend(count_try(limit, "a") for _ in range(4))
        connection.close()

    workers = [threading.Thread(target=worker) for _ in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert (len(within), sum(within)) == (16, 5)


@pytest.mark.django_db
@pytest.mark.rule("SEC-4", "ACC-1")
@pytest.mark.parametrize("page", ["/claim/", "/sign-up/"])
def test_a_place_that_is_spent_leaves_no_further_trace(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.views.claim.LINK_PER_PLACE", Limit("link-place", 2))
    form = {"full_name": "Hannah Winter", "marketplace": SellerFactory.create().marketplace.pk}
    statuses = [visitor().post(page, form | {"email": f"n{n}@x.example"}).status_code for n in range(5)]
    assert statuses == [302, 302, 429, 429, 429]
    assert TryCount.objects.count() == 3  # the place, and the two addresses that were asked for


@pytest.mark.django_db
@pytest.mark.rule("SEC-4", "ACC-4")
def test_a_seller_that_is_spent_spends_nobodys_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.services.addresses.CONFIRM_PER_SELLER", Limit("confirm-seller", 1))
    seller = SellerFactory.create()
    for n in range(3):
        add_address(seller=seller, address=f"n{n}@x.example", now=NOW)
    assert TryCount.objects.count() == 2
    assert not is_spent(rate_limit.LINK_PER_ADDRESS, "n2@x.example")

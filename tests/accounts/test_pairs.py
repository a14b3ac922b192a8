from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection
from pytest_django.fixtures import Settings

from accounts.models import Alias, Buyer, Pair, Seller
from accounts.queries.pairs import alias_of
from accounts.services import pairs
from accounts.services.pairs import new_alias_address, pair_for
from tests.factories import BuyerFactory, PairFactory, SellerFactory


@pytest.mark.django_db
@pytest.mark.rule("ALI-1")
@pytest.mark.parametrize(
    ("domain", "length"),
    [
        ("marketplace.example", 35),
        ("mail.shops.example", 35),
        ("m.example", 35),
        ("a-rather-long-relay-domain.marketplace.example", 59),  # 12 are left: the least that is allowed
    ],
)
def test_alias_fills_its_length_with_what_the_domain_leaves(
    settings: Settings, domain: str, length: int
) -> None:
    settings.RELAY_DOMAIN, settings.ALIAS_LENGTH = domain, length
    pair = PairFactory.create()
    for side in ("buyer", "seller"):
        address = alias_of(pair, side)
        assert len(address) == length
        assert re.fullmatch(rf"[a-z0-9]{{{length - len(domain) - 1}}}@{re.escape(domain)}", address)


@pytest.mark.rule("ALI-2")
def test_every_character_but_the_look_alikes_is_used_evenly() -> None:
    counts = Counter("".join(new_alias_address("m.example", length=10 + 200)[:200] for _ in range(200)))
    assert set(counts) == set("abcdefghijklmnopqrstuvwxyz0123456789") - set("0o1li")
    # 40,000 draws over 31 characters: 1,290 each, standard deviation 35; ten of them never happen by chance.
    assert all(abs(count - 40_000 / 31) < 350 for count in counts.values())


@pytest.mark.rule("ALI-2")
def test_the_source_is_the_cryptographic_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "secrets", SimpleNamespace(choice=lambda letters: letters[0]))
    assert new_alias_address("m.example", length=15) == "aaaaa@m.example"


@pytest.fixture
def drawn_addresses(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[str]], Iterator[str]]:
    """Makes the next aliases come out as listed; what is left of the list shows how many were drawn."""

    def draw(addresses: list[str]) -> Iterator[str]:
        rest = iter(addresses)
        monkeypatch.setattr(pairs, "new_alias_address", lambda _domain, length: next(rest)[:length])
        return rest

    return draw


@pytest.mark.django_db
@pytest.mark.both_databases
@pytest.mark.rule("ALI-2")
def test_a_taken_address_is_drawn_again_even_when_retired(
    drawn_addresses: Callable[[list[str]], Iterator[str]],
) -> None:
    taken = PairFactory.create()
    taken.aliases.update(retired_at=datetime(2026, 1, 1, tzinfo=UTC))
    old = alias_of(taken, "buyer")
    rest = drawn_addresses([old, "first@m.example", "first@m.example", "second@m.example", "third@m.example"])
    pair = pair_for(BuyerFactory.create(), SellerFactory.create())
    assert {alias_of(pair, "buyer"), alias_of(pair, "seller")} == {"first@m.example", "second@m.example"}
    assert list(rest) == ["third@m.example"]


@pytest.mark.django_db
@pytest.mark.rule("ALI-2")
def test_a_source_that_repeats_itself_makes_no_half_pair(
    drawn_addresses: Callable[[list[str]], Iterator[str]],
) -> None:
    buyer, seller = BuyerFactory.create(), SellerFactory.create()
    drawn_addresses(["same@m.example"] * 20)
    with pytest.raises(RuntimeError, match="random"):
        pair_for(buyer, seller)
    assert not Pair.objects.exists()
    assert not Alias.objects.exists()


@pytest.mark.django_db
@pytest.mark.rule("ALI-3", "ALI-4", "ALI-5")
def test_one_pair_for_life_and_another_for_another_seller() -> None:
    buyer, seller, other = BuyerFactory.create(), SellerFactory.create(), SellerFactory.create()
    first, again, elsewhere = pair_for(buyer, seller), pair_for(buyer, seller), pair_for(buyer, other)
    assert first == again
    assert first != elsewhere
    assert [alias_of(first, side) for side in ("buyer", "seller")] == [
        alias_of(again, side) for side in ("buyer", "seller")
    ]
    addresses = [alias_of(pair, side) for pair in (first, elsewhere) for side in ("buyer", "seller")]
    assert len(set(addresses)) == 4


@pytest.mark.django_db
@pytest.mark.rule("ALI-3")
def test_the_database_itself_allows_no_second_pair() -> None:
    pair = PairFactory.create()
    with pytest.raises(IntegrityError):
        Pair.objects.create(buyer=pair.buyer, seller=pair.seller)


def ask_at_once(buyer: Buyer, seller_pks: list[int], threads: int) -> list[set[tuple[int, str, str]]]:
    """For each seller: what `threads` threads got that asked for the pair at the same moment."""
    start = Barrier(threads)

    def ask(seller: int) -> tuple[int, str, str]:
        start.wait(timeout=30)
        pair = pair_for(buyer, Seller.objects.get(pk=seller))
        return pair.pk, alias_of(pair, "buyer"), alias_of(pair, "seller")

    def ask_all() -> list[tuple[int, str, str]]:
        try:
            return [ask(seller) for seller in seller_pks]
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        answers = [future.result(timeout=120) for future in [pool.submit(ask_all) for _ in range(threads)]]
    return [set(column) for column in zip(*answers, strict=True)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
@pytest.mark.rule("ALI-3")
def test_requests_at_once_make_one_pair() -> None:
    buyer = BuyerFactory.create()
    sellers = [seller.pk for seller in SellerFactory.create_batch(8)]
    answers = ask_at_once(buyer, sellers, threads=6)
    assert [len(answer) for answer in answers] == [1] * 8
    assert Pair.objects.filter(buyer=buyer).count() == 8
    assert Alias.objects.filter(pair__buyer=buyer).count() == 16

"""Signed links: one purpose, one age, nothing personal (MAIL-30, SEC-4, PRV-5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from time_machine import travel

from messages_app.services.links import (
    no_response_link,
    opt_out_link,
    read_no_response,
    read_opt_out,
    read_unsubscribe,
    unsubscribe_link,
)

DELIVERY = UUID("01a200b3-dce6-71ea-9ab1-96636d710559")
NOW = datetime(2026, 11, 18, tzinfo=UTC)
LINKS: list[tuple[Callable[[], str], Callable[[str], object], object]] = [
    (lambda: no_response_link(DELIVERY), read_no_response, DELIVERY),
    (lambda: opt_out_link(17), read_opt_out, 17),
    (lambda: unsubscribe_link(17), read_unsubscribe, 17),
]


def token(link: str) -> str:
    return link.rstrip("/").rpartition("/")[2]


@pytest.mark.rule("MAIL-30", "SEC-4")
@pytest.mark.parametrize(("make", "read", "value"), LINKS)
def test_a_link_reads_back_for_90_days(
    make: Callable[[], str], read: Callable[[str], object], value: object
) -> None:
    with travel(NOW, tick=False):
        made = token(make())
    with travel(NOW + timedelta(days=90), tick=False):
        assert read(made) == value
    with travel(NOW + timedelta(days=90, seconds=1), tick=False):
        assert read(made) is None


@pytest.mark.rule("MAIL-30", "SEC-4")
@pytest.mark.parametrize("make", [make for make, _, _ in LINKS])
@pytest.mark.parametrize("read", [read for _, read, _ in LINKS])
def test_a_token_of_one_purpose_is_none_of_another(
    make: Callable[[], str], read: Callable[[str], object]
) -> None:
    belongs = any(make is one and read is other for one, other, _ in LINKS)
    assert (read(token(make())) is not None) is belongs


@pytest.mark.rule("SEC-4")
@pytest.mark.parametrize("forged", ["", "17", "17~1xUveX~AAAA", "~~", "é~1~2", "17~" * 5000])
def test_a_forged_token_reads_as_nothing(forged: str) -> None:
    assert [read(forged) for _, read, _ in LINKS] == [None] * 3


@pytest.mark.rule("MAIL-15")
def test_a_link_can_stand_in_a_header_and_in_text() -> None:
    for make, _, _ in LINKS:
        assert make().isascii()
        assert " " not in make()

"""The mail samples: each goes through the real corridor and comes out to the byte as written down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.flows.planted import shows
from tests.mail_samples.corridor import corridor, relay
from tests.mail_samples.results import FOLDER, RENEWAL, difference, expected, sample, sample_names
from tests.mail_samples.world import PARTIES
from tests.messages_app.relay.mail_world import Sink

pytestmark = pytest.mark.django_db


@pytest.fixture
def sink(fixed_world: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    with corridor(monkeypatch, settings) as server:
        yield server


@pytest.mark.rule(
    *("MAIL-9", "MAIL-11", "MAIL-12", "MAIL-13", "MAIL-14", "MAIL-15", "MAIL-16", "MAIL-18", "MAIL-19"),
    *("MAIL-24", "MAIL-26", "MAIL-28", "OPT-3", "POL-1", "POL-2"),
)
@pytest.mark.parametrize("name", sample_names())
def test_a_sample_comes_out_as_written_down(name: str, sink: Sink, request: pytest.FixtureRequest) -> None:
    result = relay(sample(name), sink)
    if take := request.config.stash.get(RENEWAL, None):  # python -m tests.mail_samples
        take(name, result)
        return
    assert result == expected(name), difference(expected(name), result, name)


def secrets_kept_from(recipient: str) -> set[str]:
    """What nobody but the other side may know: their real addresses, and a buyer's full name."""
    kept = set()
    for parties in PARTIES:
        if recipient != parties.buyer_address:
            kept |= {parties.buyer_address, parties.full_name}
        if recipient not in (parties.seller_address, parties.owner_address):
            kept |= {parties.seller_address, parties.owner_address}
    return kept


@pytest.mark.rule("MAIL-17", "MAIL-19")
@pytest.mark.parametrize("name", sample_names())
def test_what_is_written_down_is_plain_and_shows_nobody(name: str) -> None:
    written = expected(name)
    assert written
    assert written.isascii()
    assert written.count(b"\n") == written.count(b"\r") == written.count(b"\r\n")
    for recipient in re.findall(rb"^Delivered-To: (\S+)\r$", written, re.MULTILINE):
        for secret in secrets_kept_from(recipient.decode()):
            assert not shows(written, secret)


def test_no_result_lies_about_without_its_sample() -> None:
    assert {file.name.removesuffix(".out.eml") for file in FOLDER.glob("*.out.eml")} == set(sample_names())

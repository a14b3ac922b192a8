"""The mail samples: each goes through the real corridor and comes out to the byte as written down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.mail_samples.corridor import corridor, relay
from tests.mail_samples.results import RENEWAL, difference, expected, sample, sample_names
from tests.messages_app.relay.mail_world import Sink

pytestmark = pytest.mark.django_db


@pytest.fixture
def sink(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    with corridor(monkeypatch, settings) as server:
        yield server


@pytest.mark.rule("MAIL-13", "MAIL-14", "MAIL-15", "MAIL-16", "MAIL-18", "MAIL-19", "MAIL-26", "MAIL-28")
@pytest.mark.parametrize("name", sample_names())
def test_a_sample_comes_out_as_written_down(name: str, sink: Sink, request: pytest.FixtureRequest) -> None:
    result = relay(sample(name), sink)
    if take := request.config.stash.get(RENEWAL, None):  # python -m tests.mail_samples
        take(name, result)
        return
    assert result == expected(name), difference(expected(name), result, name)

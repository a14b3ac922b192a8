"""The mail samples: each goes through the real corridor and comes out to the byte as written down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from messages_app.relay.send import hang_up
from tests.mail_samples.corridor import relay
from tests.mail_samples.results import RENEWAL, difference, expected, sample, sample_names
from tests.mail_samples.world import fixed_world
from tests.messages_app.relay.mail_world import Sink, running

pytestmark = pytest.mark.django_db


@pytest.fixture
def sink(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    """The fixed world, and a mail server in the place of EMAIL_URL."""
    server = Sink()
    with running(server) as port, fixed_world(monkeypatch, settings):
        settings.DEMO_MAILBOXES = False
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield server
        hang_up()  # before the server goes


@pytest.mark.rule("MAIL-13", "MAIL-14", "MAIL-15", "MAIL-16", "MAIL-18", "MAIL-19", "MAIL-26", "MAIL-28")
@pytest.mark.parametrize("name", sample_names())
def test_a_sample_comes_out_as_written_down(name: str, sink: Sink, request: pytest.FixtureRequest) -> None:
    result = relay(sample(name), sink)
    if take := request.config.stash.get(RENEWAL, None):  # python -m tests.mail_samples
        take(name, result)
        return
    assert result == expected(name), difference(expected(name), result, name)

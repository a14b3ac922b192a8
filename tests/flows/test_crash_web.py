"""The web server is killed with -9 while people answer on pages (GATE-4, GATE-5, REL-1)."""

from __future__ import annotations

import pytest

from tests.flows import kill_rounds

pytestmark = [
    pytest.mark.process,
    pytest.mark.both_databases,
    pytest.mark.django_db(transaction=True),
]


@pytest.mark.rule("GATE-4", "GATE-5", "REL-1")
def test_every_reply_that_was_shown_as_sent_is_in_its_thread_once() -> None:
    tally = kill_rounds.web(browsers=4, replies=6, kills=2)
    assert (tally.kills, tally.lost, tally.doubled) == (2, 0, 0)

"""The mail door is killed with -9 again and again while servers send (MAIL-3, MAIL-5, REL-1)."""

from __future__ import annotations

import pytest

from tests.flows import kill_rounds

pytestmark = [
    pytest.mark.process,
    pytest.mark.both_databases,
    pytest.mark.django_db(transaction=True),
]


@pytest.mark.rule("MAIL-3", "MAIL-5", "REL-1")
def test_every_mail_that_got_250_is_in_its_thread_once() -> None:
    tally = kill_rounds.door(clients=6, mails=8, kills=3)
    assert (tally.kills, tally.lost, tally.doubled) == (3, 0, 0)

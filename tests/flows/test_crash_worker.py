"""The worker is killed with -9 while mail comes in and leaves (MAIL-4, MAIL-20, REL-1)."""

from __future__ import annotations

import pytest

from tests.flows import kill_rounds

pytestmark = [
    pytest.mark.process,
    pytest.mark.both_databases,
    pytest.mark.django_db(transaction=True),
]


@pytest.mark.rule("MAIL-4", "MAIL-20", "MAIL-21", "REL-1")
def test_a_killed_worker_loses_nothing_and_repeats_only_what_was_on_its_way() -> None:
    """Nobody frees leases by hand: `run_embedded` does at its start, beat's sweep when they ran out."""
    tally = kill_rounds.worker(waves=4, pairs=6, mails=2)
    assert (tally.kills, tally.lost, tally.doubled) == (4, 0, 0)
    assert tally.repeated >= 1  # the mails that the server had when it killed

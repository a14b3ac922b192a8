"""What the leak gate found, in a moderator's words (MAIL-17, MOD-3)."""

from __future__ import annotations

import pytest

from messages_app.wording.leaks import leaks_in_words


@pytest.mark.rule("MAIL-17", "MOD-3")
@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ("leak gate: address in mail.2", "Part 2 of the mail: a real address stands in it"),
        ("leak gate: phrase in mail", "The mail's text: the buyer's full name stands in it"),
        ("leak gate: address in header of mail", "The mail's head: a real address stands in it"),
        ("leak gate: address in header of mail.1.3", "Part 1.3 of the mail: a real address stands in it"),
        ("leak gate: unreadable in around mail", "The mail's text: it cannot be read"),
        ("leak gate: unreadable in nowhere at all", "The mail's text: it cannot be read"),
        (
            "leak gate: address in mail.1, unreadable in mail",
            "Part 1 of the mail: a real address stands in it; The mail's text: it cannot be read",
        ),
        ("550 5.1.1 no such user", ""),
        ("", ""),
    ],
)
def test_what_the_leak_gate_found(reply: str, words: str) -> None:
    assert leaks_in_words(reply) == words

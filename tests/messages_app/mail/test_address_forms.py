"""What is one mailbox in two forms, and what a reader sees nothing of."""

from __future__ import annotations

import pytest

from messages_app.mail.address_forms import is_same_mailbox, shows_something


@pytest.mark.rule("MAIL-17")
@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ana@post.example", "Ana@POST.example", True),
        ("ana@post.example", "ana+shop@post.example", True),
        ("ana+a@post.example", "ana+b@post.example", True),
        ("ana.reis@gmail.com", "anareis+x@googlemail.com", True),
        ("ana@b\xfccher.example", "ana@xn--bcher-kva.example", True),
        ("ana.reis@post.example", "anareis@post.example", False),
        ("ana@post.example", "anna@post.example", False),
        ("ana@post.example", "ana@mail.post.example", False),
        ("ana@post.example", "", False),
    ],
)
def test_forms_of_one_mailbox(one: str, other: str, same: bool) -> None:
    assert is_same_mailbox(one, other) is same
    assert is_same_mailbox(other, one) is same


@pytest.mark.rule("ATT-1")
@pytest.mark.parametrize(
    ("text", "something"),
    [
        ("", False),
        (" \t\r\n\xa0\u3000", False),
        ("\u200b", False),
        ("\n\ufeff \u2060\u202e", False),
        ("\u2800\u3164", False),
        ("\u200b.", True),
        ("\u2764\ufe0f", True),
        ("\u200f\u05d0", True),
    ],
)
def test_what_nobody_sees_says_nothing(text: str, something: bool) -> None:
    assert shows_something(text) is something

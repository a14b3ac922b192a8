"""Numbers in place of words (PRV-2)."""

from __future__ import annotations

import pytest

from messages_app.sealing.search_tokens import mailbox_key, word_token, word_tokens

KEY = bytes(range(32))


@pytest.mark.rule("PRV-2")
def test_equal_words_of_one_mailbox_alone_are_equal() -> None:
    one, other = mailbox_key(KEY, "seller:1"), mailbox_key(KEY, "seller:11")
    assert word_token(one, "parcel") == word_token(mailbox_key(KEY, "seller:1"), "parcel")
    tokens = {
        word_token(one, "parcel"),
        word_token(one, "parcels"),
        word_token(other, "parcel"),
        word_token(mailbox_key(KEY, "buyer:1"), "parcel"),
        word_token(mailbox_key(bytes(32), "seller:1"), "parcel"),
    }
    assert len(tokens) == 5
    assert all(0 <= token < 2**63 for token in tokens)


@pytest.mark.rule("PRV-2")
def test_words_become_rising_numbers_each_once() -> None:
    key = mailbox_key(KEY, "seller:1")
    tokens = word_tokens(key, ["b", "a", "b", "\ud800"])
    assert tokens == sorted(set(tokens))
    assert len(tokens) == 3


@pytest.mark.rule("PRV-2")
@pytest.mark.parametrize(("key", "mailbox"), [(b"", "seller:1"), (KEY, "")])
def test_there_must_be_a_key_and_a_mailbox(key: bytes, mailbox: str) -> None:
    with pytest.raises(ValueError, match="needs"):
        mailbox_key(key, mailbox)

"""Search tokens: equal in, equal out; nothing shared between keys, purposes and values."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.sealing.tokens import blind_token

pytestmark = pytest.mark.rule("PRV-2")

KEY = bytes(range(32))


def test_a_token_is_the_known_hmac_and_stays_so() -> None:
    expected = hmac.new(KEY, b"word\0parcel", hashlib.sha256).digest()[:16]
    assert blind_token(KEY, "parcel", purpose="word") == expected
    assert blind_token(KEY, "parcel", purpose="word").hex() == "450c9446889ab7fed77d44a4ddcbb29e"


@given(st.sets(st.text(max_size=12), min_size=2, max_size=8))
def test_different_words_give_different_tokens_of_16_bytes(words: set[str]) -> None:
    tokens = {blind_token(KEY, word, purpose="word") for word in words}
    assert len(tokens) == len(words)
    assert {len(token) for token in tokens} == {16}


def test_another_key_or_purpose_gives_another_token() -> None:
    tokens = {
        blind_token(KEY, "parcel", purpose="word"),
        blind_token(bytes(32), "parcel", purpose="word"),
        blind_token(KEY, "parcel", purpose="address"),
    }
    assert len(tokens) == 3


def test_purpose_and_value_cannot_be_shifted_into_each_other() -> None:
    assert blind_token(KEY, "bc", purpose="a") != blind_token(KEY, "c", purpose="ab")


def test_a_lone_surrogate_has_a_token_too() -> None:
    assert blind_token(KEY, "\ud800", purpose="word") != blind_token(KEY, "\ud801", purpose="word")


@pytest.mark.parametrize("purpose", ["", "a\0b"])
def test_a_purpose_that_could_be_mistaken_is_a_bug(purpose: str) -> None:
    with pytest.raises(ValueError, match="purpose"):
        blind_token(KEY, "parcel", purpose=purpose)


def test_an_empty_key_is_a_bug() -> None:
    with pytest.raises(ValueError, match="key"):
        blind_token(b"", "parcel", purpose="word")

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.mail.encoded_words import decode_words


@pytest.mark.rule("MAIL-6")
@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?UTF-8?b?R3LDvMOfZQ==?=", "Grüße"),
        ("=?utf-8*de?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("a =?utf-8?q?b?= c", "a b c"),
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?=\t  =?iso-8859-1?q?=E9?=", "aé"),
        ("=?utf-8?q?a?==?utf-8?q?b?=", "ab"),
        ("=?utf-8?b?w7w=?==?utf-8?b?w58=?=", "üß"),
        ("=?utf-8?q?=C3?= =?utf-8?q?=BC?=", "ü"),  # a character split over two words
        ("=?utf-8?q?a_b?=", "a b"),
        ("=?utf-8?q?a b?=", "a b"),
        ("=?utf-8?q?Why??=", "Why?"),
        ("=?utf-8?q?Why?=20now?=", "Why?=20now".replace("=20", " ")),
        ("(=?utf-8?q?a?=)", "(a)"),
        ("x=?utf-8?q?a?=y", "xay"),
        ("=?utf-8?b?R3LDvMOfZQ?=", "Grüße"),  # no padding
        ("=?utf-8?b?R3L DvMO fZQ==?=", "Grüße"),  # folded inside
        ("=?utf-8?b?!!!?=", ""),
        ("=?x-unknown?q?=FC?=", "ü"),
        ("=?utf-8?q?open", "=?utf-8?q?open"),
        ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
        ("=?utf-8?q??= b", " b"),
        ("=?utf-8?q?Grüße?=", "Grüße"),
        ("=?iso-2022-jp?b?GyRCRnxLXDhsGyhC?=", "日本語"),
    ],
)
def test_words(value: str, text: str) -> None:
    assert decode_words(value) == text


@given(st.text(alphabet="=?uUqQbB-8 _AZ\n\xe9", max_size=60))
def test_any_value_decodes(value: str) -> None:
    decode_words(value)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="=?"), max_size=50))
def test_text_without_words_stays(value: str) -> None:
    assert decode_words(value) == value


@pytest.mark.parametrize("piece", ["=?", "=?a?q?", "=?a?q?=?=", "=?a?q?b", "?=", "=?utf-8?b?YQ==?= "])
def test_large_hostile_values_end(piece: str) -> None:
    assert len(decode_words(piece * (300_000 // len(piece)))) <= 300_000

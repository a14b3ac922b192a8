from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.mail.charsets import clean_line, clean_text, codec_of, decode_bytes


@pytest.mark.rule("MAIL-6")
@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        (b"plain", "", "plain"),
        ("Grüße".encode(), "utf-8", "Grüße"),
        ("Grüße".encode(), "", "Grüße"),
        ("Grüße".encode(), "us-ascii", "Grüße"),
        ("Grüße".encode(), "iso-8859-1", "Grüße"),  # a false label
        ("Grüße €".encode("cp1252"), "iso-8859-1", "Grüße €"),
        ("Grüße".encode("latin-1"), "utf-8", "Grüße"),
        ("Grüße".encode("latin-1"), "8bit", "Grüße"),
        ("Grüße".encode("latin-1"), "", "Grüße"),
        (b"\x81\x8d", "", "\x81\x8d"),
        ("zażółć".encode("iso8859-2"), "ISO-8859-2", "zażółć"),
        ("zażółć".encode("cp1250"), "windows-1250", "zażółć"),
        ("zażółć".encode("cp1250"), '"Windows-1250"', "zażółć"),
        ("привет".encode("koi8-r"), "koi8-r", "привет"),
        ("привет".encode("mac-cyrillic"), "x-mac-cyrillic", "привет"),
        ("日本語".encode("iso2022_jp"), "ISO-2022-JP", "日本語"),
        ("日本語".encode("cp932"), "shift_jis", "日本語"),
        ("中文".encode("gb18030"), "gb2312", "中文"),
        ("한국어".encode("cp949"), "ks_c_5601-1987", "한국어"),
        (b"+AOk-", "utf-7", "é"),
        (b"+2AA-", "utf-7", "\ufffd"),  # a lone surrogate
        (b"plain text", "utf-16", "plain text"),  # a false label
        ("é".encode("utf-16"), "utf-16", "é"),
        (b"uryyb", "rot13", "uryyb"),
        (b"\\ud800", "unicode_escape", "\\ud800"),
        (b"abc", "utf-8\0evil", "abc"),
        (b"abc", "idna", "abc"),
        ("Grüße, schöne Grüße".encode()[:-1] + b"\xc3", "utf-8", "Grüße, schöne Grüß\ufffd"),
        ("日本語テキスト".encode("cp932")[:-1], "shift_jis", "日本語テキス\ufffd"),
    ],
)
def test_the_ladder(data: bytes, charset: str, text: str) -> None:
    assert decode_bytes(data, charset) == text


@pytest.mark.parametrize(
    "name", ["rot13", "unicode_escape", "raw_unicode_escape", "hex", "zlib", "mbcs", "", "*"]
)
def test_no_codec_for_what_is_no_charset(name: str) -> None:
    assert codec_of(name) is None


@pytest.mark.rule("MAIL-6")
@given(
    st.binary(max_size=200),
    st.one_of(st.text(max_size=20), st.sampled_from(["utf-7", "utf-16", "hz", "gbk"])),
)
def test_any_bytes_become_text_that_utf8_takes(data: bytes, charset: str) -> None:
    clean_text(decode_bytes(data, charset)).encode("utf-8")


@pytest.mark.rule("MAIL-6")
@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("a\r\r\nb", "a\nb"),
        ("a\0b\x07c\x1b\x7f\x9f", "abc"),
        ("a\x0bb\x0cc\x85d\u2028e\u2029f", "a\nb\nc\nd\ne\nf"),
        ("a\ud800b\ufeff", "ab"),
        ("tab\tstays \u200fand bidi in text too", "tab\tstays \u200fand bidi in text too"),
    ],
)
def test_cleaning(dirty: str, clean: str) -> None:
    assert clean_text(dirty) == clean


@pytest.mark.parametrize(
    ("dirty", "limit", "clean"),
    [
        ("a\r\n b\tc", 998, "a b c"),
        ("a\u202eb\u2066c\u200f", 998, "abc"),
        ("abc", 3, "abc"),
        ("abcd", 3, "abc"),
        ("ab cd", 3, "ab"),
    ],
)
def test_one_line(dirty: str, limit: int, clean: str) -> None:
    assert clean_line(dirty, limit) == clean

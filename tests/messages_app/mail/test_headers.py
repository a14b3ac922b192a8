"""Nothing that a field contains breaks out of its header line (SEC-6)."""

from __future__ import annotations

import email
import email.policy
import unicodedata
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.mail import headers


@pytest.mark.rule("SEC-6")
@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Hello", "Hello"),
        ("Hi\r\nBcc: x@y.example", "Hi Bcc: x@y.example"),
        ("a\nb\rc\td", "a b c d"),
        ("a\0b\x07c\x7fd", "abcd"),
        ("a\u2028b\u2029c\x85d", "a b c d"),
        ("abc\u202egpj.exe\u202c", "abcgpj.exe"),
        ("a\u200b\u2060\ufeff\u00adb", "ab"),
        ("  a   b  ", "a b"),
        ("\ud800a", "a"),
        ("👩\u200d🚀 ok", "👩\u200d🚀 ok"),
        ("", ""),
    ],
)
def test_a_header_is_one_clean_line(text: str, clean: str) -> None:
    assert headers.clean_header(text, 998) == clean


@pytest.mark.parametrize(("length", "kept"), [(9, 9), (10, 10), (11, 10)])
def test_a_header_has_a_limit(length: int, kept: int) -> None:
    assert len(headers.clean_header("x" * length, 10)) == kept


@pytest.mark.rule("SEC-6")
@given(st.text())
def test_no_control_survives_cleaning(text: str) -> None:
    clean = headers.clean_header(text, 200)
    assert len(clean) <= 200
    assert not [char for char in clean if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")]
    assert not [
        char
        for char in clean
        if unicodedata.bidirectional(char) in ("RLO", "LRO", "RLE", "LRE", "PDF", "RLI")
    ]
    assert headers.clean_header(clean, 200) == clean


@pytest.mark.rule("MAIL-14")
@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("Lamps & Co. GmbH", "Lamps & Co. GmbH"),
        ("alice@example.org", "alice example.org"),
        ("alice＠example.org", "alice example.org"),
        ('"Boss" <boss@x.example>', "Boss boss x.example"),
        ("A, B; C: D\\", "A B C D"),
        ("Żółw", "Żółw"),
        ("x" * 65, "x" * 64),
    ],
)
def test_a_display_name_cannot_pass_for_an_address(name: str, clean: str) -> None:
    assert headers.clean_display_name(name) == clean


@pytest.mark.parametrize(
    ("address", "clean"),
    [("a.b+c@x.example", "a.b+c@x.example"), ("a@bücher.example", "a@xn--bcher-kva.example")],
)
def test_an_address_is_ascii(address: str, clean: str) -> None:
    assert headers.clean_address(address) == clean
    assert headers.can_be_named(address)


@pytest.mark.rule("SEC-6")
@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "@x.example",
        "a@",
        "a b@x.example",
        "a@x.example\r\nBcc: b@x.example",
        "ü@x.example",
        "a@x y.example",
        "<a@x.example",
        "a@x.example>",
        "a,b@x.example",
        "a@x.example, b@y.example",
        "x" * 65 + "@x.example",
        '"a.b"@x.example',
        "a@[192.0.2.1]",
        "a@\u2603.example",
    ],
)
def test_what_no_header_can_carry_is_an_error(address: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - idna's errors are among them, each with words of its own
        headers.clean_address(address)
    assert not headers.can_be_named(address)


@pytest.mark.rule("MAIL-19")
@given(st.text(max_size=300))
def test_any_subject_reads_back(text: str) -> None:
    value = headers.clean_header(text, 250)
    field = headers.unstructured("Subject", value)
    assert field.isascii()
    assert all(len(line) <= 78 for line in field.split("\r\n"))
    read = email.message_from_string(f"{field}\r\n\r\n")["Subject"]
    assert decoded(read) == value


def decoded(value: str) -> str:
    return str(make_header(decode_header(value.replace("\r\n", ""))))


@pytest.mark.rule("MAIL-14", "MAIL-19")
@given(st.text(max_size=100))
def test_any_name_reads_back_with_its_address(name: str) -> None:
    field = headers.mailbox("From", name, "abc@marketplace.example")
    read = email.message_from_string(f"{field}\r\n\r\n", policy=email.policy.default)["From"]
    assert [address.addr_spec for address in read.addresses] == ["abc@marketplace.example"]
    # The modern reader of Python 3.11 puts blanks between the words of a long name; the old one does not.
    shown, address = parseaddr(email.message_from_string(f"{field}\r\n\r\n")["From"])
    assert (decoded(shown), address) == (headers.clean_display_name(name), "abc@marketplace.example")


@pytest.mark.parametrize(
    ("given_type", "kept"),
    [
        ("image/png", "image/png"),
        ("Image/PNG ", "image/png"),
        ("message/rfc822", "application/octet-stream"),
        ("multipart/mixed", "application/octet-stream"),
        ("text/html; charset=x", "application/octet-stream"),
        ("x\r\ny/z", "application/octet-stream"),
        ("", "application/octet-stream"),
    ],
)
def test_a_media_type_is_plain_or_unknown(given_type: str, kept: str) -> None:
    assert headers.media_type(given_type) == kept


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Rechnung für Łódź.pdf", "Rechnung fur _odz.pdf"),
        ("日本.pdf", "_.pdf"),
        ("", "file"),
        ("a/b\\c.txt", "a_b_c.txt"),
    ],
)
def test_a_file_name_has_an_ascii_stand_in(name: str, plain: str) -> None:
    assert headers.ascii_file_name(name) == plain

from __future__ import annotations

import base64
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.mail.address_mask import mask_addresses, mask_source


@pytest.mark.rule("MAIL-23")
@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("nothing here", "nothing here"),
        ("550 <a@b.example>: no", "550 <***@***>: no"),
        ("a@b.example,c@d.example", "***@***,***@***"),
        ("(a.b+c@d.example)", "(***@***)"),
        ("rfc822;a@b.example", "rfc822;***@***"),
        ("mailto:a%40b.example", "mailto:***@***"),
        ('"john doe"@b.example gone', "***@*** gone"),
        ("<'a@b.example'>", "<'***@***'>"),
        ("jürgen@bücher.example", "***@***"),
        ("a@[192.0.2.1]", "***@***[192.0.2.1]"),
    ],
)
def test_masked_addresses(text: str, masked: str) -> None:
    assert mask_addresses(text) == masked


@given(st.text(alphabet='ab.@<>"% (),4\t', max_size=60))
def test_masking_leaves_no_other_at_sign(text: str) -> None:
    assert "@" not in mask_addresses(text).replace("***@***", "")


@pytest.mark.rule("MOD-6")
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "words", ["Write to hannah@post.example today.", "hannah@post.example", "x" * 300 + " a@b.example"]
)
def test_the_source_of_a_mail_keeps_no_address_in_any_encoding(words: str, line_end: str) -> None:
    in_base64 = base64.encodebytes(words.encode()).decode().strip().replace("\n", line_end)
    quoted = quopri.encodestring(words.encode().replace(b"@", b"=40")).decode().replace("=3D40", "=40")
    word = base64.b64encode(words.encode()).decode()
    source = line_end.join(
        ["Subject: Hello", f"From: =?utf-8?b?{word}?=", "", "A word.", words, quoted, in_base64, "--end--"]
    )
    shown = mask_source(source)
    assert "hannah" not in shown or "***@***" in shown
    assert "post.example" not in shown
    assert "b.example" not in shown
    assert word not in shown
    assert in_base64.split()[0] not in shown
    assert shown.startswith(f"Subject: Hello{line_end}")
    assert "A word." in shown
    assert shown.endswith("--end--")

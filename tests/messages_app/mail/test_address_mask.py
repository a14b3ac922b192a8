from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.mail.address_mask import mask_addresses


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

"""Which spellings are one mail address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.addresses import normalise_address


@pytest.mark.rule("MAIL-9")
@pytest.mark.parametrize(
    ("address", "normal"),
    [
        ("Hannah.Winter@Post.Example", "hannah.winter@post.example"),
        ("  a@x.example\n", "a@x.example"),
        ("a+tag@x.example", "a+tag@x.example"),
        ("a@Bücher.example", "a@xn--bcher-kva.example"),
        ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        ("a@straße.example", "a@xn--strae-oqa.example"),  # another domain than strasse.example
        ("a@bu\u0308cher。example", "a@xn--bcher-kva.example"),
        ("jürgen@bücher.example", "jürgen@xn--bcher-kva.example"),
        ('"hannah.winter"@post.example', "hannah.winter@post.example"),
        ('"Hannah\\.Winter"@post.example', "hannah.winter@post.example"),
        ("postmaster", "postmaster"),
    ],
)
def test_the_normal_form(address: str, normal: str) -> None:
    assert normalise_address(address) == normal


@pytest.mark.rule("MAIL-9")
@pytest.mark.parametrize(
    "address",
    [
        '"a b"@x.example',
        '"a@b"@x.example',
        '"a..b"@x.example',
        '".a"@x.example',
        '"a\\""@x.example',
        '"a\\\\b"@x.example',
        '""@x.example',
        '"@x.example',
        '"a@x.example',
        'a"b"@x.example',
        "a@\u2603.example",
        "a@x\uff20y.example",
        "a@b..ü",
        "a@[192.0.2.1]",
        "",
        "@",
    ],
)
def test_what_has_no_other_form_stays(address: str) -> None:
    assert normalise_address(address) == address


@pytest.mark.rule("MAIL-9")
@given(st.one_of(st.text(), st.text(alphabet='a."\\@ü\u3000ß .＠')))
def test_the_normal_form_of_a_normal_form_is_itself(address: str) -> None:
    normal = normalise_address(address)
    assert normalise_address(normal) == normal

"""Of a server's answer only its codes are kept (MAIL-23, PRV-5)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.mail.reply_codes import enhanced_status, reply_codes, report_codes


@pytest.mark.rule("MAIL-23", "ACC-9", "PRV-5")
@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        ("550 5.1.1 No mailbox hannahwinter (hannah_winter; Hannah Winter) user=aGFubmFo", "550 5.1.1"),
        ("550-5.1.1 <hannah@mail.example> unknown\r\n550 5.1.1 really", "550 5.1.1"),
        ("550 #5.1.0 Hannah Winter rejected", "550 5.1.0"),
        ("554 [5.7.1] no", "554 5.7.1"),
        ("550 (5.2.2) full", "550 5.2.2"),
        ("450 Hannah Winter is away", "450"),
        ("250 2.0.0 queued as 4711", "250 2.0.0"),
        ("250", "250"),
        ("5.2.2", "5.2.2"),
        ("4.2.2 mailbox full", "4.2.2"),
        ("550 5.1.1.7 is a bad neighbourhood", "550"),
        ("5.1.1.7 is a bad neighbourhood", ""),
        ("550.1 x", ""),
        ("5500 x", ""),
        ("550hannah", ""),
        ("550 5.1.1hannah", "550"),
        ("550 Hannah 5.1.1", "550"),
        ("650 6.1.1 x", ""),
        ("1 Hannah", ""),
        ("no answer in time", "no answer in time"),
        ("no connection (ConnectionRefusedError)", "no connection (ConnectionRefusedError)"),
        ("no connection (Hannah Winter)", ""),
        ("not rendered (KeyError)", "not rendered (KeyError)"),
        ("Hannah Winter", ""),
        ("", ""),
    ],
)
def test_the_codes_of_an_answer(answer: str, codes: str) -> None:
    assert reply_codes(answer) == codes


@pytest.mark.rule("MAIL-23", "MAIL-24")
@pytest.mark.parametrize(
    ("status", "diagnostic", "codes"),
    [
        ("5.1.1", "550 5.1.1 Hannah unknown", "550 5.1.1"),
        ("5.0.0", "550 5.1.1 Hannah unknown", "550 5.1.1"),
        ("5.0.0", "5.1.1 unknown", "5.1.1"),
        ("5.2.2", "550 5.1.1 unknown", "550 5.2.2"),
        ("5.0.0", "550 unknown", "550 5.0.0"),
        ("4.4.1", "Hannah's host is away", "4.4.1"),
        ("", "452 4.2.2 full", "452 4.2.2"),
        ("", "Hannah", ""),
    ],
)
def test_the_codes_of_a_report(status: str, diagnostic: str, codes: str) -> None:
    assert report_codes(status, diagnostic) == codes


@pytest.mark.rule("MAIL-24")
@pytest.mark.parametrize(
    ("codes", "status"), [("550 5.1.1", "5.1.1"), ("5.1.1", "5.1.1"), ("550", ""), ("", "")]
)
def test_the_status_among_codes(codes: str, status: str) -> None:
    assert enhanced_status(codes) == status


@pytest.mark.rule("PRV-5", "ACC-9")
@given(st.text() | st.from_regex(r"[245]\d\d[ -][245]\.\d{1,3}\.\d{1,3}.{0,9}"))
def test_nothing_but_codes_is_ever_kept(answer: str) -> None:
    assert re.fullmatch(r"([245]\d\d)?( ?[245]\.\d{1,3}\.\d{1,3})?", reply_codes(answer))

"""Codes of apps and recovery codes, as values."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from accounts.totp import (
    key_in_words,
    matching_step,
    new_recovery_codes,
    new_secret,
    recovery_digest,
    setup_address,
)
from tests.accounts.codes import app_code, secret_of_key

RFC_SECRET = b"12345678901234567890"
STEP = timedelta(seconds=30)
NOON = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)


@pytest.mark.rule("ACC-1")
@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_codes_of_rfc_6238(seconds: int, code: str) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert matching_step(RFC_SECRET, code, moment) == seconds // 30
    assert app_code(RFC_SECRET, seconds) == code


@pytest.mark.rule("ACC-1")
@pytest.mark.parametrize(("steps", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_off_by_one_step(steps: int, fits: bool) -> None:
    there = NOON + steps * STEP
    expected = int(there.timestamp()) // 30 if fits else None
    assert matching_step(RFC_SECRET, app_code(RFC_SECRET, there), NOON) == expected


@pytest.mark.rule("ACC-1")
@pytest.mark.parametrize(
    "written", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "-12345", "1e5000", "\0" * 6]
)
def test_what_is_no_code_fits_nowhere(written: str) -> None:
    assert matching_step(RFC_SECRET, written, NOON) is None


@pytest.mark.rule("ACC-1")
def test_a_code_may_be_typed_in_groups() -> None:
    code = app_code(RFC_SECRET, NOON)
    assert matching_step(RFC_SECRET, f" {code[:3]} {code[3:]} ", NOON) is not None


@pytest.mark.rule("ACC-1")
def test_recovery_codes_are_ten_and_long_enough_to_guess_none() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"[a-hjkmnp-z2-9]{5}-[a-hjkmnp-z2-9]{5}", code) for code in codes)
    digest = recovery_digest(RFC_SECRET, codes[0])
    assert digest == recovery_digest(RFC_SECRET, f" {codes[0].upper().replace('-', ' ')}")
    assert digest != recovery_digest(new_secret(), codes[0])
    assert codes[0] not in digest


@pytest.mark.rule("ACC-1")
def test_the_key_reaches_the_app_by_picture_and_by_hand() -> None:
    secret = new_secret()
    assert len(secret) == 20
    assert secret_of_key(key_in_words(secret)) == secret
    address = urlsplit(setup_address(secret, account="ann+x@people.example", issuer="messages.example"))
    said = {name: value[0] for name, value in parse_qs(address.query).items()}
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert unquote(address.path) == "/messages.example:ann+x@people.example"
    assert secret_of_key(said["secret"]) == secret
    assert (said["issuer"], said["digits"], said["period"]) == ("messages.example", "6", "30")

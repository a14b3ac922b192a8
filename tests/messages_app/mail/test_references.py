"""Signed ids and codes: ours are recognised in any shape that mail gives them, forged ones never."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.mail.references import (
    MAX_REFERENCE_CODES,
    MAX_THREAD_NUMBER,
    bounce_address,
    code_number,
    find_reference_codes,
    message_id,
    read_bounce_address,
    read_message_id,
    reference_code,
)

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
ROW = UUID("01890f5e-7b1a-7cc3-9d5e-0123456789ab")


@pytest.mark.rule("MAIL-11", "MAIL-14")
@given(st.uuids(), st.sampled_from(["m", "d", "notice"]))
def test_a_message_id_tells_kind_and_row(row_id: UUID, kind: str) -> None:
    made = message_id(kind, row_id, key=KEY, domain="marketplace.example")
    local = made.strip("<>").partition("@")[0]
    assert made == message_id(kind, row_id, key=KEY, domain="marketplace.example")
    assert len(local) <= 64
    for seen in (
        made,
        made.upper(),
        made.replace("marketplace.example", "old.example"),
        made.strip("<>"),
        f" {made} ",
    ):
        assert read_message_id(seen, key=KEY) == (kind, row_id)
    assert read_message_id(f"<{local}>", key=KEY) == (kind, row_id), "some services drop the domain"


@pytest.mark.rule("MAIL-12")
@given(st.uuids(), st.integers(0, 39), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_changed_message_id_is_none(row_id: UUID, place: int, letter: str) -> None:
    made = message_id("m", row_id, key=KEY, domain="x.example")
    at = len("<m.") + place
    changed = made[:at] + letter + made[at + 1 :]
    assert (read_message_id(changed, key=KEY) is None) == (changed != made)


@pytest.mark.rule("MAIL-12")
@pytest.mark.parametrize(
    "value",
    [
        "",
        "<>",
        "<m.@x.example>",
        "<someone@example.org>",
        message_id("m", ROW, key=OTHER_KEY, domain="x.example"),
        message_id("m", ROW, key=KEY, domain="x.example").replace("<m.", "<d."),
        message_id("m", ROW, key=KEY, domain="x.example") + message_id("m", ROW, key=KEY, domain="x.example"),
        f"<{bounce_address(ROW, key=KEY, domain='x.example')}>",
    ],
)
def test_what_is_no_id_of_ours(value: str) -> None:
    assert read_message_id(value, key=KEY) is None


@pytest.mark.parametrize("kind", ["", "M", "m.x", "toolongkind"])
def test_a_kind_is_a_short_word(kind: str) -> None:
    with pytest.raises(ValueError, match="kind"):
        message_id(kind, ROW, key=KEY, domain="x.example")


@pytest.mark.rule("MAIL-24")
@given(st.uuids())
def test_a_bounce_address_tells_its_delivery(delivery_id: UUID) -> None:
    made = bounce_address(delivery_id, key=KEY, domain="marketplace.example")
    local = made.partition("@")[0]
    assert "." in local, "an alias has no dot, so it is never a bounce address"
    assert len(local) <= 64
    for seen in (made, made.upper(), f"<{made}>", f"{local}@old.example"):
        assert read_bounce_address(seen, key=KEY) == delivery_id
    assert read_bounce_address(made, key=OTHER_KEY) is None


@pytest.mark.rule("MAIL-24")
@pytest.mark.parametrize(
    "address",
    [
        "",
        "abcdefghjkmnpqr@marketplace.example",
        "b.x@marketplace.example",
        "b." + "a" * 40 + "@marketplace.example",
        message_id("b", ROW, key=KEY, domain="x.example"),
    ],
)
def test_what_is_no_bounce_address(address: str) -> None:
    assert read_bounce_address(address, key=KEY) is None


@pytest.mark.rule("MAIL-11")
@given(st.integers(0, MAX_THREAD_NUMBER))
def test_a_code_tells_its_number(number: int) -> None:
    code = reference_code(number, key=KEY)
    assert code_number(code, key=KEY) == number
    assert code_number(code.lower(), key=KEY) == number
    assert find_reference_codes(f"Ref. {code}.") == [code]


@pytest.mark.parametrize("number", [-1, MAX_THREAD_NUMBER + 1])
def test_a_number_has_40_bits(number: int) -> None:
    with pytest.raises(ValueError, match="40 bits"):
        reference_code(number, key=KEY)


@pytest.mark.rule("MAIL-12")
@given(st.text("23456789ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=16, max_size=16))
def test_a_guessed_code_opens_nothing(letters: str) -> None:
    code = "-".join(["MC", *(letters[at : at + 4] for at in range(0, 16, 4))])
    assert find_reference_codes(code) == [code], "it looks like one"
    assert code_number(code, key=KEY) is None


def test_neighbouring_numbers_have_unlike_codes() -> None:
    first, second = reference_code(1, key=KEY), reference_code(2, key=KEY)
    assert sum(a == b for a, b in zip(first[3:], second[3:], strict=True)) < 10
    assert code_number(first, key=OTHER_KEY) is None


CODE = reference_code(42, key=KEY)
GROUPS = CODE.split("-")


@pytest.mark.rule("MAIL-11")
@pytest.mark.parametrize(
    "text",
    [
        CODE.lower(),
        f"({CODE})",
        "".join(GROUPS),
        " ".join(GROUPS),
        "-\n> ".join(GROUPS),
        "=\n-".join(GROUPS),
        CODE[:9] + "=\r\n" + CODE[9:],
        "\u2011".join(GROUPS),
        "&#8209;".join(GROUPS),
        "-&nbsp;".join(GROUPS),
        "\u00a0".join(GROUPS),
        "-\u200b".join(GROUPS),
        f"<p id='{CODE}'>",
    ],
)
def test_a_code_is_found_as_clients_leave_it(text: str) -> None:
    assert find_reference_codes(f"Before {text} after") == [CODE]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x" + CODE,
        CODE + "2",
        CODE[:-1],
        "MC-0000-0000-0000-0000",
        "x".join(GROUPS),
        (" " * 9).join(GROUPS),
    ],
)
def test_what_is_no_code(text: str) -> None:
    assert find_reference_codes(text) == []


def test_codes_come_once_in_order_and_have_a_bound() -> None:
    codes = [reference_code(number, key=KEY) for number in range(MAX_REFERENCE_CODES + 1)]
    assert find_reference_codes(" ".join([codes[0], *codes])) == codes[:MAX_REFERENCE_CODES]
    assert find_reference_codes(" ".join(codes[:MAX_REFERENCE_CODES])) == codes[:MAX_REFERENCE_CODES]

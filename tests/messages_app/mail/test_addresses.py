from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.mail.addresses import MAX_ADDRESSES, mailboxes
from messages_app.mail.parsed import Mailbox


@pytest.mark.rule("MAIL-9")
@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        ("alice@example.org", "", "alice@example.org"),
        ("  alice@example.org  ", "", "alice@example.org"),
        ("<alice@example.org>", "", "alice@example.org"),
        ("< alice@example.org >", "", "alice@example.org"),
        ("Alice <Alice.Smith+tag@Example.org>", "Alice", "Alice.Smith+tag@Example.org"),
        ("Alice<alice@example.org>", "Alice", "alice@example.org"),
        ('"Smith, Alice" <alice@example.org>', "Smith, Alice", "alice@example.org"),
        ('"Alice \\"Al\\" S" <alice@example.org>', 'Alice "Al" S', "alice@example.org"),
        ("Müller, Hans <hans@example.org>", "Müller, Hans", "hans@example.org"),
        ("J. R. Smith <j@example.org>", "J. R. Smith", "j@example.org"),
        ("Shop [EU] <a@example.org>", "Shop [EU]", "a@example.org"),
        ("alice@example.org (Alice (A.) Smith)", "Alice (A.) Smith", "alice@example.org"),
        ("(work) alice@example.org", "work", "alice@example.org"),
        ("Alice <alice@example.org> (at work)", "Alice", "alice@example.org"),
        ("Alice (nee Jones) <alice@example.org>", "Alice", "alice@example.org"),
        ("alice@example.org <Alice@example.org>", "alice@example.org", "Alice@example.org"),
        ('"bob@evil.example" <alice@example.org>', "bob@evil.example", "alice@example.org"),
        ('"<bob@evil.example>" <alice@example.org>', "<bob@evil.example>", "alice@example.org"),
        ("=?utf-8?q?J=C3=BCrgen?= <j@example.org>", "Jürgen", "j@example.org"),
        ('"=?utf-8?q?J=C3=BCrgen?=" <j@example.org>', "Jürgen", "j@example.org"),
        ("=?utf-8?q?=3Cbob=40evil.example=3E=2C?= <j@example.org>", "<bob@evil.example>,", "j@example.org"),
        ('"john doe"@example.org', "", '"john doe"@example.org'),
        ('"a@b"@example.org', "", '"a@b"@example.org'),
        ('J <"a>b"@example.org>', "J", '"a>b"@example.org'),
        ("jürgen@bücher.example", "", "jürgen@bücher.example"),
        ("a@xn--bcher-kva.example", "", "a@xn--bcher-kva.example"),
        ("prvs=123=a@example.org", "", "prvs=123=a@example.org"),
        ("alice@localhost", "", "alice@localhost"),
        ("alice@example.org,", "", "alice@example.org"),
    ],
)
def test_one_mailbox(value: str, name: str, address: str) -> None:
    assert mailboxes([value]) == (Mailbox(name, address),)


@pytest.mark.rule("MAIL-9")
@pytest.mark.parametrize(
    "value",
    [
        "",
        "Alice",
        "<>",
        "Alice <>",
        "alice@example.org)bob@example.com",
        "(alice@example.org)bob@example.com)",
        "alice@example.org(bob@example.com",
        "alice@example.org <bob@example.com>",
        "alice@example.org bob@example.com",
        "<alice@example.org><bob@example.com>",
        "<alice@example.org> bob@example.com",
        "<alice@example.org>, bob",
        "<alice@example.org <bob@example.com>>",
        "Alice <alice@example.org",
        "alice@example.org>",
        '"Alice <alice@example.org>',
        "team: alice@example.org;",
        "team: alice@example.org, bob@example.com;",
        "undisclosed-recipients:;",
        "<@relay.example:alice@example.org>",
        "alice@example.org;bob@example.com",
        "alice @ example.org",
        "alice@(c)example.org",
        "alice(c)@example.org",
        '"alice"(c)@example.org',
        '(x)"alice"(c)@example.org',
        "alice\\@evil.example@example.org",
        "Ali\\ce <alice@example.org>",
        "alice@example.org@evil.example",
        "alice@[192.0.2.1]",
        "alice@example..org",
        "alice@-example.org",
        "alice@example.org.",
        ".alice@example.org",
        "@example.org",
        "alice@",
        "alice\u200b@example.org",
        "alice@exam\u00adple.org",
        "alice@exa\x00mple.org",
        "alice@ｅxample.org",
        "=?utf-8?q?alice?=@example.org",
        "=?utf-8?q?alice=40example.org?=",
        "=?utf-8?q?Alice_=3Calice=40example.org=3E?=",
        "a" * 1000 + "@example.org",
    ],
)
def test_not_surely_a_mailbox(value: str) -> None:
    assert mailboxes([value]) == ()


@pytest.mark.rule("MAIL-9")
@pytest.mark.parametrize(
    "values",
    [
        ["a@example.org, b@example.org"],
        ["A <a@example.org>, B <b@example.org>"],
        ["a@example.org", "b@example.org"],
        ["a@example.org", "a@example.org"],
    ],
)
def test_several_mailboxes(values: list[str]) -> None:
    assert len(mailboxes(values)) == 2


@pytest.mark.rule("MAIL-9")
@pytest.mark.parametrize("second", ["", "nonsense", "team: b@example.org;"])
def test_a_second_from_field_that_is_unclear_spoils_the_first(second: str) -> None:
    assert mailboxes(["a@example.org", second]) == ()


@pytest.mark.rule("MAIL-7")
@pytest.mark.parametrize(("written", "kept"), [(99, 99), (100, 100), (101, MAX_ADDRESSES), (5000, 100)])
def test_at_most_a_hundred_addresses(written: int, kept: int) -> None:
    assert len(mailboxes([", ".join(f"a{n}@example.org" for n in range(written))])) == kept


def test_names_are_one_clean_line() -> None:
    (box,) = mailboxes(["=?utf-8?q?Eve=0D=0ABcc=3A_x=E2=80=AEevil=00?= <e@example.org>"])
    assert box.name == "Eve Bcc: xevil"


@given(st.text(alphabet='ab@.<>(),;:"\\ =?é', max_size=40))
def test_one_mailbox_has_the_only_address_there_is(value: str) -> None:
    boxes = mailboxes([value])
    if len(boxes) == 1:
        address = boxes[0].address
        assert address in value
        assert not set("<>(),;:\\ ") & set(address.rpartition("@")[2])


@pytest.mark.parametrize("piece", ['"', "(", "<", "@", ",", "a@b,", "\\", "((", '"a" ', "a<b>"])
def test_large_hostile_values_end(piece: str) -> None:
    assert len(mailboxes([piece * (500_000 // len(piece))])) <= MAX_ADDRESSES

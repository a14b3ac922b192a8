from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.mail.sender_auth import is_proven_domain, organizational_domain


def proven(*values: str, domain: str = "shop.co.uk", authserv_id: str = "mx.here.example") -> bool:
    return is_proven_domain(values, authserv_id=authserv_id, from_domain=domain)


@pytest.mark.rule("MAIL-10")
@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ("dmarc=pass header.from=shop.co.uk", True),
        ("dmarc=pass (p=reject dis=none) header.from=Shop.CO.UK", True),
        ("dmarc=pass action=none header.from=shop.co.uk; compauth=pass reason=100", True),
        ("spf=fail smtp.mailfrom=x.example; dmarc=pass header.from=shop.co.uk;", True),
        ("dkim=pass header.d=shop.co.uk", True),
        ("dkim=pass header.d=mail.shop.co.uk header.s=a header.b=AbC/+=", True),
        ("dkim=pass header.i=@mail.shop.co.uk", True),
        ("dkim=pass header.i=a@shop.co.uk", True),
        ("dkim=fail header.d=shop.co.uk; dkim=pass header.d=shop.co.uk", True),
        ("DKIM/1 = PASS header.D = shop.co.uk".replace("DKIM/1 =", "DKIM/1="), True),
        ('dkim=pass reason="2048; good (key)" header.d=shop.co.uk', True),
        ("spf=pass smtp.mailfrom=bounce@news.shop.co.uk", True),
        ("spf=pass smtp.mailfrom=shop.co.uk", True),
        ("spf=pass (a (nested) comment; with dmarc=fail) smtp.mailfrom=prvs=1=a@shop.co.uk", True),
        ("dmarc=none header.from=shop.co.uk; spf=pass smtp.mailfrom=a@shop.co.uk", True),
        ("dmarc=temperror header.from=shop.co.uk; dkim=pass header.d=shop.co.uk", True),
        # no proof
        ("none", False),
        ("", False),
        ("dmarc=pass", False),
        ("dmarc=pass header.from=evil.example", False),
        ("dmarc=pass header.from=sub.shop.co.uk", False),
        ("dmarc=fail header.from=shop.co.uk; dkim=pass header.d=shop.co.uk", False),
        ("dmarc=fail; spf=pass smtp.mailfrom=a@shop.co.uk", False),
        ("dkim=pass header.d=evil.example", False),
        ("dkim=pass header.d=co.uk", False),
        ("dkim=pass header.d=other.co.uk", False),
        ("dkim=pass header.d=evil.example header.i=@shop.co.uk", False),
        ("dkim=pass header.d=notshop.co.uk", False),
        ("dkim=pass", False),
        ("dkim=neutral header.d=shop.co.uk", False),
        ("dkim=policy header.d=shop.co.uk", False),
        ("spf=pass smtp.helo=shop.co.uk", False),
        ("spf=softfail smtp.mailfrom=a@shop.co.uk", False),
        ("spf=pass smtp.mailfrom=a@evil.example", False),
        ("spf=pass smtp.mailfrom=shop.co.uk@evil.example", False),
        ("x-spf=pass smtp.mailfrom=a@shop.co.uk", False),
        ("spf=fail (dmarc=pass header.from=shop.co.uk)", False),
        ('spf=fail reason="; dmarc=pass header.from=shop.co.uk"', False),
        # not to be read whole
        ("dmarc=pass header.from=shop.co.uk (open", False),
        ("dmarc=pass header.from=shop.co.uk ) close", False),
        ('dmarc=pass header.from=shop.co.uk reason="open', False),
        ("dmarc=pass header.from=shop.co.uk stray", False),
        ("dmarc=pass header.from=evil.example header.from=shop.co.uk", False),
        ("rubbish; dmarc=pass header.from=shop.co.uk", False),
        ("dmarc=pass header.from=shop.co.uk reason=a\\b", False),
        ("dmarc=pass header.from=shop.co.uk; " + "x" * 30_000 + "=pass", False),
    ],
)
def test_results_of_ones_own_edge(results: str, expected: bool) -> None:
    assert proven(f"mx.here.example; {results}") is expected


PASS = "dmarc=pass header.from=shop.co.uk"


@pytest.mark.rule("MAIL-10")
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((f"mx.here.example; {PASS}",), True),
        ((f"MX.Here.Example; {PASS}",), True),
        ((f"mx.here.example 1; {PASS}",), True),
        ((f'"mx.here.example"; {PASS}',), True),
        ((f"(edge) mx.here.example (v2); {PASS}",), True),
        ((f"evil.example; {PASS}", f"mx.here.example; {PASS}"), True),
        (("mx.here.example; spf=none", f"mx.here.example; {PASS}"), True),
        (("mx.here.example; dmarc=fail header.from=shop.co.uk", f"mx.here.example; {PASS}"), False),
        ((f"evil.example; {PASS}",), False),
        ((f"mx.here.example.evil.example; {PASS}",), False),
        ((f"evil.mx.here.example; {PASS}",), False),
        ((f"mx.here.example evil; {PASS}",), False),
        ((f"evil mx.here.example; {PASS}",), False),
        ((f"(mx.here.example) evil; {PASS}",), False),
        ((f"; {PASS}",), False),
        ((PASS,), False),
        ((f"mx.here.example={PASS}",), False),
        ((f"mx.here.example, {PASS}",), False),
        ((), False),
    ],
)
def test_only_our_own_authserv_id_counts(values: tuple[str, ...], expected: bool) -> None:
    assert proven(*values) is expected


@pytest.mark.rule("MAIL-10")
@pytest.mark.parametrize(
    ("domain", "results", "expected"),
    [
        ("bücher.example", "dmarc=pass header.from=xn--bcher-kva.example", True),
        ("xn--bcher-kva.example", "dmarc=pass header.from=bücher.example", True),
        ("a.shop.example", "dkim=pass header.d=b.shop.example", True),  # an unlisted top level
        ("one.example", "dkim=pass header.d=two.example", False),
        ("alice.github.io", "dkim=pass header.d=bob.github.io", False),  # a private suffix
        ("alice.github.io", "dkim=pass header.d=github.io", False),
        ("localhost", "dkim=pass header.d=localhost", True),
        ("", "dmarc=pass header.from=", False),
        ("not a domain", "dmarc=pass header.from=x", False),
    ],
)
def test_alignment(domain: str, results: str, expected: bool) -> None:
    assert proven(f"mx.here.example; {results}", domain=domain) is expected


@pytest.mark.rule("MAIL-10")
def test_without_an_authserv_id_nothing_is_proven() -> None:
    assert not proven(f"; {PASS}", f'""; {PASS}', authserv_id="")


@pytest.mark.parametrize(
    ("domain", "organization"),
    [
        ("a.b.shop.co.uk", "shop.co.uk"),
        ("shop.co.uk", "shop.co.uk"),
        ("co.uk", ""),
        ("com", ""),
        ("a.b.example", "b.example"),
        ("example", ""),
        ("a.alice.github.io", "alice.github.io"),
    ],
)
def test_organizational_domains(domain: str, organization: str) -> None:
    assert organizational_domain(domain) == organization


@given(st.text(alphabet='mx.herap=();" \\dkisc/1', max_size=80))
def test_any_value_is_read(rest: str) -> None:
    assert not proven(f"mx.here.example;{rest}", domain="nothing.of.this")


@pytest.mark.parametrize("piece", ["(", ";", '"', "=", " ", "a=b ", "\\"])
def test_long_hostile_values_end(piece: str) -> None:
    assert not proven("mx.here.example; " + piece * (19_000 // len(piece)), domain="x.example")

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.mail.sender_auth import organizational_domain, proven_domain


def how(*values: str, domain: str = "shop.co.uk", authserv_id: str = "mx.here.example") -> str:
    proof = proven_domain(values, authserv_id=authserv_id, from_domain=domain)
    assert proof.proven is bool(proof.how)
    return proof.how


@pytest.mark.rule("MAIL-10")
@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ("dmarc=pass header.from=shop.co.uk", "dmarc"),
        ("dmarc=pass (p=reject dis=none) header.from=Shop.CO.UK", "dmarc"),
        ("dmarc=pass action=none header.from=shop.co.uk; compauth=pass reason=100", "dmarc"),
        ("spf=fail smtp.mailfrom=x.example; dmarc=pass header.from=shop.co.uk;", "dmarc"),
        ("dkim=pass header.d=shop.co.uk", "dkim"),
        ("dkim=pass header.d=mail.shop.co.uk header.s=a header.b=AbC/+=", "dkim"),
        ("dkim=pass header.i=@mail.shop.co.uk", "dkim"),
        ("dkim=pass header.i=a@shop.co.uk", "dkim"),
        ("dkim=fail header.d=shop.co.uk; dkim=pass header.d=shop.co.uk", "dkim"),
        ("DKIM/1 = PASS header.D = shop.co.uk".replace("DKIM/1 =", "DKIM/1="), "dkim"),
        ('dkim=pass reason="2048; good (key)" header.d=shop.co.uk', "dkim"),
        ("spf=pass smtp.mailfrom=bounce@news.shop.co.uk", "spf"),
        ("spf=pass smtp.mailfrom=shop.co.uk", "spf"),
        ("spf=pass (a (nested) comment; with dmarc=fail) smtp.mailfrom=prvs=1=a@shop.co.uk", "spf"),
        ("dmarc=none header.from=shop.co.uk; spf=pass smtp.mailfrom=a@shop.co.uk", "spf"),
        ("dmarc=temperror header.from=shop.co.uk; dkim=pass header.d=shop.co.uk", "dkim"),
        # no proof
        ("none", ""),
        ("", ""),
        ("dmarc=pass", ""),
        ("dmarc=pass header.from=evil.example", ""),
        ("dmarc=pass header.from=sub.shop.co.uk", ""),
        ("dmarc=fail header.from=shop.co.uk; dkim=pass header.d=shop.co.uk", ""),
        ("dmarc=fail; spf=pass smtp.mailfrom=a@shop.co.uk", ""),
        ("dkim=pass header.d=evil.example", ""),
        ("dkim=pass header.d=co.uk", ""),
        ("dkim=pass header.d=other.co.uk", ""),
        ("dkim=pass header.d=evil.example header.i=@shop.co.uk", ""),
        ("dkim=pass header.d=notshop.co.uk", ""),
        ("dkim=pass", ""),
        ("dkim=neutral header.d=shop.co.uk", ""),
        ("dkim=policy header.d=shop.co.uk", ""),
        ("spf=pass smtp.helo=shop.co.uk", ""),
        ("spf=softfail smtp.mailfrom=a@shop.co.uk", ""),
        ("spf=pass smtp.mailfrom=a@evil.example", ""),
        ("spf=pass smtp.mailfrom=shop.co.uk@evil.example", ""),
        ("x-spf=pass smtp.mailfrom=a@shop.co.uk", ""),
        ("spf=fail (dmarc=pass header.from=shop.co.uk)", ""),
        ('spf=fail reason="; dmarc=pass header.from=shop.co.uk"', ""),
        # not to be read whole
        ("dmarc=pass header.from=shop.co.uk (open", ""),
        ("dmarc=pass header.from=shop.co.uk ) close", ""),
        ('dmarc=pass header.from=shop.co.uk reason="open', ""),
        ("dmarc=pass header.from=shop.co.uk stray", ""),
        ("dmarc=pass header.from=evil.example header.from=shop.co.uk", ""),
        ("rubbish; dmarc=pass header.from=shop.co.uk", ""),
        ("dmarc=pass header.from=shop.co.uk reason=a\\b", ""),
        ("dmarc=pass header.from=shop.co.uk; " + "x" * 30_000 + "=pass", ""),
    ],
)
def test_results_of_ones_own_edge(results: str, expected: str) -> None:
    assert how(f"mx.here.example; {results}") == expected


PASS = "dmarc=pass header.from=shop.co.uk"


@pytest.mark.rule("MAIL-10")
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((f"mx.here.example; {PASS}",), "dmarc"),
        ((f"MX.Here.Example; {PASS}",), "dmarc"),
        ((f"mx.here.example 1; {PASS}",), "dmarc"),
        ((f'"mx.here.example"; {PASS}',), "dmarc"),
        ((f"(edge) mx.here.example (v2); {PASS}",), "dmarc"),
        ((f"evil.example; {PASS}", f"mx.here.example; {PASS}"), "dmarc"),
        (("mx.here.example; spf=none", f"mx.here.example; {PASS}"), "dmarc"),
        (("mx.here.example; dmarc=fail header.from=shop.co.uk", f"mx.here.example; {PASS}"), ""),
        ((f"evil.example; {PASS}",), ""),
        ((f"mx.here.example.evil.example; {PASS}",), ""),
        ((f"evil.mx.here.example; {PASS}",), ""),
        ((f"mx.here.example evil; {PASS}",), ""),
        ((f"evil mx.here.example; {PASS}",), ""),
        ((f"(mx.here.example) evil; {PASS}",), ""),
        ((f"; {PASS}",), ""),
        ((PASS,), ""),
        ((f"mx.here.example={PASS}",), ""),
        ((f"mx.here.example, {PASS}",), ""),
        ((), ""),
    ],
)
def test_only_our_own_authserv_id_counts(values: tuple[str, ...], expected: str) -> None:
    assert how(*values) == expected


@pytest.mark.rule("MAIL-10")
@pytest.mark.parametrize(
    ("domain", "results", "expected"),
    [
        ("bücher.example", "dmarc=pass header.from=xn--bcher-kva.example", "dmarc"),
        ("xn--bcher-kva.example", "dmarc=pass header.from=bücher.example", "dmarc"),
        ("a.shop.example", "dkim=pass header.d=b.shop.example", "dkim"),  # an unlisted top level
        ("one.example", "dkim=pass header.d=two.example", ""),
        ("alice.github.io", "dkim=pass header.d=bob.github.io", ""),  # a private suffix
        ("alice.github.io", "dkim=pass header.d=github.io", ""),
        ("localhost", "dkim=pass header.d=localhost", "dkim"),
        ("", "dmarc=pass header.from=", ""),
        ("not a domain", "dmarc=pass header.from=x", ""),
    ],
)
def test_alignment(domain: str, results: str, expected: str) -> None:
    assert how(f"mx.here.example; {results}", domain=domain) == expected


@pytest.mark.rule("MAIL-10")
def test_without_an_authserv_id_nothing_is_proven() -> None:
    assert how(f"; {PASS}", f'""; {PASS}', authserv_id="") == ""


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
    assert how(f"mx.here.example;{rest}", domain="nothing.of.this") == ""


@pytest.mark.parametrize("piece", ["(", ";", '"', "=", " ", "a=b ", "\\"])
def test_long_hostile_values_end(piece: str) -> None:
    assert how("mx.here.example; " + piece * (19_000 // len(piece)), domain="x.example") == ""

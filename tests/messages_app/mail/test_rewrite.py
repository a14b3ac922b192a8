"""Known real addresses become the shown ones in every form that mail gives them (MAIL-16)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.mail.rewrite import Rewriter

SHOWN, DOTS, PUNY = "s7k2@marketplace.example", "g4m9@marketplace.example", "p3q8@marketplace.example"
REWRITER = Rewriter(
    {
        "alice@example.org": SHOWN,
        "support+eu@example.org": SHOWN,
        "Al.Ice@gmail.com": DOTS,
        "kontakt@bücher.example": PUNY,
    }
)


@pytest.mark.rule("MAIL-16")
@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        ("alice@example.org", SHOWN),
        ("Write to ALICE@Example.ORG.", f"Write to {SHOWN}."),
        ("alice@example.org, alice@example.org", f"{SHOWN}, {SHOWN}"),
        ("Alice <alice@example.org> wrote:", f"Alice <{SHOWN}> wrote:"),
        ("[mailto:alice@example.org]", f"[mailto:{SHOWN}]"),
        ("d'alice@example.org", f"d'{SHOWN}"),
        ("...alice@example.org", f"...{SHOWN}"),
        ("联系alice@example.org吧", f"联系{SHOWN}吧"),
        ("> > alice@\n> > example.org said", f"> > {SHOWN} said"),
        ("alice@exam \n> ple.org said", f"{SHOWN} said"),
        ("alice@example.org\nBob", f"{SHOWN}\nBob"),
        ("From: alice @ example.org", f"From: {SHOWN}"),
        ("a\u200bli\u00adce@exam\u2060ple.org", SHOWN),
        ("alice&#64;example.org", SHOWN),
        ("alice&amp;#x40;example&period;org", SHOWN),
        ("?to=alice%40example.org&x=1", f"?to={SHOWN}&x=1"),
        ("alice%2540example%2Eorg", SHOWN),
        ("alice=40exam=\nple.org", SHOWN),
        ("ａｌｉｃｅ＠example.org", SHOWN),
        ("alice+shop@example.org", SHOWN),
        ("support@example.org support+us@example.org", f"{SHOWN} {SHOWN}"),
        ("a.l.i.c.e@googlemail.com alice+x@gmail.com", f"{DOTS} {DOTS}"),
        ("kontakt@xn--bcher-kva.example kontakt@BÜCHER.example", f"{PUNY} {PUNY}"),
        ("kontakt@b%C3%BCcher.example", PUNY),
    ],
)
def test_text_in_any_form(text: str, rewritten: str) -> None:
    assert REWRITER.text(text) == rewritten
    assert REWRITER.name(text) == rewritten


@pytest.mark.rule("MAIL-16")
@pytest.mark.parametrize(
    "text",
    [
        "xalice@example.org",
        "bob.alice@example.org",
        "bob-alice@example.org",
        "alice@example.orgx",
        "alice@example.net",
        "a.lice@example.org",
        "alice at example.org",
        "Hello & welcome, 100 % yours: 1 < 2 > 0 | café",
        "s7k2@marketplace.example",
        "",
    ],
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert REWRITER.text(text) == text
    assert REWRITER.html(text) == text


@pytest.mark.rule("MAIL-16")
@pytest.mark.parametrize(
    ("html", "rewritten"),
    [
        (
            '<a href="mailto:alice%40example.org">alice@example.org</a>',
            f'<a href="mailto:{SHOWN}">{SHOWN}</a>',
        ),
        ("alice@<wbr>example.org", f"{SHOWN}<wbr>"),
        ("<b>ali</b>ce@example.org", f"<b>{SHOWN}</b>"),
        ("alice&commat;example.org", SHOWN),
        ("<td>alice@example.org</td><td>x</td>", f"<td>{SHOWN}</td><td>x</td>"),
        ('<img alt="alice@example.org">', f'<img alt="{SHOWN}">'),
        ("&lt;alice@example.org&gt;", f"&lt;{SHOWN}&gt;"),
        ("alice@<br>\nexample.org", f"{SHOWN}<br>"),
        ('<a title="x > alice@example.org">y</a>', f'<a title="x > {SHOWN}">y</a>'),
    ],
)
def test_html_in_any_form(html: str, rewritten: str) -> None:
    assert REWRITER.html(html) == rewritten


@given(st.text())
def test_text_without_the_address_never_changes(text: str) -> None:
    assert REWRITER.text(text) == text


@pytest.mark.rule("MAIL-16")
@given(st.text("abc .\n>", max_size=20), st.text("\n> .,", max_size=8))
def test_only_the_address_changes(before: str, after: str) -> None:
    assert REWRITER.text(f"{before} alice@example.org{after}") == f"{before} {SHOWN}{after}"


def test_an_empty_pair_changes_nothing() -> None:
    assert Rewriter({}).text("alice@example.org") == "alice@example.org"
    assert Rewriter({"": SHOWN, "nobody": SHOWN}).html("nobody @ home") == "nobody @ home"

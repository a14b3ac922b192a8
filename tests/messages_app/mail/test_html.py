"""HTML made safe (MAIL-18, SEC-5) and rendered as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.mail.html import (
    MAX_HTML_DEPTH,
    MAX_HTML_ESCAPES,
    MAX_HTML_TAGS,
    html_to_text,
    sanitise_html,
)

MARKUP = st.lists(
    st.sampled_from(
        [
            "<p>",
            "</p>",
            "<b",
            ">",
            "<!--",
            "-->",
            "<script>",
            "</script>",
            '<a href="',
            '"',
            "'",
            "&#64;",
            "&#99999999;",
            "<img src=",
            "cid:a",
            "http://t.example/x.png",
            "<ul>",
            "<li>",
            "<pre>",
            "\n",
            "é",
            "�",
            "\x00",
            "<svg/onload=1>",
            "<blockquote>",
            "</blockquote>",
            "<style>",
            "x",
            " ",
            "=",
            "/",
            "<form action=x>",
            "<table background=x>",
        ]
    ),
    max_size=40,
).map("".join)


@pytest.mark.rule("MAIL-18")
@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("<p>Hello <b>you</b></p>", "<p>Hello <b>you</b></p>"),
        ("a<script>alert(1)</script>b", "ab"),
        ("a<style>p{background:url(http://t.example)}</style>b", "ab"),
        ('<p onclick="x()">a</p>', "<p>a</p>"),
        ("<form action=/x><input name=q>Text</form>", "Text"),
        ('<img src="http://t.example/pixel.gif" alt="Logo &lt;1">', "Logo &lt;1"),
        ('<img src="//t.example/pixel.gif">', ""),
        ('<img src="data:image/png;base64,AAAA">', ""),
        ('<img src="cid:old@x" alt="Lamp">', '<img src="cid:new" alt="Lamp">'),
        ('<img src="CID:old%40x">', '<img src="cid:new">'),
        ('<img src="cid:other">', ""),
        ('<a href="cid:old@x">a</a>', '<a rel="noopener noreferrer">a</a>'),
        ('<td background="http://t.example/x">a</td>', "a"),
        ('<p style="color:red">a</p>', '<p style="color:red">a</p>'),
        ('<p style="background:url(http://t.example)">a</p>', "<p>a</p>"),
        ('<p style="color:red;width:u\\72l(//t.example)">a</p>', "<p>a</p>"),
        ('<p style="position:fixed">a</p>', '<p style="">a</p>'),
        (
            '<a href="https://x.example/">a</a>',
            '<a href="https://x.example/" rel="noopener noreferrer">a</a>',
        ),
        ('<a href="javascript:alert(1)">a</a>', '<a rel="noopener noreferrer">a</a>'),
        ('<a href="/inside">a</a>', '<a rel="noopener noreferrer">a</a>'),
        ('<link rel=stylesheet href="http://t.example/x.css">a', "a"),
        ('<base href="http://t.example/"><meta http-equiv=refresh content="0;http://t.example">a', "a"),
        ("<iframe src=http://t.example>x</iframe><object data=x></object>a", "a"),
        ("<!-- note -->a", "a"),
        ("a\0b", "ab"),
    ],
)
def test_only_what_is_allowed_stays(dirty: str, clean: str) -> None:
    assert sanitise_html(dirty, content_ids={"old@x": "new"}) == clean


@pytest.mark.rule("MAIL-18", "SEC-5")
@given(MARKUP)
def test_nothing_that_loads_or_runs_survives(markup: str) -> None:
    clean = sanitise_html(markup, content_ids={"a": "new"})
    again = sanitise_html(clean, content_ids={"new": "new"})
    for word in ("<script", "<style", "<svg", "<form", "onload", "background=", 'src="http', "<!--"):
        assert word not in clean.lower()
    # A line break right after <pre> is no part of its text and goes each time.
    assert again.replace("\n", "") == clean.replace("\n", ""), "what is safe stays as it is"


@pytest.mark.parametrize(
    ("anchor", "text"),
    [
        ('<a href="https://x.example/a">here</a>', "here https://x.example/a"),
        ('<a href="https://x.example/a">https://x.example/a</a>', "https://x.example/a"),
        ('<a href="mailto:a@x.example">a@x.example</a>', "a@x.example"),
        ("<a>plain</a>", "plain"),
        ('<a href="https://x.example/?a=1&amp;b=2">x</a>', "x https://x.example/?a=1&amp;b=2"),
    ],
)
def test_links_can_become_text(anchor: str, text: str) -> None:
    assert sanitise_html(anchor, content_ids={}, links=False) == text


@pytest.mark.rule("MAIL-18")
@pytest.mark.parametrize(
    ("unit", "limit"),
    [("<br>", MAX_HTML_TAGS), ("<b>", MAX_HTML_DEPTH), ("&amp;", MAX_HTML_ESCAPES)],
)
def test_markup_beyond_its_bounds_becomes_text(unit: str, limit: int) -> None:
    within, beyond = (
        sanitise_html(f"{unit * count}<i>x</i>", content_ids={}) for count in (limit - 2, limit + 1)
    )
    assert "<i>x</i>" in within
    assert "<i>" not in beyond
    assert "x" in beyond


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hello <b>wor</b>ld &amp; you</p><p>two</p>", "Hello world & you\n\ntwo"),
        ("<div>a</div><div>b<br>c</div>", "a\nb\nc"),
        ("<ul><li>one<li>two<ol><li>x<li>y</ol></ul>after", "- one\n- two\n  1. x\n  2. y\n\nafter"),
        (
            "<p>hi</p><blockquote><p>a<br>b</p><blockquote>c</blockquote></blockquote>",
            "hi\n\n> a\n> b\n>\n> > c",
        ),
        ("<table><tr><td>1<td>2</tr><tr><td>3</table>", "1 2\n3"),
        ('<a href="https://x.example/">shop</a>', "shop <https://x.example/>"),
        ('<a href="https://x.example/">https://x.example/</a>', "https://x.example/"),
        ('<a href="mailto:a@x.example">mail me</a>', "mail me <a@x.example>"),
        ('<img src="cid:1" alt="Lamp">', "[Lamp]"),
        ("<pre>a  b\n c</pre>", "a  b\n c"),
        ("<title>T</title><style>p{}</style><script>1</script>a", "a"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("a&nbsp;b&#64;c", "a b@c"),
        ("<p title='a > b'>x</p>", "x"),
        ("<!-- a -- b --->x", "x"),
        ("&#" + "9" * 5000 + ";x", "\ufffdx"),
        ("", ""),
    ],
)
def test_html_reads_as_text(html: str, text: str) -> None:
    assert html_to_text(html) == text


@given(st.one_of(MARKUP, st.text()))
def test_any_html_has_a_text(html: str) -> None:
    text = html_to_text(html)
    assert "\0" not in text
    text.encode()


@given(st.lists(st.text("abcdef", min_size=1, max_size=8), min_size=1, max_size=6))
def test_no_word_is_lost(words: list[str]) -> None:
    html = "<div><p>" + "</p><blockquote>".join(words) + "</blockquote>"
    assert [word for word in html_to_text(html).split() if word != ">"] == words

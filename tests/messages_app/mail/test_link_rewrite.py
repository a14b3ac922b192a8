"""Action links do not travel on in a quote, whatever became of them (MAIL-16, MAIL-30)."""

from __future__ import annotations

import re
from base64 import b64encode
from html import unescape
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.mail.html import sanitise_html
from messages_app.mail.link_rewrite import LinkRewriter

GONE = "[link removed]"
LINKS = LinkRewriter("https://messages.example.org", GONE)
SIGNATURE = "Qd0-aZ_b3xGfT7mKpLw9eRtYuIoPnV1cS4hJ6kD8gXs"
TOKEN = f"17~1wWqTz~{SIGNATURE}"
LONG = f"01a200b3dce671ea9ab196636d710559~1wWqTz~{SIGNATURE}"
ACCOUNT = f"4-0123456789abcdef01234567~1wWqTz~{SIGNATURE}"
LINK = f"https://messages.example.org/links/opt-out/{TOKEN}/"
FILTERED = f"https-3A__messages.example.org_links_opt-2Dout_{TOKEN.replace('~', '-7E').replace('_', '-5F')}_"


def holds_token(text: str) -> bool:
    """Whether anybody could put the token together from the text with decoders of our own."""
    for _ in range(3):
        text = unquote(unescape(re.sub(r"=\r?\n", "", text)))
    bare = re.sub(r"[\s>|\u200b\u00ad]", "", text)
    return any(SIGNATURE in one for one in (bare, re.sub(r"[\s>|]|<[^<>]*>", "", text)))


@pytest.mark.rule("MAIL-16", "MAIL-30")
@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        (LINK, GONE),
        (f"> Stop: {LINK}\n> Settings", f"> Stop: {GONE}\n> Settings"),
        (f"Stop <{LINK}>, or [{LINK}].", f"Stop <{GONE}>, or [{GONE}]."),
        (f"({LINK.removesuffix('/')})", f"({GONE})"),
        (LINK.replace("messages.example.org", "Messages.EXAMPLE.org"), GONE),
        (LINK.replace("https", "HTTP").replace("org/", "org:443/"), GONE),
        (LINK.replace("org/", "org./"), GONE),
        (LINK.removeprefix("https://"), GONE),
        (LINK.replace("messages.example.org", "old.example.net:8000/center"), GONE),
        (f"https://messages.example.org/links/no-response/{LONG}/", GONE),
        (f"https://messages.example.org/set-password/{ACCOUNT}/", GONE),
        (f"links/opt-out/{TOKEN}", GONE),
        (f"token {TOKEN} alone", f"token {GONE} alone"),
        (LINK.replace("17~", "17, ~"), f"{GONE} {GONE}"),
        (LINK.replace("/opt-out/17~", "/opt-\n> out/17\n> ~"), GONE),
        (f"> > {LINK[:60]}\n> > {LINK[60:]}\n> > Next", f"> > {GONE}\n> > Next"),
        (f"Stop <{LINK[:60]}\n{LINK[60:]}>", f"Stop <{GONE}>"),
        (f"{LINK[:70]}=\n{LINK[70:]} Next", f"{GONE} Next"),
        (LINK.replace("~", "=7E"), GONE),
        (LINK.replace("messages", "old").replace("~", "=7E"), GONE),
        (f"?t=45{TOKEN[2:30]}\n{TOKEN[30:]}", f"?t={GONE}"),
        (LINK.replace("opt", "o\u200bpt").replace("~1", "~\u00ad1"), GONE),
        (LINK.replace("~", "%7E"), GONE),
        (LINK.replace("~", "&#126;"), GONE),
        (
            f"https://safe.example/?url={quote(LINK, safe='')}&data=05",
            f"https://safe.example/?url={GONE}&data=05",
        ),
        (f"https://safe.example/?url={quote(quote(LINK, safe=''))}", f"https://safe.example/?url={GONE}"),
        (f"https://filter.example/v2/url?u={FILTERED}&d=x", f"https://filter.example/v2/url?u={GONE}_&d=x"),
        (f"https://filter.example/v3/__{LINK}__;!!x", f"https://filter.example/v3/__{GONE}__;!!x"),
        (f"https://t.example/?q={b64encode(LINK.encode()).decode()}", f"https://t.example/?q={GONE}"),
        ("https://messages.example.org/links/opt-out/17~cut", GONE),
    ],
)
def test_a_link_in_text_in_any_form(text: str, rewritten: str) -> None:
    assert LINKS.text(text) == rewritten


@pytest.mark.rule("MAIL-16", "MAIL-30")
@pytest.mark.parametrize(
    ("html", "rewritten"),
    [
        (
            f'<a href="{LINK}" rel="x">No more</a>',
            '<a href="https://messages.example.org/" rel="x">No more</a>',
        ),
        (f'<a href="{LINK}">{LINK}</a>', f'<a href="https://messages.example.org/">{GONE}</a>'),
        (f"<p>{LINK}</p>", f"<p>{GONE}</p>"),
        (f"&lt;{LINK}&gt;", f"&lt;{GONE}&gt;"),
        (f"<p>{LINK[:60]}<wbr>{LINK[60:]}</p>", f"<p>{GONE}<wbr></p>"),
        (f"{LINK[:50]}<br>\n&gt; {LINK[50:]}", f"{GONE}<br>"),
        (
            f'<a href="https://safe.example/?u={quote(LINK, safe="")}&amp;d=1">x</a>',
            '<a href="https://safe.example/?u=https://messages.example.org/&amp;d=1">x</a>',
        ),
        (f'<a href="{LINK.replace("/", "&#47;")}">x</a>', '<a href="https://messages.example.org/">x</a>'),
    ],
)
def test_a_link_in_html_in_any_form(html: str, rewritten: str) -> None:
    assert LINKS.html(html) == rewritten


@pytest.mark.rule("MAIL-16")
@pytest.mark.parametrize(
    "text",
    [
        "https://messages.example.org/messages/01a200b3-dce6-71ea-9ab1-96636d710559/",
        "https://messages.example.org/settings/notifications/ and https://messages.example.org",
        "https://shop.example/links/opt-out/17 and ~7e ~ &tilde; 126 & %7E",
        "https://notmessages.example.org/links/x",
        "Our links: <b>none</b> > | =\n \u00ad &nbsp;",
        "",
    ],
)
def test_other_links_stay_as_they_are(text: str) -> None:
    assert LINKS.text(text) == text
    assert LINKS.html(text) == text


@pytest.mark.rule("MAIL-16")
def test_a_link_before_a_broken_one_stays() -> None:
    text = f"https://shop.example/a\n{LINK[:80]}\n{LINK[80:]}"
    assert LINKS.text(text) == f"https://shop.example/a\n{GONE}"


@pytest.mark.rule("MAIL-30")
def test_a_site_below_a_path_and_a_name_in_other_letters() -> None:
    links = LinkRewriter("https://bücher.example/post", GONE)
    assert links.text(f"https://bücher.example/post/links/opt-out/{TOKEN}/") == GONE
    assert links.text(f"https://xn--bcher-kva.example/post/links/opt-out/{TOKEN}/") == GONE


BREAKS = st.sampled_from(
    ["", "", "", "\n", "\n> ", "\r\n>> > ", "=\n", "\u200b", " ", "<wbr>", "</span><span>"]
)
ENCODINGS = st.sampled_from(["{0}", "&#{1};", "&#x{1:x};", "%{1:02X}", "%25{1:02x}"])


@st.composite
def broken(draw: st.DrawFn) -> str:
    """The link, broken and encoded in a few places."""
    at = draw(st.dictionaries(st.integers(0, len(LINK) - 1), st.tuples(BREAKS, ENCODINGS), max_size=5))
    return "".join(
        f"{at[place][0]}{at[place][1].format(sign, ord(sign))}" if place in at else sign
        for place, sign in enumerate(LINK)
    )


@pytest.mark.rule("MAIL-16", "MAIL-30")
@given(st.text("ab >\n.", max_size=5), broken(), st.text(" <>\n.", max_size=5))
def test_no_token_survives(before: str, link: str, after: str) -> None:
    html = sanitise_html(f"{before}{link}{after}", content_ids={})
    assert not holds_token(LINKS.html(html))
    assert not holds_token(LINKS.text(f"{before}{re.sub('<[^<>]*>', '', link)}{after}"))


@given(st.text())
def test_text_without_links_never_changes(text: str) -> None:
    assert LINKS.html(text) == text

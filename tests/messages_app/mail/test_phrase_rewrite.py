"""Wherever the leak gate would see the buyer's full name the shown one stands instead (MAIL-16, ACC-9)."""

from __future__ import annotations

import unicodedata
from base64 import b64encode
from html import escape
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.files.names import clean_name
from messages_app.mail.compose import OutgoingFile, compose
from messages_app.mail.encoded_runs import hide_runs
from messages_app.mail.leak_gate import Protected, find_leaks
from messages_app.mail.leak_search import holds_any, wanted
from messages_app.mail.phrase_rewrite import PhraseRewriter
from tests.messages_app.mail.outgoing import outgoing

NAMES = PhraseRewriter("Hannah Winter", "Hannah W.")
ACCENTS = PhraseRewriter("Zoë Łucja-Weiß", "Zoë Ł.")
PROTECTED = Protected(frozenset(), frozenset({"Hannah Winter"}))


@pytest.mark.rule("MAIL-16", "ACC-9")
@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        ("Hannah Winter", "Hannah W."),
        ("Hannah Winter, hannah winter; HANNAH WINTER!", "Hannah W., Hannah W.; Hannah W.!"),
        ("Hannah-Winter Hannah_Winter Hannah - Winter", "Hannah W. Hannah W. Hannah W."),
        ("> Hannah\n> > Winter\n> wrote", "> Hannah W.\n> wrote"),
        ("Hannah | Winter", "Hannah W."),
        ("Hannah\xad\xa0Win\u200bter", "Hannah W."),
        ("Ｈａｎｎａｈ Winter", "Hannah W."),
        ("Hannah&nbsp;Winter Hannah&nbspWinter", "Hannah W. Hannah W."),
        ("Hannah <b>Winter</b>", "Hannah W.<b></b>"),
        ("Hannah=20Winter Han=\nnah Winter", "Hannah W. Hannah W."),
        ("https://x.example/u/hannah-winter/?a=1", "https://x.example/u/Hannah%20W./?a=1"),
        ("https://x.example/?n=Hannah%20Winter&a=1", "https://x.example/?n=Hannah%20W.&a=1"),
        ("https://x.example/?n=%48annah%2520Winter", "https://x.example/?n=Hannah%20W."),
        ("scan_Hannah_Winter_2.pdf", "scan_Hannah W._2.pdf"),
        ("Hannah Winter&#115;", "Hannah W.&#115;"),
    ],
)
def test_a_name_in_text_in_any_form(text: str, rewritten: str) -> None:
    assert NAMES.text(text) == rewritten


@pytest.mark.rule("MAIL-16", "ACC-9")
@pytest.mark.parametrize(
    ("html", "rewritten"),
    [
        ("Hannah <b>Winter</b>", "Hannah W.<b></b>"),
        ("<b>Hannah</b> <b>Winter</b>", "<b>Hannah W.</b><b></b>"),
        ("<div>Hannah</div><div>Winter</div>", "<div>Hannah W.</div><div></div>"),
        ("<span>Hannah</span><br>Winter", "<span>Hannah W.</span><br>"),
        ("<b>H</b>annah Winter", "<b>Hannah W.</b>"),
        ("Hannah&shy;&nbsp;Winter", "Hannah W."),
        ('<img alt="Hannah&#x20;Winter"> ok', '<img alt="Hannah W."> ok'),
        ('<a href="https://x.example/Hannah_Winter">x</a>', '<a href="https://x.example/Hannah%20W.">x</a>'),
        ('Hannah <a title="Hannah Winter">Winter</a>', 'Hannah W.<a title="Hannah W."></a>'),
        ("<td>Hannah</td>\n<!-- x --><td>Winter</td>", "<td>Hannah W.</td><!-- x --><td></td>"),
        ("&lt;b&gt;Hannah&lt;/b&gt; Winter", "&lt;b&gt;Hannah W."),
    ],
)
def test_a_name_in_html_in_any_form(html: str, rewritten: str) -> None:
    assert NAMES.html(html) == rewritten


@pytest.mark.rule("ACC-9")
@pytest.mark.parametrize(
    "text",
    ["ZOË ŁUCJA WEISS", "Zoe\u0308 Łucja-Weiß", "Zo&euml; &Lstrok;ucja Wei&szlig;", "Zo%C3%AB_łucja-Weiß"],
)
def test_accents_and_letter_case_do_not_hide_a_name(text: str) -> None:
    assert ACCENTS.text(f"«{text}»") in {"«Zoë Ł.»", f"«{quote('Zoë Ł.')}»"}


@pytest.mark.rule("ACC-9")
def test_a_korean_name_in_parts_is_whole() -> None:
    parts = "\u1112\u1161\u11ab\u1102\u1161 \u1100\u1175\u11b7"
    assert PhraseRewriter("한나 김", "한나").text(f"({parts})") == "(한나)"


@pytest.mark.rule("ACC-9")
@pytest.mark.parametrize(
    "text",
    [
        "Hannah W. Winter",
        "Hannah, Winter",
        "Winter, Hannah",
        "Johannah Winter",
        "Hannah Winters",
        "Hannah Win<b>ter</b>s",
        "Hannah  wants  it\n> in <b>winter</b> &amp; %20 =20 \xad",
        "HannahWinter",
        "",
    ],
)
def test_what_is_not_the_name_stays_as_it_is(text: str) -> None:
    assert NAMES.text(text) == text
    assert NAMES.html(text) == text


@pytest.mark.rule("ACC-9")
@pytest.mark.parametrize("shown", ["Hannah", "Winter", "Winter Hannah"])
def test_a_shown_name_beside_other_words_does_not_spell_the_hidden_one(shown: str) -> None:
    text = PhraseRewriter("Hannah Winter", shown).text("Hannah Hannah Winter Winter Winter Winter")
    assert not holds_any(text, wanted(frozenset(), frozenset({"Hannah Winter"})))


@pytest.mark.rule("ACC-9")
def test_the_shown_name_is_escaped_in_html_alone() -> None:
    names = PhraseRewriter("Hannah Winter", 'H & "W"')
    assert names.text("Hannah Winter") == 'H & "W"'
    assert names.html("<i>Hannah Winter</i>") == "<i>H &amp; &quot;W&quot;</i>"


@pytest.mark.rule("MAIL-16")
def test_base_64_that_hides_a_name_or_an_address_goes_and_other_base_64_stays() -> None:
    want = wanted(frozenset({"alice@example.org"}), frozenset({"Hannah Winter"}))
    other = b64encode(b"An order of nobody in particular").decode()
    for secret in (b"u=Hannah Winter&x", b'{"to":"alice@example.org"}'):
        text = f"https://t.example/?q={b64encode(secret).decode()} and {other}"
        hidden = hide_runs(text, want, "…")
        assert hidden.startswith("https://t.example/?q=…")
        assert hidden.endswith(f" and {other}")
        assert not holds_any(hidden, want)


SIGNS = [
    " ",
    "-",
    "_",
    "\n",
    "\n> ",
    "|",
    "&nbsp;",
    "&#32;",
    "&#x2d;",
    "\xa0",
    "&shy;",
    "\u200b",
    "%20",
    "=20",
]
TAGS = ["<b>", "</b>", "<br>", "</div><div>", '<a href="https://x.example/">', "&lt;i&gt;", "&amp;nbsp;"]
GAPS = st.lists(st.sampled_from([*SIGNS, *TAGS]), max_size=4).map("".join)
SPELLINGS = st.sampled_from(
    [
        lambda letter: letter,
        str.upper,
        lambda letter: f"&#{ord(letter)};",
        lambda letter: f"%{ord(letter):02x}",
        lambda letter: f"={ord(letter):02X}",
        lambda letter: f"{letter}<wbr>",
        lambda letter: f"{letter}\u00ad",
        lambda letter: f"&amp;#x{ord(letter):x};",
        lambda letter: chr(ord(letter) + 0xFEE0),
    ]
)


@st.composite
def spelled(draw: st.DrawFn) -> str:
    """The name, its letters and gaps written in whatever way."""
    odd = draw(st.dictionaries(st.integers(0, 11), SPELLINGS, max_size=4))
    letters = [odd.get(at, str)(letter) for at, letter in enumerate("HannahWinter")]
    return f"{''.join(letters[:6])}{draw(GAPS)}{''.join(letters[6:])}"


@pytest.mark.rule("MAIL-16", "MAIL-17")
@given(st.lists(st.one_of(spelled(), GAPS, st.sampled_from(["Hannah", "Winter", "x", '"', "<", "&", "%"]))))
def test_after_rewriting_the_gate_finds_nothing(pieces: list[str]) -> None:
    written = "".join(pieces)
    subject = NAMES.text(f"Re: {written[:100]}")  # so short that nothing is cut off after the rewriting
    mail = outgoing(subject=subject, text=NAMES.text(written), html=NAMES.html(written))
    assert find_leaks(compose(mail), PROTECTED) == ()


@pytest.mark.rule("MAIL-16", "MAIL-17")
@given(st.sampled_from(["", "scan ", "1_", "für "]), spelled())
def test_after_rewriting_the_gate_finds_nothing_in_file_names(before: str, name: str) -> None:
    shown = NAMES.text(clean_name(unicodedata.normalize("NFKC", f"{before}{name}")))
    file = OutgoingFile(type="text/plain", content=b"x", name=f"{shown}.txt")
    assert find_leaks(compose(outgoing(files=(file,))), PROTECTED) == ()


@pytest.mark.rule("MAIL-16")
@given(st.text("HanahWiter -_>\n<b>&;%20#", max_size=60))
def test_only_what_the_gate_finds_changes(text: str) -> None:
    found = holds_any(text, wanted(frozenset(), frozenset({"Hannah Winter"})))
    assert (NAMES.text(text) != text) == bool(found)


@pytest.mark.rule("MAIL-16")
@given(st.text(max_size=10), st.text(max_size=10))
def test_what_stands_around_the_name_stays(before: str, after: str) -> None:
    around = f"<p>{escape(before)}.</p><p>Hannah <b>Winter</b></p><p>.{escape(after)}</p>"
    expected = f"<p>{escape(before)}.</p><p>Hannah W.<b></b></p><p>.{escape(after)}</p>"
    assert NAMES.html(around) == expected

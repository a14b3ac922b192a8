"""File names: harmless everywhere, still recognisable, unique within a message."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.files.names import clean_name, extensions, unique_names

pytestmark = pytest.mark.rule("ATT-5", "SEC-6")

ANY_NAME = st.text(st.characters(), max_size=200) | st.text("aA.é /\\:\u202e\0\n", max_size=200)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("invoice.pdf", "invoice.pdf"),
        ("Größentabelle – żółć 説明書.PDF", "Größentabelle – żółć 説明書.PDF"),
        ("cafe\u0301.txt", "café.txt"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\scan.png", "scan.png"),
        ("/tmp/", "tmp"),
        ("a/..", "a"),
        ("mixed\\path/photo.jpg", "photo.jpg"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("zero\u200bwidth\ufeff.txt", "zerowidth.txt"),
        ("two\r\nlines.txt", "two lines.txt"),
        ("header\r\nBcc: x@y.txt", "header Bcc_ x@y.txt"),
        ("nul\0byte.pdf", "nulbyte.pdf"),
        ("a.pdf\0.exe", "a.pdf.exe"),
        ("delete\x7f\x9b.gif", "delete.gif"),
        ("lone\ud800.txt", "lone.txt"),
        ("  spaced   out .txt", "spaced out.txt"),
        ("trailing.pdf. . ", "trailing.pdf"),
        (".htaccess", "file.htaccess"),
        (". .pdf", "file.pdf"),
        ('what<is>"this"|?*.txt', "what_is__this____.txt"),
        ("stream.txt:hidden.exe", "stream.txt_hidden.exe"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("Com1.pdf", "_Com1.pdf"),
        ("lpt¹ .doc", "_lpt¹.doc"),
        ("console.txt", "console.txt"),
        ("com10.txt", "com10.txt"),
        ("", "file"),
        ("...", "file"),
        ("\u202e\0", "file"),
        (" / \\ ", "file"),
    ],
)
def test_names_become_harmless_and_stay_readable(raw: str, clean: str) -> None:
    assert clean_name(raw) == clean


@pytest.mark.parametrize(
    ("stem", "kept"),
    [(115, 116), (116, 116), (117, 116)],
)
def test_at_most_120_characters_and_the_extension_stays(stem: int, kept: int) -> None:
    name = clean_name("é" * stem + ".pdf")
    assert name == "é" * min(stem, kept) + ".pdf"
    assert len(name) <= 120


def test_a_text_after_a_dot_is_no_extension() -> None:
    assert clean_name("a." + "b" * 300) == "a." + "b" * 118


def test_a_cut_never_ends_the_stem_in_space_or_dot() -> None:
    assert clean_name("x" * 100 + ". . " * 20 + "y.txt") == "x" * 100 + ".txt"


@given(ANY_NAME)
def test_every_clean_name_is_safe_and_stays_as_it_is(raw: str) -> None:
    name = clean_name(raw)
    assert 1 <= len(name) <= 120
    assert clean_name(name) == name
    assert unicodedata.is_normalized("NFC", name)
    assert not {unicodedata.category(character) for character in name} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not set(name) & set('/\\:<>"|?*')
    assert name[0] not in ". "
    assert name[-1] not in ". "
    name.encode()


@pytest.mark.parametrize(
    ("names", "unique"),
    [
        (["a.txt", "b.txt"], ["a.txt", "b.txt"]),
        (["a.txt", "a.txt", "a.txt"], ["a.txt", "a (2).txt", "a (3).txt"]),
        (["a.txt", "A.TXT"], ["a.txt", "A (2).TXT"]),
        (["Straße.pdf", "STRASSE.pdf"], ["Straße.pdf", "STRASSE (2).pdf"]),
        (["caf\u00e9.txt", "cafe\u0301.txt"], ["café.txt", "café (2).txt"]),
        (["a (2).txt", "a.txt", "a.txt"], ["a (2).txt", "a.txt", "a (3).txt"]),
        (["", "..."], ["file", "file (2)"]),
        (["one/x.pdf", "two/x.pdf"], ["x.pdf", "x (2).pdf"]),
        ([], []),
    ],
)
def test_names_are_unique_within_the_message(names: list[str], unique: list[str]) -> None:
    assert unique_names(names) == unique


@given(
    st.lists(
        st.sampled_from(["a" * 119 + "b", "a" * 130, "a.txt", "A.txt", "a (2).txt", "ß", "ss"]), max_size=25
    )
)
def test_unique_names_are_many_short_and_clean(names: list[str]) -> None:
    unique = unique_names(names)
    assert len(unique) == len(names)
    assert len({name.casefold() for name in unique}) == len(names)
    assert all(len(name) <= 120 and clean_name(name) == name for name in unique)


def test_a_long_name_makes_room_for_its_number() -> None:
    first, second = unique_names(["a" * 116 + ".pdf"] * 2)
    assert len(first) == len(second) == 120
    assert second.endswith("a (2).pdf")


@pytest.mark.parametrize(
    ("name", "found"), [("a.b.PDF", ["b", "pdf"]), ("a", []), ("a.exe .pdf", ["exe", "pdf"])]
)
def test_extensions_of_a_name(name: str, found: list[str]) -> None:
    assert extensions(name) == found

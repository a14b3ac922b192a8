"""Plain text in the encodings that people have, and what only pretends to be it."""

from __future__ import annotations

import pytest

from messages_app.files.identify import identify
from messages_app.files.kinds import Kind, Problem
from messages_app.files.text import decode_text

pytestmark = pytest.mark.rule("ATT-2")

POLISH = "Źdźbło: gdzie jest moja paczka? Śledzenie nie działa."


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"plain\r\nlines\tand tabs\n", "plain\r\nlines\tand tabs\n"),
        ("Où est mon colis ? 📦".encode(), "Où est mon colis ? 📦"),
        ("Où est mon colis ?".encode("utf-8-sig"), "Où est mon colis ?"),
        ("Größe 42 – 12 €".encode("cp1252"), "Größe 42 – 12 €"),
        ("Größe".encode("utf-16"), "Größe"),
        (b"\xfe\xff" + "Größe".encode("utf-16-be"), "Größe"),
        (b" ", " "),
        (POLISH.encode("cp1250"), POLISH),
    ],
)
def test_text_is_read(content: bytes, text: str) -> None:
    assert decode_text(content) == text
    assert identify("note.txt", content).kind is Kind.TXT
    assert identify("note.txt", content).problem is None


@pytest.mark.parametrize(
    "content",
    [
        b"nul \0 byte",
        b"escape \x1b[31m",
        b"bell \x07",
        b"delete \x7f",
        "control \x85 next line is fine, \x9b is not".encode(),
        b"\xff\xfeo",  # half a character
        "no mark".encode("utf-16-le"),
        "non\uffffcharacter".encode(),
        bytes(range(0x80, 0x100)),
        b"\xef\xbb\xbf\xff",
    ],
)
def test_other_bytes_are_no_text(content: bytes) -> None:
    assert decode_text(content) is None
    assert identify("note.txt", content).problem is Problem.NOT_ALLOWED_TYPE


@pytest.mark.parametrize(
    "text",
    [
        "<!doctype HTML>\n<p>hello",
        "  \n<html lang='de'>",
        "\ufeff<HTML>",
        "<script>go()</script>",
        "<iframe src=x>",
        "<!-- a page -->",
        "<?xml version='1.0'?><a/>",
        "<svg viewBox='0 0 1 1'></svg>",
        "<?php echo 1;",
        "<% go %>",
        "Hello, see below\n<html><body>x</body></html>",
        "Hello <SCRIPT src=x></SCRIPT >",
        "#! /usr/bin/env python3\nprint()",
        "\r\n@Echo   off\r\n",
    ],
)
def test_a_page_or_script_is_no_plain_text(text: str) -> None:
    assert identify("note.txt", text.encode()).problem is Problem.SCRIPT


@pytest.mark.parametrize(
    "text",
    [
        "The tag <b> makes letters bold, <script> starts a script.",
        "Size <10 cm, price < 5 and > 3",
        "<3 thank you!",
        "<- this way",
        "Dear seller, the page begins with <html> and that is all I see.",
        "import the goods from China\nthanks",
        "Name,Quantity\nCup,2\n",
        '{"order": 1}',
        "From: Anna\nSubject: parcel\n\nWhere is it?",
        "MZ is how it begins",
        "GIF89a is a format, PK too",
        "#1 question: where is it?",
        "class Foo:\n    def bar(self): pass\n",
        "echo off the wall",
        "function and form; var a = 1",
        "-----BEGIN NOTE-----",
    ],
)
def test_text_that_only_talks_about_such_things_passes(text: str) -> None:
    assert identify("note.txt", text.encode()).problem is None

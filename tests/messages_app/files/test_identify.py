"""The seven types by content, agreement with the name, and that nothing makes the judge stumble."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messages_app.files.identify import identify
from messages_app.files.kinds import EXTENSIONS, Identified, Kind, Problem
from tests.messages_app.files import samples

pytestmark = pytest.mark.rule("ATT-2", "ATT-3")

KINDS = {name: EXTENSIONS[name.rpartition(".")[2]] for name in samples.SOUND}
PROGRAM = b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0" + bytes(44) + b"\x40\0\0\0PE\0\0\x4c\1" + bytes(200)
ELF = b"\x7fELF\2\1\1" + bytes(9) + b"\2\0\x3e\0\1\0\0\0" + bytes(100)
PAGE = b"<!DOCTYPE html><html><body><script>go()</script></body></html>"
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg"><script>go()</script></svg>'


@pytest.mark.parametrize("name", samples.SOUND)
def test_each_of_the_seven_is_known_by_its_content(name: str) -> None:
    kind = KINDS[name]
    assert identify(name, samples.SOUND[name]) == Identified(kind, None, kind.media_type)


@pytest.mark.parametrize("name", samples.SOUND)
def test_the_name_may_be_written_in_any_case_or_be_missing(name: str) -> None:
    assert identify(name.upper(), samples.SOUND[name]).problem is None
    assert identify("", samples.SOUND[name]) == identify(name, samples.SOUND[name])


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize("name", samples.SOUND)
def test_the_content_must_agree_with_the_name(name: str, extension: str) -> None:
    identified = identify(f"file.{extension}", samples.SOUND[name])
    agrees = EXTENSIONS[extension] is KINDS[name]
    assert identified.problem == (None if agrees else Problem.NAME_MISMATCH)
    assert identified.kind is KINDS[name]


@pytest.mark.parametrize(
    "name", ["a.webp", "a.exe", "a.html", "a.docm", "a.jpe", "a", "a.", "pdf", "a.pdf.exe", "a.pdf\0.js"]
)
def test_other_names_are_refused_whatever_the_content(name: str) -> None:
    assert identify(name, samples.SOUND["manual.pdf"]).problem is Problem.NOT_ALLOWED_TYPE


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("invoice.exe.pdf", Problem.DANGEROUS_NAME),
        ("invoice.SCR .pdf", Problem.DANGEROUS_NAME),
        ("a.vbs.2024.pdf", Problem.DANGEROUS_NAME),
        ("shop.com.pdf", None),
        ("allegro.pl.pdf", None),
        ("page.html.pdf", None),
        ("v1.2.3.pdf", None),
        ("exe.pdf", None),
        ("rechnung\u202efdp.pdf", None),
    ],
)
def test_a_program_hidden_in_the_name_is_refused(name: str, problem: Problem | None) -> None:
    assert identify(name, samples.SOUND["manual.pdf"]).problem == problem


@pytest.mark.parametrize("name", [*samples.SOUND, "a.exe", ""])
def test_an_empty_file_is_refused(name: str) -> None:
    assert identify(name, b"") == Identified(None, Problem.EMPTY, "")


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize(
    "content",
    [
        PROGRAM,
        ELF,
        b"#!/bin/sh\nrm -rf /\n",
        b"@ECHO OFF\r\ndel c:\\\r\n",
        b"<?php system('id'); ?>",
        PAGE,
        DRAWING,
        b'<?xml version="1.0"?><a/>',
        b"{\\rtf1\\ansi text}",
        b"%!PS-Adobe-3.0\nshowpage\n",
        b"RIFF\x24\0\0\0WEBPVP8 " + bytes(40),
        b"BM" + bytes(60),
        b"\0\0\0\x18ftypheic" + bytes(40),
        b"Rar!\x1a\x07\0" + bytes(40),
        b"\x1f\x8b\x08" + bytes(40),
        samples.zipped([("payload.exe", PROGRAM)]),
        samples.zipped([("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>")]),
        samples.compound({"Workbook": b"cells"}),
        bytes(100),
        "Hello".encode("utf-16-le"),
    ],
    ids=lambda value: repr(value[:16]) if isinstance(value, bytes) else value,
)
def test_what_is_none_of_the_seven_is_refused_under_every_name(content: bytes, extension: str) -> None:
    identified = identify(f"file.{extension}", content)
    assert identified.problem in (Problem.NOT_ALLOWED_TYPE, Problem.SCRIPT, Problem.EMBEDDED)
    assert identified.found


def test_the_found_type_names_what_it_was() -> None:
    assert "dosexec" in identify("a.pdf", PROGRAM).found or "executable" in identify("a.pdf", PROGRAM).found
    assert identify("a.txt", PAGE).found == "text/html"
    assert identify("a.txt", DRAWING).found == "image/svg+xml"


def test_libmagic_has_a_veto() -> None:
    shortcut = b"[InternetShortcut]\r\nURL=https://example.test/\r\n"
    assert identify("a.txt", shortcut).problem is Problem.NOT_ALLOWED_TYPE
    assert identify("a.txt", shortcut.replace(b"Internet", b"")).problem is None


ARCHIVE = samples.zipped([("inside.txt", b"inside")])


@pytest.mark.parametrize("name", [name for name in samples.SOUND if not name.endswith(".docx")])
def test_a_file_that_is_an_archive_too_is_refused(name: str) -> None:
    content = samples.SOUND[name] + ARCHIVE
    if name.endswith(".txt"):  # an archive holds controls: together they are no text
        assert identify(name, content).problem is Problem.NOT_ALLOWED_TYPE
    else:
        assert identify(name, content).problem is Problem.TWO_TYPES


@pytest.mark.parametrize("archive", [b"Rar!\x1a\x07\1\0", b"7z\xbc\xaf\x27\x1c\0\4"])
@pytest.mark.parametrize("name", ["photo.jpg", "manual.pdf", "old.doc"])
def test_a_file_with_another_archive_appended_is_refused(name: str, archive: bytes) -> None:
    assert identify(name, samples.SOUND[name] + archive + bytes(50)).problem is Problem.TWO_TYPES


def test_a_picture_that_is_a_pdf_too_is_refused() -> None:
    comment = b"%PDF-1.4\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF"
    assert identify("a.jpg", samples.image("JPEG", comment=comment)).problem is Problem.TWO_TYPES
    assert identify("a.gif", samples.image("GIF", comment=comment)).problem is Problem.TWO_TYPES


def test_a_text_that_is_a_pdf_too_is_refused_and_one_that_speaks_of_it_is_not() -> None:
    body = b"%PDF-1.4\n1 0 obj\n<< >>\nendobj\n"
    assert identify("a.txt", b"Dear buyer,\n" + body).problem is Problem.TWO_TYPES
    assert identify("a.txt", body).kind is Kind.PDF
    assert identify("a.txt", b"A file that begins with %PDF-1.4 is a PDF.").problem is None


def test_a_document_behind_something_else_is_refused() -> None:
    assert identify("a.docx", PROGRAM + samples.SOUND["new.docx"]).problem is Problem.NOT_ALLOWED_TYPE


def test_marks_of_disk_images_and_tapes_are_refused() -> None:
    for place, mark in ((32_769, b"CD001"), (257, b"ustar")):
        content = bytearray(samples.image("JPEG", comment=bytes(33_000)))
        content[place : place + len(mark)] = mark
        assert identify("a.jpg", bytes(content)).problem is Problem.TWO_TYPES


@settings(deadline=None)  # the machine may be busy
@given(name=st.text(max_size=20), content=st.binary(max_size=300))
def test_arbitrary_bytes_never_stop_it(name: str, content: bytes) -> None:
    assert isinstance(identify(name, content), Identified)


@settings(deadline=None)  # the machine may be busy
@given(name=st.sampled_from(sorted(samples.SOUND)), data=st.data())
def test_changed_and_cut_files_never_stop_it(name: str, data: st.DataObject) -> None:
    content = bytearray(samples.SOUND[name])
    for _ in range(data.draw(st.integers(0, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    start, end = data.draw(st.integers(0, 40)), data.draw(st.integers(0, len(content)))
    for damaged in (bytes(content), bytes(content[:end]), bytes(content[:start] + content[start + 1 :])):
        identified = identify(name, damaged)
        assert identified.problem is not None or identified.kind is KINDS[name]


@settings(deadline=None)  # the machine may be busy
@given(name=st.sampled_from(sorted(samples.SOUND)), junk=st.binary(max_size=400))
def test_a_right_start_with_anything_behind_it_never_stops_it(name: str, junk: bytes) -> None:
    assert isinstance(identify(name, samples.SOUND[name][:12] + junk), Identified)


@pytest.mark.parametrize("size", [0, 1, 21, 22, 23, 64])
def test_the_bare_end_of_an_archive_never_stops_it(size: int) -> None:
    out = BytesIO()
    zipfile.ZipFile(out, "w").close()
    assert identify("a.docx", (b"PK\x03\x04" + out.getvalue())[:size]).problem is not None

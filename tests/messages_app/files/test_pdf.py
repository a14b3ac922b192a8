"""PDFs: sound ones pass; scripts, actions, embedded files, encryption and damage do not."""

from __future__ import annotations

import pytest
from pypdf.generic import ArrayObject, NameObject, NumberObject, PdfObject

from messages_app.files import pdf
from messages_app.files.identify import identify
from messages_app.files.kinds import Kind, Problem
from tests.messages_app.files import samples
from tests.messages_app.files.samples import action, annotation, names, text_object

pytestmark = pytest.mark.rule("ATT-2", "ATT-3")


def problem_of(content: bytes) -> Problem | None:
    return identify("a.pdf", content).problem


SCRIPT = action("JavaScript", JS=text_object("go()"))
LAUNCH = action("Launch", F=text_object("cmd.exe"))
SUBMIT = action("SubmitForm", F=text_object("https://example.test/"))
LINK = action("URI", URI=text_object("https://example.test/"))
PAGE_TURN = action("GoTo", D=ArrayObject([NumberObject(0), NameObject("/Fit")]))


@pytest.mark.parametrize(
    ("catalog", "problem"),
    [
        ({"OpenAction": SCRIPT}, Problem.SCRIPT),
        ({"OpenAction": LAUNCH}, Problem.ACTION),
        ({"OpenAction": SUBMIT}, Problem.ACTION),
        ({"OpenAction": action("ImportData")}, Problem.ACTION),
        ({"OpenAction": action("GoToE")}, Problem.EMBEDDED),
        ({"OpenAction": action("GoTo", Next=ArrayObject([LAUNCH]))}, Problem.ACTION),
        ({"AA": names(WC=SCRIPT)}, Problem.SCRIPT),
        ({"Names": names(JavaScript=names())}, Problem.SCRIPT),
        ({"AcroForm": names(XFA=ArrayObject())}, Problem.SCRIPT),
        ({"OpenAction": PAGE_TURN}, None),
        ({"OpenAction": LINK}, None),
        ({"Lang": text_object("/S /Launcher")}, None),
    ],
)
def test_what_the_document_does_when_opened(catalog: dict[str, PdfObject], problem: Problem | None) -> None:
    assert problem_of(samples.pdf(catalog=catalog)) == problem


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ({"AA": names(O=LAUNCH)}, Problem.ACTION),
        ({"Annots": annotation("Link", A=SUBMIT)}, Problem.ACTION),
        ({"Annots": annotation("Link", A=LINK)}, None),
        ({"Annots": annotation("Text", Contents=text_object("note"))}, None),
        ({"Annots": annotation("FileAttachment")}, Problem.EMBEDDED),
        ({"Annots": annotation("RichMedia")}, Problem.EMBEDDED),
    ],
)
def test_what_a_page_does(page: dict[str, PdfObject], problem: Problem | None) -> None:
    assert problem_of(samples.pdf(page=page)) == problem


def test_actions_hide_neither_in_object_streams_nor_behind_escapes_nor_references() -> None:
    catalog = "<< /Type /Catalog /Pages 2 0 R /OpenAction 4 0 R >>"
    for packed in (
        ["<< /S /JavaScript /JS (go) >>"],
        ["<< /S /#4aavaScript >>"],
        ["<< /S 5 0 R >>", "/Launch"],
    ):
        assert problem_of(samples.pdf_with_packed_objects(catalog, *packed)) in (
            Problem.SCRIPT,
            Problem.ACTION,
        )
    assert problem_of(samples.pdf_with_packed_objects(catalog, "<< /S /GoTo >>")) is None


def test_an_action_in_an_older_version_of_the_file_is_refused() -> None:
    content = samples.pdf() + b"9 0 obj\n<< /S /Launch >>\nendobj\nstartxref\n0\n%%EOF\n"
    assert problem_of(content) is Problem.ACTION


INVOICE = b'<?xml version="1.0"?><Invoice/>'


@pytest.mark.parametrize(
    ("attached", "problem"),
    [
        ({"factur-x.xml": INVOICE}, None),
        ({"ZUGFeRD-invoice.xml": INVOICE}, None),
        ({"xrechnung.xml": "\ufeff<Invoice/>".encode()}, None),
        ({"invoice.xml": INVOICE}, Problem.EMBEDDED),
        ({"factur-x.xml.exe": INVOICE}, Problem.EMBEDDED),
        ({"factur-x.xml": b"MZ\x90\0"}, Problem.EMBEDDED),
        ({"factur-x.xml": b"no markup"}, Problem.EMBEDDED),
        ({"factur-x.xml": INVOICE, "xrechnung.xml": INVOICE}, Problem.EMBEDDED),
        ({"payload.exe": b"MZ"}, Problem.EMBEDDED),
    ],
)
def test_one_invoice_is_the_only_file_inside(attached: dict[str, bytes], problem: Problem | None) -> None:
    assert problem_of(samples.pdf(attached=attached)) == problem


@pytest.mark.parametrize("password", ["", "secret"])
def test_an_encrypted_pdf_is_refused_even_if_it_opens_without_a_password(password: str) -> None:
    assert problem_of(samples.pdf(password=password)) is Problem.ENCRYPTED


def test_truncation_is_refused() -> None:
    content = samples.pdf(pages=3)
    for kept in range(8, len(content) - 6):
        assert problem_of(content[:kept]) is not None, kept


def test_a_pdf_ends_with_its_end() -> None:
    assert problem_of(samples.pdf() + b"x" * 900) is None
    assert problem_of(samples.pdf() + b"x" * 1_100) is Problem.DAMAGED


def test_a_pdf_without_pages_is_refused() -> None:
    assert problem_of(samples.pdf(pages=0)) is Problem.DAMAGED


def test_blanks_around_a_pdf_are_harmless() -> None:
    assert problem_of(b"\r\n" + samples.pdf() + b"\0" * 3_000) is None
    assert problem_of(b"\xef\xbb\xbf" + samples.pdf()) is None


def test_a_start_behind_other_bytes_is_refused() -> None:
    assert problem_of(b"PK\x03\x04" + samples.pdf()) is not None
    assert problem_of(b"text first\n" + samples.pdf()) is not None


def test_the_walk_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    content = samples.pdf(pages=10)
    monkeypatch.setattr(pdf, "MAX_OBJECTS", 20)
    assert problem_of(content) is Problem.TOO_COMPLEX


def test_objects_that_point_at_each_other_end_the_walk() -> None:
    loop = ["<< /Type /Catalog /Pages 2 0 R /A 4 0 R >>", "[5 0 R]", "[4 0 R 5 0 R]"]
    identified = identify("a.pdf", samples.pdf_with_packed_objects(*loop))
    assert (identified.kind, identified.problem) == (Kind.PDF, None)


def test_nesting_without_end_is_refused() -> None:
    deep = "[" * 5_000 + "]" * 5_000
    assert (
        problem_of(samples.pdf_with_packed_objects(f"<< /Type /Catalog /Pages 2 0 R /A {deep} >>"))
        is not None
    )

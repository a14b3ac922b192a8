"""Word documents of both kinds: sound ones pass; macros, objects, encryption and bombs do not."""

from __future__ import annotations

import struct
import zipfile
from io import BytesIO

import pytest

from messages_app.files.docx import MAX_DEPTH, MAX_ENTRIES, MAX_UNPACKED, MAX_XML
from messages_app.files.identify import identify
from messages_app.files.kinds import Kind, Problem
from tests.messages_app.files import samples

pytestmark = pytest.mark.rule("ATT-2", "ATT-3")


def docx_problem(content: bytes) -> Problem | None:
    return identify("a.docx", content).problem


def test_a_main_part_of_another_name_passes() -> None:
    parts = samples.parts(samples.word())
    parts["word/document2.xml"] = parts.pop("word/document.xml")
    for part in (samples.CONTENT_TYPES, "_rels/.rels"):
        parts[part] = parts[part].replace(b"word/document.xml", b"word/document2.xml")
    assert docx_problem(samples.zipped(parts.items())) is None


def test_a_document_with_a_picture_and_a_link_passes() -> None:
    content = samples.word_with({"word/media/image1.png": samples.image("PNG")})
    assert docx_problem(content) is None
    assert docx_problem(samples.word_related("hyperlink", "https://example.test/", outside=True)) is None


@pytest.mark.parametrize("missing", [samples.CONTENT_TYPES, "word/document.xml"])
def test_without_its_main_parts_it_is_no_document(missing: str) -> None:
    parts = samples.parts(samples.word())
    del parts[missing]
    identified = identify("a.docx", samples.zipped(parts.items()))
    assert identified.problem is Problem.NOT_ALLOWED_TYPE
    assert identified.kind is None


@pytest.mark.parametrize(
    ("part", "problem"),
    [
        ("word/vbaProject.bin", Problem.MACRO),
        ("word/vbaData.xml", Problem.MACRO),
        ("word/embeddings/oleObject1.bin", Problem.EMBEDDED),
        ("word/embeddings/table.xlsx", Problem.EMBEDDED),
        ("word/activeX/activeX1.xml", Problem.EMBEDDED),
        ("payload.exe", Problem.EMBEDDED),
        ("META-INF/MANIFEST.MF", Problem.EMBEDDED),
        ("../climbing.xml", Problem.BOMB),
        ("word/../../climbing.xml", Problem.BOMB),
        ("/rooted.xml", Problem.BOMB),
        ("C:/rooted.xml", Problem.BOMB),
        ("..\\climbing.xml", Problem.BOMB),
        ("word/DOCUMENT.xml", Problem.DAMAGED),
        ("word/more..xml", None),
        ("word/fonts/font1.odttf", None),
        ("word/printerSettings1.bin", None),
    ],
)
def test_parts_that_a_document_may_not_have(part: str, problem: Problem | None) -> None:
    assert docx_problem(samples.word_with({part: b"<x/>"})) == problem


@pytest.mark.parametrize(
    ("kind", "outside", "problem"),
    [
        ("oleObject", False, Problem.EMBEDDED),
        ("oleObject", True, Problem.EMBEDDED),
        ("aFChunk", False, Problem.EMBEDDED),
        ("image", True, Problem.REMOTE),
        ("image", False, None),
        ("frame", True, Problem.REMOTE),
        ("vbaProject", False, Problem.MACRO),
    ],
)
def test_relations_that_a_document_may_not_have(kind: str, outside: bool, problem: Problem | None) -> None:
    assert docx_problem(samples.word_related(kind, "media/thing", outside=outside)) == problem


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        ("file:///C:\\Users\\me\\letter.dotx", None),
        ("file:///Users/me/letter.dotx", None),
        ("C:/letter.dotx", None),
        ("letter.dotx", None),
        ("https://example.test/letter.dotm", Problem.REMOTE),
        ("file://server/letter.dotm", Problem.REMOTE),
        ("file:///\\\\server\\letter.dotm", Problem.REMOTE),
        ("file://///server/letter.dotm", Problem.REMOTE),
        ("file:///%5C%5Cserver/letter.dotm", Problem.REMOTE),
        ("\\\\server\\letter.dotm", Problem.REMOTE),
        ("//server/letter.dotm", Problem.REMOTE),
        ("C:\\\\server", Problem.REMOTE),
    ],
)
def test_a_template_may_lie_on_the_authors_disk_only(target: str, problem: Problem | None) -> None:
    assert docx_problem(samples.word_related("attachedTemplate", target, outside=True)) == problem


@pytest.mark.parametrize(
    ("declared", "problem"),
    [
        (b"application/vnd.ms-word.document.macroEnabled.main+xml", Problem.MACRO),
        (
            b"application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
            Problem.NOT_ALLOWED_TYPE,
        ),
    ],
)
def test_the_declared_type_of_the_main_part_counts(declared: bytes, problem: Problem) -> None:
    own = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    assert docx_problem(samples.word_edited(samples.CONTENT_TYPES, own, declared)) == problem


def test_a_dtd_is_refused_in_any_part_and_encoding() -> None:
    dtd = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    for encoding in ("utf-8", "utf-16"):
        assert (
            docx_problem(samples.word_with({"customXml/item1.xml": dtd.encode(encoding)})) is Problem.REMOTE
        )


def test_a_part_that_is_no_xml_is_refused() -> None:
    assert docx_problem(samples.word_with({"word/styles.xml": b"<w:styles>"})) is Problem.DAMAGED


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        ("<w:r><w:instrText>DDEAUTO cmd</w:instrText></w:r>", Problem.ACTION),
        (
            "<w:r><w:instrText> dd</w:instrText></w:r><w:r><w:instrText>e cmd</w:instrText></w:r>",
            Problem.ACTION,
        ),
        ('<w:fldSimple w:instr="DDE cmd"/>', Problem.ACTION),
        ("<w:r><w:instrText> PAGE </w:instrText></w:r>", None),
        ("<w:r><w:t>DDE is a bus of the eighties</w:t></w:r>", None),
        ("<w:object/>", None),
        ("<o:OLEObject xmlns:o='urn:schemas-microsoft-com:office:office'/>", Problem.EMBEDDED),
    ],
)
def test_field_commands_and_objects_in_the_text(field: str, problem: Problem | None) -> None:
    assert docx_problem(samples.word_with_field(field)) == problem


@pytest.mark.parametrize(("more", "problem"), [(0, None), (1, Problem.BOMB)])
def test_two_thousand_entries_and_one_more(more: int, problem: Problem | None) -> None:
    parts = samples.parts(samples.word())
    added = MAX_ENTRIES - len(parts) + more
    parts |= {f"customXml/extra{number}.xml": b"<x/>" for number in range(added)}
    assert docx_problem(samples.zipped(parts.items())) == problem


@pytest.mark.parametrize(("more", "problem"), [(0, None), (1, Problem.BOMB)])
def test_a_hundred_megabytes_unpacked_and_one_byte_more(more: int, problem: Problem | None) -> None:
    parts = samples.parts(samples.word())
    size = MAX_UNPACKED - sum(map(len, parts.values())) + more
    assert docx_problem(samples.word_with({"word/media/image1.png": bytes(size)})) == problem


@pytest.mark.parametrize(("more", "problem"), [(0, None), (1, Problem.TOO_COMPLEX)])
def test_the_xml_of_a_document_is_bounded(more: int, problem: Problem | None) -> None:
    parts = samples.parts(samples.word())
    size = MAX_XML - sum(len(body) for name, body in parts.items() if name.endswith((".xml", ".rels"))) + more
    body = b"<x>" + b"text > text".ljust(65_536) * (size // 65_536) + b" " * (size % 65_536 - 7) + b"</x>"
    assert len(body) == size
    assert docx_problem(samples.word_with({"word/extra.xml": body})) == problem


@pytest.mark.parametrize(("depth", "problem"), [(MAX_DEPTH, None), (MAX_DEPTH + 1, Problem.TOO_COMPLEX)])
def test_the_depth_of_a_document_is_bounded(depth: int, problem: Problem | None) -> None:
    body = b"<x>" * depth + b"</x>" * depth
    assert docx_problem(samples.word_with({"word/extra.xml": body})) == problem


@pytest.mark.parametrize(("size", "problem"), [(3_000_000, None), (5_000_000, Problem.TOO_COMPLEX)])
def test_the_length_of_a_tag_is_bounded(size: int, problem: Problem | None) -> None:
    body = b'<x a="' + b"0" * size + b'"/>'
    assert docx_problem(samples.word_with({"word/extra.xml": body})) == problem


def test_a_size_that_lies_is_refused() -> None:
    content = samples.word_with({"word/media/image1.png": bytes(1_000_000)})
    lying = content.replace(struct.pack("<I", 1_000_000), struct.pack("<I", 10))
    assert lying != content
    assert docx_problem(lying) is Problem.DAMAGED


def test_an_end_record_that_announces_too_much_is_refused_before_it_is_read() -> None:
    content = bytearray(samples.word())
    content[-14:-10] = struct.pack("<HH", 2_001, 2_001)
    assert docx_problem(bytes(content)) is Problem.BOMB
    content[-10:-6] = struct.pack("<I", 2_000_000)
    assert docx_problem(bytes(content)) is Problem.BOMB


def test_an_encrypted_entry_is_refused() -> None:
    content = bytearray(samples.word())
    with zipfile.ZipFile(BytesIO(bytes(content))) as archive:
        start = archive.start_dir
    content[start + 8] |= 1  # general purpose flags of the first entry of the directory
    assert docx_problem(bytes(content)) is Problem.ENCRYPTED


def test_every_cut_and_anything_appended_is_refused() -> None:
    content = samples.word()
    for kept in range(4, len(content), 997):
        assert docx_problem(content[:kept]) is Problem.DAMAGED
    assert docx_problem(content + b"\0") is Problem.DAMAGED


def test_bytes_before_the_archive_are_refused() -> None:
    assert docx_problem(b"PK\x03\x04" + bytes(60) + samples.word()) is Problem.DAMAGED


def test_an_encrypted_document_is_refused_under_either_name() -> None:
    content = samples.compound({"EncryptionInfo": b"x", "EncryptedPackage": b"y"})
    for name in ("a.docx", "a.doc"):
        assert identify(name, content).problem is Problem.ENCRYPTED


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (samples.old_word(flags=0x0200 | 0x0100), Problem.ENCRYPTED),
        (samples.old_word(flags=0), Problem.DAMAGED),  # its table stream is missing
        (samples.old_word(ident=0xA5DC), Problem.DAMAGED),
        (samples.old_word({"Macros/VBA/dir": b"x"}), Problem.MACRO),
        (samples.old_word({"_VBA_PROJECT_CUR/VBA/dir": b"x"}), Problem.MACRO),
        (samples.old_word({"ObjectPool/_1/\x01Ole10Native": b"x"}), Problem.EMBEDDED),
        (samples.old_word({"ObjectPool/_1/\x01CompObj": b"x"}), Problem.EMBEDDED),
        (samples.old_word({"Workbook": b"x"}), Problem.TWO_TYPES),
        (samples.old_word({"Data": b"x", "\x05SummaryInformation": b"x"}), None),
        (samples.old_word(text=b"\x13 DDEAUTO c:\\cmd.exe \x14\x15"), Problem.ACTION),
        (samples.old_word(text="\x13 DDE cmd\x14\x15".encode("utf-16-le")), Problem.ACTION),
        (samples.old_word(text=b"\x13 PAGE \x14\x15 DDE is a bus"), None),
    ],
)
def test_old_word_documents(content: bytes, problem: Problem | None) -> None:
    assert identify("a.doc", content).problem == problem


@pytest.mark.parametrize("other", ["Workbook", "PowerPoint Document", "__properties_version1.0", "Nothing"])
def test_other_compound_files_are_none_of_the_seven(other: str) -> None:
    identified = identify("a.doc", samples.compound({other: b"x"}))
    assert identified.problem is Problem.NOT_ALLOWED_TYPE
    assert identified.kind is None


def test_a_cut_old_document_is_refused() -> None:
    content = samples.old_word()
    for kept in range(8, len(content) - 1024, 509):
        assert identify("a.doc", content[:kept]).problem is not None
    assert identify("a.doc", content).kind is Kind.DOC

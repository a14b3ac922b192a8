"""What is passed on of a file: the same picture or text, nothing about who made it, and where."""

from __future__ import annotations

from io import BytesIO

import docx
import pikepdf
import pytest
from PIL import Image, ImageSequence

from messages_app.files.clean import clean_file
from messages_app.files.identify import identify
from messages_app.files.kinds import Problem
from tests.messages_app.files import personal, samples
from tests.messages_app.files.personal import FILES, tells

pytestmark = pytest.mark.rule("ATT-4")

IMAGES = [name for name in FILES if name.endswith(("jpg", "png", "gif"))]


def cleaned(name: str, content: bytes) -> bytes:
    what = clean_file(name, content)
    assert what.identified.problem is None
    return content if what.content is None else what.content


def pixels(content: bytes) -> list[bytes]:
    """Every frame as it is shown."""
    with Image.open(BytesIO(content)) as image:
        return [frame.convert("RGBA").tobytes() for frame in ImageSequence.Iterator(image)]


@pytest.mark.parametrize("name", FILES)
def test_nothing_says_who_made_a_file(name: str) -> None:
    content = FILES[name]
    assert tells(content)
    clean = cleaned(name, content)
    assert tells(clean) == []
    assert identify(name, clean).problem is None


@pytest.mark.parametrize("name", samples.SOUND)
def test_what_is_clean_passes_again(name: str) -> None:
    clean = cleaned(name, samples.SOUND[name])
    assert cleaned(name, clean) is not None
    assert len(clean) <= len(samples.SOUND[name]) * 1.1


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_says_nothing_but_its_pixels(name: str) -> None:
    with Image.open(BytesIO(cleaned(name, FILES[name]))) as image:
        assert not image.getexif()
        assert set(image.info) <= {
            "jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression", "dpi",
            "duration", "loop", "transparency", "background", "version", "extension", "default_image",
            "disposal", "blend", "bbox",
        }  # fmt: skip


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["jpg", "png"])
def test_an_image_stands_upright(kind: str, orientation: int) -> None:
    """Red lies where viewers that follow EXIF showed it."""
    content = personal.jpeg(orientation) if kind == "jpg" else personal.png(orientation)
    with Image.open(BytesIO(cleaned(f"a.{kind}", content))) as image:
        shown = image.convert("RGB")
    corners = {
        1: (0, 0), 2: (1, 0), 3: (1, 0), 4: (0, 0), 5: (0, 0), 6: (0, 0), 7: (0, 1), 8: (0, 1)
    }[orientation]  # fmt: skip
    assert shown.size == ((40, 20) if orientation < 5 else (20, 40))
    x, y = corners[0] * (shown.width - 1), corners[1] * (shown.height - 1)
    red, _, blue = shown.getpixel((x, y))  # type: ignore[misc]
    assert red > 150 > blue


@pytest.mark.parametrize("name", ["moving.gif", "moving.png"])
@pytest.mark.parametrize("source", [FILES, samples.SOUND])
def test_an_animation_moves_as_before(name: str, source: dict[str, bytes]) -> None:
    clean = cleaned(name, source[name])
    assert pixels(clean) == pixels(source[name])
    assert len(pixels(clean)) >= 3
    with Image.open(BytesIO(source[name])) as before, Image.open(BytesIO(clean)) as after:
        assert after.info.get("loop") == before.info.get("loop")
        for frame in range(before.n_frames):  # type: ignore[attr-defined]
            before.seek(frame)
            after.seek(frame)
            for key in ("duration", "disposal", "transparency"):
                assert after.info.get(key) == before.info.get(key)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "I;16"])
def test_a_png_keeps_every_bit(mode: str) -> None:
    content = samples.image("PNG", mode=mode, size=(37, 23))
    clean = cleaned("a.png", content)
    with Image.open(BytesIO(content)) as before, Image.open(BytesIO(clean)) as after:
        assert (after.mode, after.tobytes()) == (before.mode, before.tobytes())


def test_an_interlaced_gif_keeps_every_pixel() -> None:
    content = samples.image("GIF", mode="P", size=(33, 31), interlace=1)
    assert content[content.index(b"\x2c\0\0\0\0") + 9] & 0x40
    assert pixels(cleaned("a.gif", content)) == pixels(content)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("progressive", [True, False])
def test_a_jpeg_loses_next_to_nothing(mode: str, progressive: bool) -> None:
    content = samples.image("JPEG", mode=mode, size=(300, 200), quality=85, progressive=progressive)
    clean = cleaned("a.jpg", content)
    with Image.open(BytesIO(content)) as before, Image.open(BytesIO(clean)) as after:
        assert (after.mode, after.size) == (before.mode, before.size)
        assert bool(after.info.get("progressive")) is progressive
        far = max(abs(one - other) for one, other in zip(before.tobytes(), after.tobytes(), strict=True))
    assert far <= 3
    assert len(clean) <= len(content) * 1.05


def test_colours_of_another_profile_become_those_of_srgb() -> None:
    """A profile whose red and blue are exchanged shows a red picture where the numbers say blue."""
    swapped = bytearray(personal.profile())
    count = int.from_bytes(swapped[128:132], "big")
    tags = {bytes(swapped[at : at + 4]): at for at in range(132, 132 + 12 * count, 12)}
    swapped[tags[b"rXYZ"] : tags[b"rXYZ"] + 4] = b"bXYZ"
    swapped[tags[b"bXYZ"] : tags[b"bXYZ"] + 4] = b"rXYZ"
    content = personal.jpeg(icc_profile=bytes(swapped))
    with Image.open(BytesIO(cleaned("a.jpg", content))) as image:
        red, _, blue = image.convert("RGB").getpixel((2, 2))  # type: ignore[misc]
    assert blue > 150 > red


@pytest.mark.parametrize("broken", [b"no profile", personal.profile()[:200]])
def test_a_broken_profile_is_left_out(broken: bytes) -> None:
    clean = cleaned("a.jpg", personal.jpeg(icc_profile=broken))
    assert abs(pixels(clean)[0][0] - 200) < 12


def test_pixels_that_are_missing_are_damage() -> None:
    content = samples.SOUND["scan.png"]
    short = samples.png_chunk(b"IDAT", b"\x78\x9c\x03\0\0\0\0\x01") + samples.png_chunk(b"IEND", b"")
    assert clean_file("a.png", content[:33] + short).identified.problem is Problem.DAMAGED


def test_a_pdf_shows_the_same_page_and_still_says_what_standard_it_keeps() -> None:
    clean = cleaned("a.pdf", FILES["manual.pdf"])
    with pikepdf.open(BytesIO(clean)) as document:
        assert bytes(document.pages[0].Contents.read_bytes()) == b"q 100 0 0 50 20 20 cm /P Do Q"
        assert str(document.pages[0].Annots[0].Contents) == "ok"
        said = document.open_metadata()
        assert (said.get("pdfaid:part"), said.get("pdfaid:conformance")) == ("3", "B")
        assert "/Info" not in document.trailer


def test_the_invoice_inside_a_pdf_stays() -> None:
    xml = b'<?xml version="1.0"?><Invoice/>'
    clean = cleaned("a.pdf", samples.pdf(attached={"factur-x.xml": xml}))
    with pikepdf.open(BytesIO(clean)) as document:
        assert document.attachments["factur-x.xml"].get_file().read_bytes() == xml


def test_form_fields_keep_their_names() -> None:
    rect = "/Rect [0 0 1 1]"
    page = "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] >> >>"
    field = f"<< /Type /Annot /Subtype /Widget /FT /Tx /T (amount) {rect} >>"
    clean = cleaned("a.pdf", samples.pdf_with_packed_objects(page, field))
    with pikepdf.open(BytesIO(clean)) as document:
        assert str(document.Root.AcroForm.Fields[0].T) == "amount"


def test_a_document_keeps_its_text_comments_and_title() -> None:
    document = docx.Document(BytesIO(cleaned("a.docx", FILES["letter.docx"])))
    assert document.paragraphs[0].text == "Instructions for use"
    assert document.core_properties.title == "A manual"
    assert [(comment.author, comment.text) for comment in document.comments] == [("Author", "well")]
    assert len(document.inline_shapes) == 2
    assert "a &amp; b" in document.element.xml


def test_an_old_document_keeps_all_but_names() -> None:
    before, after = FILES["letter.doc"], cleaned("a.doc", FILES["letter.doc"])
    assert len(before) == len(after)
    for kept in (b"Old manual", b"table stream....", b"end of the table"):
        assert kept in after


@pytest.mark.parametrize(
    ("name", "content"), [("a.pdf", personal.pdf(signed=True)), ("a.docx", personal.word(signed=True))]
)
def test_a_signed_document_stays_as_it_is(name: str, content: bytes) -> None:
    what = clean_file(name, content)
    assert (what.identified.problem, what.identified.signed, what.content) == (None, True, None)


@pytest.mark.rule("ATT-6")
@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("photo.jpg", (40, 20)),
        ("turned.jpg", (20, 40)),
        ("moving.gif", (16, 12)),
        ("manual.pdf", (1280, 1280)),
    ],
)
def test_pictures_of_images_and_first_pages(name: str, size: tuple[int, int]) -> None:
    what = clean_file(name, FILES[name])
    with Image.open(BytesIO(what.preview)) as preview, Image.open(BytesIO(what.thumbnail)) as thumbnail:
        assert (preview.format, preview.size) == ("WEBP", size)
        assert max(thumbnail.size) == min(max(size), 320)


@pytest.mark.rule("ATT-6")
@pytest.mark.parametrize("name", ["note.txt", "old.doc", "new.docx"])
def test_other_files_have_no_picture(name: str) -> None:
    what = clean_file(name, samples.SOUND[name])
    assert (what.preview, what.thumbnail) == (b"", b"")


@pytest.mark.rule("ATT-6")
def test_a_large_image_has_a_small_preview() -> None:
    what = clean_file("a.jpg", samples.image("JPEG", size=(2600, 1300)))
    with Image.open(BytesIO(what.preview)) as preview:
        assert preview.size == (1280, 640)


@pytest.mark.parametrize("name", ["a.exe", "a.pdf"])
def test_what_is_refused_is_neither_cleaned_nor_drawn(name: str) -> None:
    what = clean_file(name, samples.pdf(password="x"))
    assert what.identified.problem is not None
    assert (what.content, what.preview, what.thumbnail) == (None, b"", b"")

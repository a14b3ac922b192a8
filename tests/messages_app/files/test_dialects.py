"""Files as many programs write them, odd and rare forms too: what is passed on looks the same and says
nothing more (ATT-4)."""

from __future__ import annotations

import base64
import struct
import zlib
from io import BytesIO
from itertools import pairwise
from random import Random

import pikepdf
import pytest
from PIL import Image, ImageChops, ImageStat

from messages_app.files.clean import clean_file
from messages_app.files.images import PNG_START
from tests.messages_app.files import samples
from tests.messages_app.files.personal import NAME, exif, picture

pytestmark = pytest.mark.rule("ATT-4")

PLANTED = NAME.encode()


def cleaned(name: str, content: bytes) -> bytes:
    what = clean_file(name, content)
    assert what.identified.problem is None
    assert clean_file(name, content) == what  # the same for everybody, each time
    passed_on = content if what.content is None else what.content
    assert clean_file(name, passed_on).identified.problem is None
    return passed_on


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


LARGE = (160, 80)
JPEGS: dict[str, bytes] = {
    **{f"subsampled {way}": saved(picture(LARGE), "JPEG", subsampling=way) for way in (0, 1, 2)},
    **{f"quality {level}": saved(picture(LARGE), "JPEG", quality=level) for level in (1, 30, 100)},
    "odd size": saved(picture((157, 83)), "JPEG"),
    "one pixel": saved(picture((1, 1)), "JPEG"),
    "restarts": saved(picture(LARGE), "JPEG", restart_marker_rows=1),
    "three colours kept": saved(picture(LARGE), "JPEG", keep_rgb=True),
    "fill bytes": b"\xff\xd8\xff\xff\xff" + saved(picture(LARGE), "JPEG")[2:],
    "two pictures": saved(picture(LARGE), "MPO", save_all=True, append_images=[picture(LARGE).rotate(180)]),
    "a clip behind it": saved(picture(LARGE), "JPEG") + b"\0\0\0\x18ftypmp42" + PLANTED,
    "a comment": saved(picture(LARGE), "JPEG", comment=PLANTED),
    "XMP": saved(picture(LARGE), "JPEG", xmp=PLANTED),
}


@pytest.mark.parametrize("case", JPEGS)
def test_a_jpeg_shows_the_same(case: str) -> None:
    content = cleaned("photo.jpg", JPEGS[case])
    assert PLANTED not in content
    with Image.open(BytesIO(JPEGS[case])) as before, Image.open(BytesIO(content)) as after:
        assert (after.size, after.format) == (before.size, "JPEG")
        apart = ImageChops.difference(before.convert("RGB"), after.convert("RGB"))
    assert max(ImageStat.Stat(apart).mean) < 3  # of 255: nothing that anybody sees


def test_a_jpeg_is_printed_as_large_as_before() -> None:
    with Image.open(BytesIO(cleaned("photo.jpg", saved(picture(), "JPEG", dpi=(300, 200))))) as image:
        assert image.info["dpi"] == (300, 200)


PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(depth: int, colour: int, *, channels: int, interlaced: bool = False, more: bytes = b"") -> bytes:
    """Of 21 x 9 pixels, each filter in use."""
    rough, lines = Random(1), b""
    for left, top, across, down in PASSES if interlaced else [(0, 0, 1, 1)]:
        columns, rows = -(-(21 - left) // across), -(-(9 - top) // down)
        length = (columns * depth * channels + 7) // 8
        lines += b"".join(bytes([row % 5]) + rough.randbytes(length) for row in range(rows))
    header = struct.pack(">IIBBBBB", 21, 9, depth, colour, 0, 0, interlaced)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b"")]
    first, *rest = [samples.png_chunk(*chunk) for chunk in chunks]
    return b"".join([PNG_START, first, more, *rest])


TRANSPARENT = bytes([0, 128, 255, *[200] * 13])
PNGS: dict[str, bytes] = {
    **{
        f"{depth} bit, colour {colour}, interlaced {way}": png(
            depth, colour, channels=channels, interlaced=way
        )
        for depth, colour, channels in ((1, 0, 1), (2, 0, 1), (8, 2, 3), (16, 2, 3), (16, 4, 2), (16, 6, 4))
        for way in (False, True)
    },
    "few colours": saved(picture().quantize(16), "PNG", bits=4),
    "one of them clear": saved(picture().quantize(16), "PNG", transparency=1),
    "each as clear as it likes": saved(picture().quantize(16), "PNG", transparency=TRANSPARENT),
    "a clear colour": saved(picture(), "PNG", transparency=(30, 30, 200)),
    "a clear grey": saved(picture().convert("L"), "PNG", transparency=53),
    "private chunks": png(
        8,
        2,
        channels=3,
        more=samples.png_chunk(b"prVt", PLANTED) + samples.png_chunk(b"tEXt", b"a\0" + PLANTED),
    ),
    "a time": png(8, 2, channels=3, more=samples.png_chunk(b"tIME", b"\7\xea\1\1\1\1\1")),
}


def frames(content: bytes) -> tuple[list[tuple[bytes, object]], object]:
    """(pixels, milliseconds) of each frame, and how often they are repeated."""
    with Image.open(BytesIO(content)) as image:
        found = []
        for index in range(getattr(image, "n_frames", 1)):
            image.seek(index)
            found.append((image.convert("RGBA").tobytes(), image.info.get("duration")))
        return found, image.info.get("loop")


@pytest.mark.parametrize("case", PNGS)
def test_a_png_shows_the_same(case: str) -> None:
    content = cleaned("scan.png", PNGS[case])
    assert PLANTED not in content
    assert b"tIME" not in content
    assert frames(content) == frames(PNGS[case])
    assert content[24:26] == PNGS[case][24:26]  # depth and colour type


def steps(mode: str = "RGB") -> list[Image.Image]:
    return [picture((60, 40)).convert(mode).rotate(turn) for turn in (0, 40, 80, 120)]


def moving(kind: str, mode: str = "RGB", **options: object) -> bytes:
    first, *rest = steps(mode)
    return saved(first, kind, save_all=True, append_images=rest, **options)


def with_block(block: bytes) -> bytes:
    """A still GIF with one more block before its picture."""
    content = saved(picture(), "GIF")
    at = 13 + (3 << (content[10] & 7) + 1)
    return content[:at] + block + bytes([len(PLANTED)]) + PLANTED + b"\0" + content[at:]


MOVING: dict[str, tuple[str, bytes]] = {
    **{
        f"disposal {way}": ("a.gif", moving("GIF", duration=[50, 100, 150, 200], loop=0, disposal=way))
        for way in range(4)
    },
    "see-through": ("a.gif", moving("GIF", "RGBA", duration=90, loop=3, disposal=2, transparency=0)),
    "longest wait": ("a.gif", moving("GIF", duration=655_350)),
    "no repetition": ("a.gif", moving("GIF", duration=40)),
    "comment": ("a.gif", moving("GIF", duration=40, comment=PLANTED)),
    "plain text": ("a.gif", with_block(b"\x21\x01\x0c" + bytes(12))),
    "XMP": ("a.gif", with_block(b"\x21\xff\x0bXMP DataXMP")),
    "87a": ("a.gif", b"GIF87a" + saved(picture(), "GIF")[6:]),
    "png": ("a.png", moving("PNG", duration=[100, 200, 300, 400], loop=2)),
    "png, disposal and blend": ("a.png", moving("PNG", "RGBA", duration=70, disposal=1, blend=1)),
    "png with a still of its own": ("a.png", moving("PNG", duration=70, default_image=True)),
}


@pytest.mark.parametrize("case", MOVING)
def test_what_moves_moves_the_same(case: str) -> None:
    name, before = MOVING[case]
    content = cleaned(name, before)
    assert PLANTED not in content
    assert frames(content) == frames(before)


def pdf_with(data: bytes, filters: list[str]) -> bytes:
    """One page with one picture, packed by these filters in turn."""
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(100, 100)).obj
    image = document.make_stream(b"", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image)
    image.Width, image.Height, image.BitsPerComponent = 40, 20, 8
    image.ColorSpace = pikepdf.Name.DeviceRGB
    image.write(data, filter=pikepdf.Array([pikepdf.Name(f"/{name}Decode") for name in filters]))
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=image))
    page.Contents = document.make_stream(b"q 40 0 0 20 5 5 cm /I Do Q")
    out = BytesIO()
    document.save(out)
    return out.getvalue()


PHOTO = saved(picture(), "JPEG", exif=exif(), comment=PLANTED)


@pytest.mark.parametrize(
    ("filters", "data"),
    [
        (["DCT"], PHOTO),
        (["Flate", "DCT"], zlib.compress(PHOTO)),
        (["ASCII85", "DCT"], base64.a85encode(PHOTO) + b"~>"),
        (["ASCIIHex", "DCT"], PHOTO.hex().encode() + b">"),
        (["ASCII85", "Flate", "DCT"], base64.a85encode(zlib.compress(PHOTO)) + b"~>"),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, list) else "",
)
def test_a_photo_in_a_pdf_tells_nothing_however_it_is_packed(filters: list[str], data: bytes) -> None:
    before = pdf_with(data, filters)
    after = cleaned("manual.pdf", before)
    with pikepdf.open(BytesIO(after)) as document:
        photo = document.pages[0].Resources.XObject.I.read_raw_bytes()
    assert PLANTED not in photo
    assert samples.same_pixels(photo, PHOTO)
    assert clean_file("manual.pdf", before).preview == clean_file("manual.pdf", after).preview != b""


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF"])
@pytest.mark.parametrize("name", ["image1.jpeg", "image1.PNG", "image1.gif", "image1.wmf"])
def test_a_photo_in_a_document_tells_nothing_whatever_it_is_called(kind: str, name: str) -> None:
    said = {"comment": PLANTED} if kind == "GIF" else {"exif": exif()}
    before = saved(picture(), kind, **said)
    assert PLANTED in before
    after = samples.parts(cleaned("a.docx", samples.word_with({f"word/media/{name}": before})))
    photo = after[f"word/media/{name}"]
    assert PLANTED not in photo
    assert samples.same_pixels(photo, before)


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("word/document.xml", "<w:body>", f"<!-- {NAME} --><w:body>"),
        (
            "word/settings.xml",
            "</w:settings>",
            f'<w:mailMerge><w:connectString w:val="C:\\{NAME}.mdb"/></w:mailMerge></w:settings>',
        ),
        (
            "word/settings.xml",
            "</w:settings>",
            f'<w:docVars><w:docVar w:name="a" w:val="{NAME}"/></w:docVars></w:settings>',
        ),
    ],
    ids=["comment", "form letter", "variables"],
)
def test_a_document_says_nothing_beside_its_text(part: str, old: str, new: str) -> None:
    before = samples.word_edited(part, old.encode(), new.encode())
    after = samples.parts(cleaned("a.docx", before))
    assert NAME.encode() in samples.parts(before)[part]
    assert NAME.encode() not in after[part]
    assert b"Instructions for use" in after["word/document.xml"]


def test_a_drawing_in_a_document_does_not_say_who_drew_it() -> None:
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg"><metadata>{NAME}</metadata><path d="M0 0"/></svg>'
    before = samples.word_with({"word/media/image1.svg": drawing.encode()})
    after = samples.parts(cleaned("a.docx", before))["word/media/image1.svg"]
    assert PLANTED not in after
    assert b'<path d="M0 0">' in after


def test_cleaning_is_quiet_about_order() -> None:
    """The parts of a document stay in their order, for some programs read the first one first."""
    before = samples.word()
    names = list(samples.parts(before))
    assert list(samples.parts(cleaned("a.docx", before))) == names
    assert all(first != second for first, second in pairwise(names))

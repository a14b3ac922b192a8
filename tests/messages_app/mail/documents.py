"""Small real files of the allowed types, with a value planted where a reader would find it."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject


def pdf(text: str = "", *, title: str = "", password: str | None = None) -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    stream = DecodedStreamObject()
    shown = " ".join(f"({char}) Tj" for char in text)
    stream.set_data(f"BT /F1 12 Tf 10 100 Td {shown} ET".encode())
    font = DictionaryObject(
        {NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1")}
        | {NameObject("/BaseFont"): NameObject("/Helvetica")}
    )
    page[NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): writer._add_object(font)})}
    )
    if title:
        writer.add_metadata({"/Title": title})
    if password is not None:
        writer.encrypt(password, "owner", algorithm="RC4-128")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def docx(text: str = "", *, author: str = "") -> bytes:
    document = Document()
    paragraph = document.add_paragraph()
    for start in range(0, len(text), 3):
        paragraph.add_run(text[start : start + 3])
    document.core_properties.author = author
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def png(note: str = "", *, packed: bool = False) -> bytes:
    info = PngInfo()
    info.add_text("Comment", note, zip=packed)
    out = BytesIO()
    Image.new("RGB", (4, 4)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def jpeg(owner: str = "") -> bytes:
    picture = Image.new("RGB", (4, 4))
    exif = picture.getexif()
    exif[0x013B] = owner
    out = BytesIO()
    picture.save(out, "JPEG", exif=exif)
    return out.getvalue()


def word(text: str, encoding: str = "utf-16-le") -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + text.encode(encoding) + bytes(100)


def bomb() -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr(ZipInfo("word/document.xml"), bytes(70_000_000), ZIP_DEFLATED)
    return out.getvalue()

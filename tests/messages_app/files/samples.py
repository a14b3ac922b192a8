"""Small files of every kind, made here: sound ones, and ones with exactly one thing wrong."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from io import BytesIO
from random import Random

import docx
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    PdfObject,
    TextStringObject,
)

CONTENT_TYPES = "[Content_Types].xml"


# Images


def image(kind: str, *, size: tuple[int, int] = (20, 10), mode: str = "RGB", **options: object) -> bytes:
    """A gradient, so that the compressed data has a body to cut."""
    picture = Image.linear_gradient("L").resize(size).convert(mode)
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def noise(width: int, height: int) -> bytes:
    """A PNG that no packing makes smaller than its pixels."""
    out = BytesIO()
    pixels = Random(width * height).randbytes(3 * width * height)
    Image.frombytes("RGB", (width, height), pixels).save(out, "PNG", compress_level=0)
    return out.getvalue()


def animation(kind: str, frames: int, *, size: tuple[int, int] = (8, 8)) -> bytes:
    pictures = [Image.new("RGB", size, (index * 7 % 256, index * 31 % 256, 90)) for index in range(frames)]
    out = BytesIO()
    pictures[0].save(out, kind, save_all=True, append_images=pictures[1:], duration=40)
    return out.getvalue()


def same_pixels(one: bytes, other: bytes) -> bool:
    """Whether two images show exactly the same."""
    with Image.open(BytesIO(one)) as first, Image.open(BytesIO(other)) as second:
        return (
            first.size == second.size and first.convert("RGBA").tobytes() == second.convert("RGBA").tobytes()
        )


def exif_with_gps() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation
    exif.get_ifd(0x8825)[1] = "N"
    return exif.tobytes()


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_of_size(width: int, height: int) -> bytes:
    """A one-bit PNG of that size, all black; its data is complete and very small."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    chunks = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


# PDF


def names(**items: PdfObject | str) -> DictionaryObject:
    """A dictionary; texts become names."""
    return DictionaryObject(
        {
            NameObject(f"/{key}"): NameObject(f"/{value}") if isinstance(value, str) else value
            for key, value in items.items()
        }
    )


def pdf(
    *,
    catalog: Mapping[str, PdfObject] | None = None,
    page: Mapping[str, PdfObject] | None = None,
    attached: Mapping[str, bytes] | None = None,
    password: str | None = None,
    pages: int = 1,
) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    for key, value in (catalog or {}).items():
        writer.root_object[NameObject(f"/{key}")] = value
    for key, value in (page or {}).items():
        writer.pages[0][NameObject(f"/{key}")] = value
    for name, content in (attached or {}).items():
        writer.add_attachment(name, content)
    if password is not None:
        writer.encrypt(password)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def action(kind: str, **items: PdfObject | str) -> DictionaryObject:
    return names(S=kind, **items)


def text_object(value: str) -> TextStringObject:
    return TextStringObject(value)


def pdf_with_packed_objects(*objects: str) -> bytes:
    """A PDF whose catalog (1), pages (2), page (3) and further objects (from 4) are all compressed."""
    bodies = [
        objects[0] if objects else "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
        *objects[1:],
    ]
    offsets, packed = [], ""
    for number, body in enumerate(bodies, 1):
        offsets.append(f"{number} {len(packed)}")
        packed += body + "\n"
    head = " ".join(offsets) + "\n"
    data = zlib.compress((head + packed).encode())
    stream_number, xref_number = len(bodies) + 1, len(bodies) + 2
    out = b"%PDF-1.5\n"
    at_stream = len(out)
    out += (
        f"{stream_number} 0 obj\n<< /Type /ObjStm /N {len(bodies)} /First {len(head)} "
        f"/Filter /FlateDecode /Length {len(data)} >>\nstream\n"
    ).encode()
    out += data + b"\nendstream\nendobj\n"
    at_xref = len(out)
    rows = struct.pack(">BIH", 0, 0, 65535)
    rows += b"".join(struct.pack(">BIH", 2, stream_number, index) for index in range(len(bodies)))
    rows += struct.pack(">BIH", 1, at_stream, 0) + struct.pack(">BIH", 1, at_xref, 0)
    out += (
        f"{xref_number} 0 obj\n<< /Type /XRef /Size {xref_number + 1} /W [1 4 2] /Root 1 0 R "
        f"/Length {len(rows)} >>\nstream\n"
    ).encode()
    return out + rows + f"\nendstream\nendobj\nstartxref\n{at_xref}\n%%EOF\n".encode()


def annotation(subtype: str, **items: PdfObject | str) -> ArrayObject:
    rect = ArrayObject([FloatObject(0)] * 4)
    return ArrayObject([names(Type="Annot", Subtype=subtype, Rect=rect, **items)])


# Word, newer kind


def word(text: str = "Instructions for use") -> bytes:
    document = docx.Document()
    document.add_heading("Manual")
    document.add_paragraph(text)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(entries: Iterable[tuple[str, bytes]]) -> bytes:
    """An archive of these parts, dated 1980: the same bytes in every worker that collects the tests."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in entries:
            archive.writestr(zipfile.ZipInfo(name), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def word_with(more: Mapping[str, bytes]) -> bytes:
    """The plain document with these parts added or put in place of its own."""
    return zipped((parts(word()) | dict(more)).items())


def word_edited(part: str, old: bytes, new: bytes) -> bytes:
    body = parts(word())[part]
    assert old in body
    return word_with({part: body.replace(old, new, 1)})


def word_related(kind: str, target: str, *, outside: bool) -> bytes:
    mode = ' TargetMode="External"' if outside else ""
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relation = f'<Relationship Id="rId99" Type="{base}/{kind}" Target="{target}"{mode}/></Relationships>'
    return word_edited("word/_rels/document.xml.rels", b"</Relationships>", relation.encode())


def word_with_field(instruction_xml: str) -> bytes:
    return word_edited("word/document.xml", b"</w:p>", f"{instruction_xml}</w:p>".encode())


# Word, older kind

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def word_stream(*, flags: int = 0x0200, ident: int = 0xA5EC, text: bytes = b"Old manual") -> bytes:
    """A WordDocument stream: the first fields of the FIB, then text."""
    return struct.pack("<HHHHHH", ident, 0x00C1, 0, 0x0407, 0, flags) + bytes(1012) + text


def old_word(more: Mapping[str, bytes] | None = None, **options: object) -> bytes:
    """A .doc with its two obligatory streams and, if wanted, others by path."""
    main = word_stream(**options)  # type: ignore[arg-type]
    return compound({"WordDocument": main, "1Table": b"table", **(more or {})})


def compound(streams: Mapping[str, bytes]) -> bytes:
    """An OLE compound file ([MS-CFB], version 3), its streams padded past the mini stream's limit."""
    storages = sorted({path[:at] for path in streams for at, letter in enumerate(path) if letter == "/"})
    paths = ["", *storages, *streams]  # "" is the root
    children = {path: [kid for kid in paths if kid and kid.rpartition("/")[0] == path] for path in paths}
    fat: list[int] = []
    body = b""

    def place(data: bytes) -> int:
        nonlocal body
        start, count = len(fat), max(1, -(-len(data) // _SECTOR))
        fat.extend([*range(start + 1, start + count), _END])
        body += data.ljust(count * _SECTOR, b"\0")
        return start

    entries = b""
    for path in paths:
        data = streams.get(path)
        padded = data.ljust(4096, b"\0") if data is not None else b""
        start = place(padded) if data is not None else _END if not path else 0
        siblings = children[path.rpartition("/")[0]] if path else []
        later = siblings[siblings.index(path) + 1 :] if path else []
        name = (path.rpartition("/")[2] or "Root Entry").encode("utf-16-le") + b"\0\0"
        entries += name.ljust(64, b"\0") + struct.pack(
            "<HBBIII16sIQQIQ",
            len(name),
            5 if not path else 2 if data is not None else 1,
            1,
            _FREE,
            paths.index(later[0]) if later else _FREE,
            paths.index(children[path][0]) if children[path] else _FREE,
            bytes(16),
            0,
            0,
            0,
            start,
            len(padded),
        )
    directory = place(entries.ljust(-(-len(entries) // _SECTOR) * _SECTOR, b"\0"))
    at_fat = len(fat)
    fat.append(_FAT)
    assert len(fat) <= 128
    body += struct.pack("<128I", *fat, *[_FREE] * (128 - len(fat)))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack(
        "<HHHHH6sIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, bytes(6), 0, 1, directory, 0, 4096, _END, 0, _END, 0
    )
    header += struct.pack("<109I", at_fat, *[_FREE] * 108)
    return header + body


SOUND = {
    "note.txt": b"Hello, where is my parcel?\n",
    "manual.pdf": pdf(),
    "photo.jpg": image("JPEG"),
    "photo.jpeg": image("JPEG", progressive=True),
    "icon.gif": image("GIF"),
    "moving.gif": animation("GIF", 5),
    "scan.png": image("PNG"),
    "moving.png": animation("PNG", 3),
    "old.doc": old_word(),
    "new.docx": word(),
}

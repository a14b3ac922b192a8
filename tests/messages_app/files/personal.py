"""Files that say who made them and where, in every place where programs write such things; made here."""

from __future__ import annotations

import struct
from io import BytesIO

import docx
import pikepdf
from PIL import Image, ImageCms, PngImagePlugin

from messages_app.mail.leak_files import file_texts
from tests.messages_app.files import samples

NAME, COMPANY, REMARK = "Agatha Secretmaker", "Covert Holdings", "private-remark"
PLANTED = (NAME, COMPANY, REMARK)
XMP = (
    '<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" '
    f'pdfaid:part="3" pdfaid:conformance="B" dc:creator="{NAME}" dc:rights="{COMPANY}"/></rdf:RDF>'
    '</x:xmpmeta><?xpacket end="w"?>'
).encode()


def exif(orientation: int = 1) -> Image.Exif:
    """Camera owner, remark, place and a thumbnail."""
    made = Image.Exif()
    made[0x0112] = orientation
    made[0x013B] = NAME  # Artist
    made[0x8298] = COMPANY  # Copyright
    made[0x9C9C] = REMARK.encode("utf-16-le")  # XPComment
    made.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    return made


def picture(size: tuple[int, int] = (40, 20)) -> Image.Image:
    """Red at its left, blue at its right, and rough enough to have a body."""
    made = Image.new("RGB", size, (200, 30, 30))
    made.paste((30, 30, 200), (size[0] // 2, 0, size[0], size[1]))
    return made


def profile() -> bytes:
    """A colour profile that names who measured it."""
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    return bytes(made) + NAME.encode()


def jpeg(orientation: int = 1, **options: object) -> bytes:
    out = BytesIO()
    options = {"quality": 92, "comment": REMARK.encode(), "icc_profile": profile(), **options}
    picture().save(out, "JPEG", exif=exif(orientation), **options)
    content = out.getvalue()
    xmp = b"http://ns.adobe.com/xap/1.0/\0" + XMP
    return content[:2] + b"\xff\xe1" + struct.pack(">H", len(xmp) + 2) + xmp + content[2:]


def png(orientation: int = 1, **options: object) -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", NAME)
    texts.add_text("Comment", REMARK, zip=True)
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=True)
    out = BytesIO()
    picture().save(out, "PNG", pnginfo=texts, exif=exif(orientation), icc_profile=profile(), **options)
    content = out.getvalue()
    at = content.index(b"IEND") - 4
    return content[:at] + samples.png_chunk(b"prVt", NAME.encode()) + content[at:] + b"\0\0"


def moving_png() -> bytes:
    frames = [Image.new("RGBA", (12, 9), (index * 60, 20, 200, 255 - index * 40)) for index in range(4)]
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", NAME)
    out = BytesIO()
    frames[0].save(
        out,
        "PNG",
        save_all=True,
        append_images=frames[1:],
        duration=[40, 80, 120, 160],
        loop=3,
        pnginfo=texts,
    )
    return out.getvalue()


def gif() -> bytes:
    """Still, with a comment, and XMP as programs add it."""
    content = samples.image("GIF", comment=REMARK.encode(), size=(40, 20))
    block = b"\x21\xff\x0bXMP DataXMP" + bytes([len(NAME)]) + NAME.encode() + b"\0"
    return content[:-1] + block + b";"


def moving_gif() -> bytes:
    """Palettes of their own, a transparent colour, moments and repetitions."""
    frames = []
    for index in range(5):
        frame = Image.new("P", (16, 12), index)
        frame.putpalette([value * (index + 1) % 256 for value in range(768)])
        frame.putpixel((index, index), 7)
        frames.append(frame)
    out = BytesIO()
    frames[0].save(
        out,
        "GIF",
        save_all=True,
        append_images=frames[1:],
        duration=[50, 100, 150, 200, 250],
        loop=2,
        transparency=7,
        disposal=2,
        comment=REMARK.encode(),
    )
    return out.getvalue()


def pdf(*, signed: bool = False, link: str = "", extra: dict[str, object] | None = None) -> bytes:
    """Document information, XMP, private data of a program, a comment's author, a photo with its EXIF."""
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(200, 200)).obj
    rect = pikepdf.Array([0, 0, 10, 10])
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=rect, T=NAME, Contents="ok"
    )
    page.Annots = pikepdf.Array([document.make_indirect(note)])
    if link:
        uri = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String(link))
        anchor = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=rect, A=uri)
        page.Annots.append(document.make_indirect(anchor))
    photo = document.make_stream(jpeg())
    photo.Type, photo.Subtype, photo.Filter = pikepdf.Name.XObject, pikepdf.Name.Image, pikepdf.Name.DCTDecode
    photo.Width, photo.Height, photo.BitsPerComponent = 40, 20, 8
    photo.ColorSpace = pikepdf.Name.DeviceRGB
    photo.Metadata = document.make_stream(XMP)
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=photo))
    page.Contents = document.make_stream(b"q 100 0 0 50 20 20 cm /P Do Q")
    page.PieceInfo = pikepdf.Dictionary(Tool=pikepdf.Dictionary(Private=pikepdf.String(REMARK)))
    document.Root.Metadata = document.make_stream(XMP)
    document.trailer.Info = document.make_indirect(
        pikepdf.Dictionary(Author=NAME, Creator=COMPANY, Title=REMARK, Company=COMPANY)
    )
    if signed:
        signature = pikepdf.Dictionary(
            Type=pikepdf.Name.Sig, ByteRange=[0, 1, 2, 3], Contents=pikepdf.String("x")
        )
        field = pikepdf.Dictionary(FT=pikepdf.Name.Sig, T="Signature1", V=document.make_indirect(signature))
        document.Root.AcroForm = pikepdf.Dictionary(Fields=[document.make_indirect(field)])
    out = BytesIO()
    document.save(out, compress_streams=False)
    return out.getvalue()


_CUSTOM = (
    '<?xml version="1.0"?><Properties '
    'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
    'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
    f'<property fmtid="{{0}}" pid="2" name="Client"><vt:lpwstr>{COMPANY}</vt:lpwstr></property></Properties>'
)
_APP = (
    '<?xml version="1.0"?><Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    f"<Company>{COMPANY}</Company><Manager>{NAME}</Manager></Properties>"
)
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_PEOPLE = f'<w:people {_W}><w:person w:author="{NAME}" w:userId="{NAME}"/></w:people>'
_TEMPLATE = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" TargetMode="External" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
    f'Target="file:///C:\\Users\\{NAME}\\letter.dotx"/></Relationships>'
)


def word(*, signed: bool = False, link: str = "") -> bytes:
    """Properties, a commenter, a tracked change, people, a photo with its EXIF, the author's own folder."""
    document = docx.Document()
    document.core_properties.author = NAME
    document.core_properties.last_modified_by = NAME
    document.core_properties.comments = REMARK
    document.core_properties.keywords = COMPANY
    document.core_properties.title = "A manual"
    document.add_paragraph("Instructions for use")
    document.add_picture(BytesIO(samples.image("JPEG")))
    document.add_picture(BytesIO(samples.image("PNG")))
    document.add_comment(document.paragraphs[0].runs, text="well", author=NAME, initials="AS")
    out = BytesIO()
    document.save(out)
    parts = samples.parts(out.getvalue())
    assert {"word/media/image1.jpg", "word/media/image2.png"} <= parts.keys()
    change = f'<w:p><w:ins w:id="9" w:author="{NAME}"><w:r><w:t>a &amp; b</w:t></w:r></w:ins></w:p><w:sectPr'
    body = parts["word/document.xml"].decode()
    assert "<w:sectPr" in body
    parts["word/document.xml"] = body.replace("<w:sectPr", change, 1).encode()
    parts |= {
        "word/media/image1.jpg": jpeg(),
        "word/media/image2.png": png(),
        "docProps/app.xml": _APP.encode(),
        "docProps/custom.xml": _CUSTOM.encode(),
        "word/people.xml": _PEOPLE.encode("utf-16"),
        "word/_rels/settings.xml.rels": _TEMPLATE.encode(),
    }
    if link:
        relation = (
            '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
            f'hyperlink" Target="{link}" TargetMode="External"/></Relationships>'
        )
        rels = parts["word/_rels/document.xml.rels"]
        parts["word/_rels/document.xml.rels"] = rels.replace(b"</Relationships>", relation.encode())
    if signed:
        parts["_xmlsignatures/sig1.xml"] = b"<Signature/>"
    return samples.zipped(parts.items())


def old_word() -> bytes:
    """Summaries, associated strings, who changed, saved and commented."""
    table = b"table stream".ljust(64, b".")
    pairs = bytearray(93 * 8)
    for index, names in ((32, ["", "", NAME, COMPANY]), (51, ["Unknown", NAME]), (71, [NAME, REMARK])):
        words = b"".join(struct.pack("<H", len(name)) + name.encode("utf-16-le") for name in names)
        block = struct.pack("<HHH", 0xFFFF, len(names), 0) + words
        struct.pack_into("<II", pairs, 8 * index, len(table), len(block))
        table += block
    owner = struct.pack("<H", len(NAME)) + NAME.encode("utf-16-le")
    struct.pack_into("<II", pairs, 8 * 36, len(table), len(owner))
    table += owner + b"end of the table"
    head = struct.pack("<HHHHHH", 0xA5EC, 0x00C1, 0, 0x0407, 0, 0x0200) + bytes(20)
    head += struct.pack("<H", 14) + bytes(28) + struct.pack("<H", 22) + bytes(88) + struct.pack("<H", 93)
    main = head + bytes(pairs) + b"\0\0" + b"Old manual" + bytes(600)
    return samples.compound(
        {
            "WordDocument": main,
            "1Table": table,
            "\x05SummaryInformation": summary(
                "e0859ff2f94f6810ab9108002b27b3d9", {4: NAME, 6: REMARK, 8: NAME}
            ),
            "\x05DocumentSummaryInformation": summary(
                "02d5cdd59c2e1b10939708002b2cf9ae", {14: NAME, 15: COMPANY}
            ),
        }
    )


def summary(identity: str, values: dict[int, str]) -> bytes:
    """A property set of strings ([MS-OLEPS])."""
    body, places = b"", b""
    for number, text in values.items():
        places += struct.pack("<II", number, 8 + 8 * len(values) + len(body))
        words = text.encode() + b"\0"
        body += struct.pack("<II", 30, len(words)) + words + bytes(-len(words) % 4)
    section = struct.pack("<II", 8 + len(places) + len(body), len(values)) + places + body
    head = struct.pack("<HHI16sI", 0xFFFE, 0, 0x00020105, bytes(16), 1)
    return head + bytes.fromhex(identity) + struct.pack("<I", 48) + section


FILES = {
    "photo.jpg": jpeg(),
    "turned.jpg": jpeg(6),
    "grey.jpg": jpeg(icc_profile=None, progressive=True),
    "scan.png": png(),
    "turned.png": png(8),
    "moving.png": moving_png(),
    "icon.gif": gif(),
    "moving.gif": moving_gif(),
    "manual.pdf": pdf(),
    "letter.docx": word(),
    "letter.doc": old_word(),
}


def tells(content: bytes) -> list[str]:
    """What of the planted words a file shows: in its bytes, its parts, its packed streams."""
    pieces = [content, *_parts(content), "\n".join(file_texts(content)).encode()]
    spread = [piece.replace(b"\0", b"") for piece in pieces]
    return [word for word in PLANTED if any(word.encode() in piece for piece in (*pieces, *spread))]


def _parts(content: bytes) -> list[bytes]:
    if content.startswith(b"PK"):
        return list(samples.parts(content).values())
    return _objects(content) if content.startswith(b"%PDF") else []


def _objects(content: bytes) -> list[bytes]:
    """Every object of a PDF as text, every stream packed and, photos aside, unpacked."""
    pieces = []
    with pikepdf.open(BytesIO(content)) as document:
        for item in document.objects:
            pieces.append(repr(item).encode())
            if isinstance(item, pikepdf.Stream):
                pieces.append(item.read_raw_bytes())
                pieces.append(b"" if item.get("/Filter") == "/DCTDecode" else item.read_bytes())
    return pieces

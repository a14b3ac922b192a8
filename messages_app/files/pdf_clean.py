"""PDF without what it says about its author (ATT-4)."""

from __future__ import annotations

import re
import zlib
from base64 import a85decode
from collections.abc import Callable, Iterator
from io import BytesIO
from xml.sax.saxutils import escape

import pikepdf

from messages_app.files.jpeg import stripped_jpeg
from messages_app.files.pdf_objects import Collection, collections_of, name_at

# Metadata streams, private data of programs, who made a layer, small pictures of what a page once was.
_TOLD = ("/Metadata", "/PieceInfo", "/LastModified", "/CreatorInfo", "/SpiderInfo", "/Thumb")
# What makes a PDF an electronic invoice or an archive file stands in metadata too, and stays.
_SCHEMAS = (
    "http://www.aiim.org/pdfa/ns/id/",
    "http://www.aiim.org/pdfua/ns/id/",
    "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#",
    "urn:zugferd:pdfa:CrossIndustryDocument:invoice:1p0#",
    "urn:zugferd:pdfa:CrossIndustryDocument:invoice:2p0#",
)
_FIELDS = "part conformance rev amd DocumentType DocumentFileName Version ConformanceLevel".split()
_PLAIN = re.compile(r"[A-Za-z0-9 ._-]{1,40}")


def clean_pdf(content: bytes) -> bytes:
    """Written anew without document information, metadata and the names of who commented; what nothing
    refers to is gone as well. Raises what pikepdf raises."""
    out = BytesIO()
    with pikepdf.open(BytesIO(content)) as pdf:
        kept = list(_conformance(pdf))
        for value in collections_of(pdf):
            if not isinstance(value, pikepdf.Array):
                _strip(value)
        for key in ("/Info", "/ID"):
            if key in pdf.trailer:
                del pdf.trailer[key]
        if kept:
            pdf.Root.Metadata = _metadata(pdf, kept)
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def _strip(value: Collection) -> None:
    for key in _TOLD:
        if key in value:
            del value[key]
    # /T of a comment is who wrote it, of a form field its name
    if "/Rect" in value and "/T" in value and name_at(value, "/Subtype") != "/Widget":
        del value["/T"]
    if isinstance(value, pikepdf.Stream):
        _strip_jpeg(value)


def _strip_jpeg(value: Collection) -> None:
    """A JPEG, alone in its stream or packed once more (ISO 32000-1, 7.4), loses what cameras tell."""
    *packings, last = [str(name) for name in _listed(value.get("/Filter"))] or [""]
    if last != "/DCTDecode" or not all(name in _UNPACKERS for name in packings):
        return
    jpeg = value.read_raw_bytes()
    for name in packings:
        jpeg = _UNPACKERS[name](jpeg)
    how = _listed(value.get("/DecodeParms"))[-1:]
    parameters = how[0] if how and isinstance(how[0], pikepdf.Dictionary) else None
    value.write(stripped_jpeg(jpeg), filter=pikepdf.Name.DCTDecode, decode_parms=parameters)


def _listed(value: pikepdf.Object | None) -> list[pikepdf.Object]:
    """One or several, as filters and their parameters stand in a stream's dictionary."""
    if value is None:
        return []
    return list(value) if isinstance(value, pikepdf.Array) else [value]


def _unpacked_ascii85(data: bytes) -> bytes:
    return a85decode(b"<~" + data.strip().removeprefix(b"<~").removesuffix(b"~>") + b"~>", adobe=True)


def _unpacked_hex(data: bytes) -> bytes:
    digits = b"".join(data.partition(b">")[0].split())
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))


_UNPACKERS: dict[str, Callable[[bytes], bytes]] = {
    "/ASCII85Decode": _unpacked_ascii85,
    "/ASCIIHexDecode": _unpacked_hex,
    "/FlateDecode": zlib.decompress,
}


def _conformance(pdf: pikepdf.Pdf) -> Iterator[tuple[str, str, str]]:
    """(schema, field, value) of what the file claims to be."""
    if "/Metadata" not in pdf.Root:
        return
    metadata = pdf.open_metadata()
    for schema in _SCHEMAS:
        for field in _FIELDS:
            value = metadata.get(f"{{{schema}}}{field}")
            if isinstance(value, str) and _PLAIN.fullmatch(value):
                yield schema, field, value


def _metadata(pdf: pikepdf.Pdf, kept: list[tuple[str, str, str]]) -> pikepdf.Stream:
    """An XMP packet (ISO 16684-1) that says nothing else."""
    said = "".join(
        f'<rdf:Description rdf:about="" xmlns:c="{schema}"><c:{field}>{escape(value)}</c:{field}>'
        "</rdf:Description>"
        for schema, field, value in kept
    )
    packet = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'{said}</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    )
    stream = pdf.make_stream(packet.encode())
    stream.Type, stream.Subtype = pikepdf.Name.Metadata, pikepdf.Name.XML
    return stream

"""JPEG without anything but its picture (ATT-4)."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, JpegImagePlugin

from messages_app.files.repaint import repainted

_QUALITY = 90  # where the original's own tables do not fit
_DOTS_PER_INCH = 1  # in JFIF
_SOS, _APP0, _APP14, _APP15, _COM = 0xDA, 0xE0, 0xEE, 0xEF, 0xFE


def clean_jpeg(content: bytes) -> bytes:
    """Encoded anew with the original's own tables, so that it loses next to nothing and keeps its size."""
    with Image.open(BytesIO(content), formats=["JPEG"]) as image:
        mode = image.mode
        tables = getattr(image, "quantization", None)
        options: dict[str, object] = {
            "optimize": True,
            "progressive": bool(image.info.get("progressive")),
        }
        if image.info.get("jfif_unit") == _DOTS_PER_INCH:  # how large it is printed
            options["dpi"] = image.info["jfif_density"]
        sampling = JpegImagePlugin.get_sampling(image)
        picture = repainted(image)
    if tables and picture.mode == mode:
        try:
            return _saved(picture, qtables=tables, subsampling=sampling, **options)
        except (ValueError, OSError):  # tables that only other encoders write
            pass
    return _saved(picture, quality=_QUALITY, **options)


def _saved(picture: Image.Image, **options: object) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", **options)
    return out.getvalue()


def stripped_jpeg(content: bytes) -> bytes:
    """The same picture, byte for byte, without comments, profiles and what cameras say about it: for pictures
    inside documents, where orientation and colours stand in the document. Unchanged where it is no JPEG."""
    kept, position = [content[:2]], 2
    while position + 4 <= len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        if marker == 0xFF:  # fill byte
            position += 1
            continue
        end = position + 2 + int.from_bytes(content[position + 2 : position + 4], "big")
        if marker == _SOS:
            picture_end = content.rfind(b"\xff\xd9")
            return b"".join([*kept, content[position : picture_end + 2 if picture_end > position else None]])
        if _belongs_to_picture(marker, content[position + 4 : end]):
            kept.append(content[position:end])
        position = end
    return content


def _belongs_to_picture(marker: int, body: bytes) -> bool:
    """Whether decoders need the segment: tables, JFIF and Adobe's colour transform."""
    if marker == _COM:
        return False
    return not _APP0 <= marker <= _APP15 or marker == _APP14 or body.startswith(b"JFIF\0")

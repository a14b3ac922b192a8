"""Small pictures of a file for pages, of our own encoding (ATT-6)."""

from __future__ import annotations

from io import BytesIO

import pypdfium2
from PIL import Image

from messages_app.files.kinds import Kind

PREVIEW = 1280  # pixels of the longer side, at most
THUMBNAIL = 320
_QUALITY = 80
_FORMATS = {Kind.JPEG: "JPEG", Kind.PNG: "PNG", Kind.GIF: "GIF"}


def draw(kind: Kind, content: bytes) -> tuple[bytes, bytes]:
    """(preview, thumbnail) in WebP: of an image, of a PDF's first page. Both empty where there is nothing to
    draw, or no way to: a file does not need its picture."""
    try:
        picture = _picture(kind, content)
    except Exception:  # noqa: BLE001 - drawing is a service; whether the file passes is decided already
        return b"", b""
    if picture is None:
        return b"", b""
    preview = _saved(picture, PREVIEW)
    return preview, _saved(picture, THUMBNAIL)


def _picture(kind: Kind, content: bytes) -> Image.Image | None:
    if kind is Kind.PDF:
        return _first_page(content)
    if kind not in _FORMATS:
        return None
    with Image.open(BytesIO(content), formats=[_FORMATS[kind]]) as image:
        image.draft("RGB", (PREVIEW, PREVIEW))
        image.load()
        has_alpha = image.mode in ("LA", "RGBA", "PA") or "transparency" in image.info
        image.thumbnail((PREVIEW, PREVIEW)) if image.mode in ("RGB", "RGBA", "L") else None
        return image.convert("RGBA" if has_alpha else "RGB")


def _first_page(content: bytes) -> Image.Image:
    document = pypdfium2.PdfDocument(content)
    try:
        page = document[0]
        scale = PREVIEW / max(*page.get_size(), 1)
        picture: Image.Image = page.render(scale=scale).to_pil()
        return picture.convert("RGB")
    finally:
        document.close()


def _saved(picture: Image.Image, longest: int) -> bytes:
    picture.thumbnail((longest, longest))
    out = BytesIO()
    picture.save(out, "WEBP", quality=_QUALITY, method=2)
    return out.getvalue()

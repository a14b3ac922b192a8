"""Pixels as every program shows them: turned the right way, in the colours that need no profile (ATT-4)."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageCms

_ORIENTATION = 0x0112  # EXIF 2.32, 4.6.4
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_PROFILED = {"RGB": "RGB", "RGBA": "RGBA", "L": "RGB", "CMYK": "RGB", "P": ""}


def orientation_of(image: Image.Image) -> int:
    """1 to 8 as EXIF says it; 1 where it says nothing that makes sense."""
    try:
        found = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001 - EXIF is written by every program in its own way, also wrongly
        return 1
    return found if found in _TURNS else 1


def repainted(image: Image.Image) -> Image.Image:
    """The pixels alone, upright and in sRGB where a profile said otherwise; nothing else of the image."""
    turn = _TURNS.get(orientation_of(image))
    profile = image.info.get("icc_profile")
    image.load()
    picture = image.transpose(turn) if turn is not None else image
    if profile:
        picture = _in_srgb(picture, profile)
    transparency = picture.info.get("transparency")
    picture.info.clear()
    if transparency is not None:
        picture.info["transparency"] = transparency
    return picture


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Converted; as it is where the profile does not fit or is broken, as every browser shows it then."""
    if picture.mode not in _PROFILED:
        return picture
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if picture.mode == "P":
            picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
        mode = _PROFILED[picture.mode]
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(picture, source, target, outputMode=mode) or picture
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture

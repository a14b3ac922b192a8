"""The files of the grown marketplace: small pictures, a note and documents."""

from __future__ import annotations

from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw

from messages_app.services.submission import SubmittedFile

_COLOURS = ("#8fae96", "#b08968", "#7d8fa9", "#a97d8f")
_NOTE = "Width 24 cm, height 11 cm, weight 4.2 kg.\nOil the wood once a year.\n"


@cache
def grown_file(number: int) -> SubmittedFile:
    """File `number` of `talks.FILES`: four pictures, three documents, a note."""
    if number < 4:
        return SubmittedFile(name=f"picture-{number + 1}.png", content=_drawn(number, "PNG"))
    if number < 7:
        return SubmittedFile(name=f"leaflet-{number - 3}.pdf", content=_drawn(number % 4, "PDF"))
    return SubmittedFile(name="measures.txt", content=_NOTE.encode())


def _drawn(number: int, kind: str) -> bytes:
    image = Image.new("RGB", (320, 240), "#eef1ec")
    draw = ImageDraw.Draw(image)
    draw.ellipse((60, 40, 260, 210), fill=_COLOURS[number], outline="#33423a", width=4)
    draw.line((80, 60 + 20 * number, 240, 190 - 20 * number), fill="#2a2f2c", width=3)
    file = BytesIO()
    image.save(file, kind)
    return file.getvalue()

"""One file as it may be passed on: judged, without what its author did not mean to send, drawn (ATT-2 to
ATT-6). For a process that may die over it: parsers know no bounds of time and memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from messages_app.files.doc_clean import clean_doc
from messages_app.files.docx_clean import clean_docx
from messages_app.files.gif import clean_gif
from messages_app.files.identify import identify
from messages_app.files.jpeg import clean_jpeg
from messages_app.files.kinds import Cleaned, Kind, Problem
from messages_app.files.pdf_clean import clean_pdf
from messages_app.files.pictures import draw
from messages_app.files.png import clean_png


def clean_file(name: str, content: bytes) -> Cleaned:
    """Judges the file and, where it is sound, takes out what is not meant for the other side; never raises
    for what is in it. A signed document stays as it is (ATT-4)."""
    identified = identify(name, content)
    if identified.problem or identified.kind is None:
        return Cleaned(identified)
    cleaner = None if identified.signed else _CLEANERS.get(identified.kind)
    try:
        cleaned = cleaner(content) if cleaner else content
    except Exception:  # noqa: BLE001 - as in `identify`: what cannot be cleaned is not passed on
        return Cleaned(replace(identified, problem=Problem.DAMAGED))
    preview, thumbnail = draw(identified.kind, cleaned)
    return Cleaned(identified, None if cleaned == content else cleaned, preview, thumbnail)


_CLEANERS: dict[Kind, Callable[[bytes], bytes]] = {
    Kind.JPEG: clean_jpeg,
    Kind.PNG: clean_png,
    Kind.GIF: clean_gif,
    Kind.PDF: clean_pdf,
    Kind.DOC: clean_doc,
    Kind.DOCX: clean_docx,
}

"""Walks over the objects of a PDF, and careful looks into one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import pikepdf

Collection: TypeAlias = pikepdf.Object  # a dictionary, a stream (as its dictionary) or an array

_COLLECTIONS = (pikepdf.Dictionary, pikepdf.Stream, pikepdf.Array)


def collections_of(pdf: pikepdf.Pdf) -> Iterator[Collection]:
    """Every dictionary, stream and array of the file once, whether anything refers to it or not."""
    for start in (pdf.trailer, *pdf.objects):
        waiting = [start]
        while waiting:
            value = waiting.pop()
            if not isinstance(value, _COLLECTIONS):
                continue
            yield value
            waiting += [inner for inner in _inner(value) if not inner.is_indirect]


def _inner(value: Collection) -> Iterator[Collection]:
    """What lies in it directly or by reference; numbers and the like left out."""
    items = value if isinstance(value, pikepdf.Array) else (value.get(key) for key in list(value.keys()))
    for item in items:
        if isinstance(item, _COLLECTIONS):
            yield item


def name_at(value: Collection, key: str) -> str:
    """The name that stands there, with its slash; empty where there is none."""
    item = value.get(key)
    return str(item) if isinstance(item, pikepdf.Name) else ""


def text_at(value: Collection, key: str) -> str:
    """The string that stands there, without blanks around it; empty where there is none."""
    item = value.get(key)
    return str(item).strip() if isinstance(item, pikepdf.String) else ""

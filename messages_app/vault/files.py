"""The file store: sealed bytes under their row's id, on disk before anybody answers for them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings

from messages_app.sealing.seal import row_identity
from messages_app.sealing.segments import open_segments, seal_segments

INLINE_LIMIT = 128 * 1024  # bytes: what is smaller lies in its row and needs no sync of its own
_BLOCK = 256 * 1024


def _path(row_id: UUID) -> Path:
    # The id's random end spreads the files; its beginning is the time.
    return Path(settings.DATA_DIR) / "media" / row_id.hex[-2:] / row_id.hex


def write_file(key: bytes, chunks: Iterable[bytes], *, table: str, row_id: UUID) -> None:
    """Seals `chunks` into the store: synced and in place when this returns. Raises OSError."""
    path = _path(row_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    try:
        with part.open("wb") as file:
            for block in seal_segments(key, chunks, identity=row_identity(table, "file", row_id)):
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)  # half a file would only keep a full disk full
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def read_file(key: bytes, *, table: str, row_id: UUID) -> Iterator[bytes]:
    """The plain bytes in pieces. Raises FileNotFoundError or SealBroken, the latter possibly late."""
    return open_segments(key, _blocks(_path(row_id)), identity=row_identity(table, "file", row_id))


def delete_file(row_id: UUID) -> None:
    """Removes the file; fine when there is none."""
    _path(row_id).unlink(missing_ok=True)

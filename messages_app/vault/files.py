"""The file store: sealed bytes under their row's id, on disk before anybody answers for them."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from messages_app.sealing.seal import row_identity
from messages_app.sealing.segments import open_segments, seal_segments

INLINE_LIMIT = 128 * 1024  # bytes: what is smaller lies in its row and needs no sync of its own
_BLOCK = 256 * 1024
_NAME = re.compile(r"([0-9a-f]{32})(\.(?:original|preview|thumbnail))?(\.part)?")
# What lies in the store for one row: the file itself, and beside it what it was made from or into.
COLUMNS = ("file", "original", "preview", "thumbnail")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the store; one that is not `whole` is what a killed process left half written."""

    row_id: UUID
    whole: bool
    column: str = "file"


def _root() -> Path:
    return Path(settings.DATA_DIR) / "media"


def _path(row_id: UUID, column: str) -> Path:
    # The id's random end spreads the files; its beginning is the time.
    name = row_id.hex if column == "file" else f"{row_id.hex}.{column}"
    return _root() / row_id.hex[-2:] / name


def _part(path: Path) -> Path:
    """What a file is called until it is whole."""
    return path.with_name(f"{path.name}.part")


def write_file(
    key: bytes, chunks: Iterable[bytes], *, table: str, row_id: UUID, column: str = "file"
) -> None:
    """Seals `chunks` into the store: synced and in place when this returns. `column` is one of COLUMNS.
    Raises OSError."""
    path = _path(row_id, column)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = _part(path)
    try:
        with part.open("wb") as file:
            for block in seal_segments(key, chunks, identity=row_identity(table, column, row_id)):
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


def read_file(key: bytes, *, table: str, row_id: UUID, column: str = "file") -> Iterator[bytes]:
    """The plain bytes in pieces. Raises FileNotFoundError or SealBroken, the latter possibly late."""
    identity = row_identity(table, column, row_id)
    return open_segments(key, _blocks(_path(row_id, column)), identity=identity)


def delete_file(row_id: UUID) -> None:
    """Removes the file and all that lies beside it; fine when there is none."""
    for column in COLUMNS:
        _path(row_id, column).unlink(missing_ok=True)


def some_older_files(moment: datetime, *, most: int) -> list[StoredFile]:
    """At most so many files of one folder of the store, last written before that moment. Chosen at random:
    whoever asks often enough meets all of them."""
    folder = _root() / f"{random.randrange(256):02x}"  # noqa: S311 - spreads work, guards nothing
    if not folder.is_dir():
        return []
    paths = [path for path in folder.iterdir() if _NAME.fullmatch(path.name)]
    ours = [path for path in paths if path.name[30:32] == folder.name]
    chosen = ours if len(ours) <= most else random.sample(ours, most)
    return [_stored(path.name) for path in chosen if _written_before(path, moment)]


def _stored(name: str) -> StoredFile:
    _, column, *_ = [*name.removesuffix(".part").split("."), "file"]
    return StoredFile(UUID(name[:32]), whole=not name.endswith(".part"), column=column)


def _written_before(path: Path, moment: datetime) -> bool:
    try:
        return path.stat().st_mtime < moment.timestamp()
    except FileNotFoundError:  # gone meanwhile
        return False


def delete_half(row_id: UUID, column: str = "file") -> None:
    """Removes what is left of a file that was never finished; fine when there is none."""
    _part(_path(row_id, column)).unlink(missing_ok=True)

"""One file on its way in, by whatever door: scanned as it came, judged, cleaned, drawn (ATT-2 to ATT-7)."""

from __future__ import annotations

import atexit
import json
import pickle
from dataclasses import dataclass, field, replace
from hashlib import sha256

from messages_app.files.kinds import Cleaned, Identified, Kind, Problem
from messages_app.policy.facts import FileFacts
from messages_app.queries.limits import current_limits
from messages_app.services.child import Child, Unreadable
from messages_app.services.child_loop import LENGTH
from messages_app.services.scanner import Scan, scan

CLEAN_SECONDS = 45  # for one file
CLEAN_MEMORY = 1536 * 1024 * 1024  # bytes: 50 million pixels twice, and the libraries
_HUNG = Problem.TOO_COMPLEX  # what kills its reader is refused (REL-4)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedFile:
    """What is passed on of a file, and why not. Fit to be sent: a kind, no problem, `scan` clean."""

    kind: Kind | None  # by content; None: none of the seven, or never looked at (too large, infected)
    problem: Problem | None
    found: str  # media type of what it looks like
    scan: Scan
    original: bytes = field(repr=False)  # as it came
    content: bytes = field(repr=False)  # as it is passed on; the original where nothing had to go
    links: tuple[str, ...] = ()  # where it leads outside
    preview: bytes = field(default=b"", repr=False)  # WebP of our own making; empty: none
    thumbnail: bytes = field(default=b"", repr=False)

    @property
    def looked_at(self) -> bool:
        """Whether anybody read it: not where its size or a virus decides already."""
        return self.kind is not None or self.problem is not None

    @property
    def changed(self) -> bool:
        return self.content is not self.original

    @property
    def digest(self) -> str:
        """SHA-256 of the original, in hexadecimal."""
        return sha256(self.original).hexdigest()


def judge_file(name: str, content: bytes) -> JudgedFile:
    """Judges and cleans one file as its author sent it; slow, so never under a lock (GATE-4).

    A name that is empty claims no type. Raises OSError where no process to read it in can be started.
    """
    if len(content) > current_limits().max_message_bytes:  # refused for its size whatever it is (ATT-1)
        return _unread(content, Scan.CLEAN)
    scanned = scan(content)
    if scanned is Scan.INFECTED:
        return _unread(content, scanned)
    cleaned = CLEANER.clean(name, content)
    what = cleaned.identified
    return JudgedFile(
        kind=what.kind,
        problem=what.problem,
        found=what.found,
        scan=scanned,
        original=content,
        content=content if cleaned.content is None else cleaned.content,
        links=what.links,
        preview=cleaned.preview,
        thumbnail=cleaned.thumbnail,
    )


def _unread(content: bytes, scanned: Scan) -> JudgedFile:
    return JudgedFile(kind=None, problem=None, found="", scan=scanned, original=content, content=content)


def file_facts(name: str, judged: JudgedFile, *, inline: bool = False) -> FileFacts:
    """What the gate needs to know of it. What nobody looked at is not refused for its type as well."""
    return FileFacts(
        name=name,
        size=len(judged.original),
        kind=judged.kind if judged.looked_at else "",
        problem=judged.problem,
        found=judged.found,
        inline=inline,
        infected=judged.scan is Scan.INFECTED,
        unscanned=judged.scan is Scan.UNKNOWN,
    )


class Cleaner:
    """Cleans files in a child process that may die over one without harm."""

    def __init__(self) -> None:
        self._child = Child("messages_app.services.file_child", CLEAN_SECONDS, CLEAN_MEMORY)

    def clean(self, name: str, content: bytes) -> Cleaned:
        """As `files.clean.clean_file`; what cannot be read within the bounds is too complex. Raises OSError
        where no child can be started."""
        try:
            return _unpacked(self._child.ask(pickle.dumps((name, content), protocol=5)))
        except (Unreadable, ValueError, TypeError, KeyError):
            return Cleaned(Identified(None, _HUNG, ""))

    def close(self) -> None:
        """Ends the child. The next file starts another."""
        self._child.close()


CLEANER = Cleaner()
atexit.register(CLEANER.close)


def _unpacked(answer: bytes) -> Cleaned:
    """The answer of `services.file_child`; ValueError for anything else: who read the file may lie."""
    (size,) = LENGTH.unpack(answer[: LENGTH.size])
    start = LENGTH.size + size
    head = json.loads(answer[LENGTH.size : start])
    what = Identified(
        kind=Kind(head["kind"]) if head["kind"] else None,
        problem=Problem(head["problem"]) if head["problem"] else None,
        found=str(head["found"]),
        links=tuple(map(str, head["links"])),
        signed=bool(head["signed"]),
    )
    blobs = []
    for key in ("content", "preview", "thumbnail"):
        blobs.append(answer[start : start + int(head[key] or 0)])
        start += int(head[key] or 0)
    if start != len(answer):
        raise ValueError("an answer of another length than announced")
    cleaned = Cleaned(what, blobs[0], blobs[1], blobs[2])
    return cleaned if head["content"] is not None else replace(cleaned, content=None)

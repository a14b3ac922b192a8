"""The process in which files are read, cleaned and drawn (ATT-2 to ATT-6, REL-4): `python -m
messages_app.services.file_child`.

It imports the pure files room alone. The request is a pickle of (name, content); the answer is JSON behind
its length, then the bytes that it announces: nothing in it is executed by the parent.
"""

from __future__ import annotations

import json
import pickle

from messages_app.files.clean import clean_file
from messages_app.files.kinds import Cleaned
from messages_app.services.child_loop import LENGTH, serve


def main() -> None:
    """Cleans until standard input ends."""
    serve(clean)


def clean(request: bytes) -> bytes:
    """The packed result for one pickled (name, content)."""
    name, content = pickle.loads(request)  # noqa: S301 - written by the parent
    return pack(clean_file(name, content))


def pack(cleaned: Cleaned) -> bytes:
    """As `services.files` unpacks it."""
    what = cleaned.identified
    head = {
        "kind": what.kind,
        "problem": what.problem,
        "found": what.found,
        "links": what.links,
        "signed": what.signed,
        "content": None if cleaned.content is None else len(cleaned.content),
        "preview": len(cleaned.preview),
        "thumbnail": len(cleaned.thumbnail),
    }
    words = json.dumps(head).encode()
    blobs = (cleaned.content or b"", cleaned.preview, cleaned.thumbnail)
    return b"".join((LENGTH.pack(len(words)), words, *blobs))


if __name__ == "__main__":
    main()

"""The process in which the leak gate reads mails with files and single files (MAIL-17): `python -m
messages_app.services.leak_child`.

It imports the pure mail room alone. The request is a pickle; the answer JSON: [kind, place] of each leak of
a mail, the places of files with a leak.
"""

from __future__ import annotations

import json
import pickle

from messages_app.mail.leak_gate import files_with_leaks, find_leaks
from messages_app.services.child_loop import serve


def main() -> None:
    """Searches until standard input ends."""
    serve(_search)


def _search(request: bytes) -> bytes:
    what, protected, exempt = pickle.loads(request)  # noqa: S301 - written by the parent
    if isinstance(what, list):
        return json.dumps(files_with_leaks(what, protected)).encode()
    leaks = find_leaks(what, protected, exempt_in_files=exempt)
    return json.dumps([(leak.kind, leak.place) for leak in leaks]).encode()


if __name__ == "__main__":
    main()

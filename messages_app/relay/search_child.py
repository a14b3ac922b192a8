"""The process in which the leak gate reads mails with files (MAIL-17): `python -m
messages_app.relay.search_child`.

It imports the pure mail room alone. The request is a pickle, the answer JSON: [kind, place] of each leak.
"""

from __future__ import annotations

import json
import pickle

from messages_app.mail.leak_gate import find_leaks
from messages_app.relay.child_loop import serve


def main() -> None:
    """Searches until standard input ends."""
    serve(_search)


def _search(request: bytes) -> bytes:
    raw, protected, exempt = pickle.loads(request)  # noqa: S301 - written by the parent
    leaks = find_leaks(raw, protected, exempt_in_files=exempt)
    return json.dumps([(leak.kind, leak.place) for leak in leaks]).encode()


if __name__ == "__main__":
    main()

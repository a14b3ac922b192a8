"""A searching child that does to itself what a hostile file might; honest mails it searches."""

from __future__ import annotations

from messages_app.services import leak_child
from tests.messages_app.relay.bad_child import harm

_search = leak_child._search


def misbehave(request: bytes) -> bytes:
    harm(request)
    return b"[[1" if b"LIE" in request else _search(request)


if __name__ == "__main__":
    leak_child._search = misbehave
    leak_child.main()

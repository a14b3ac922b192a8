"""A cleaning child that does to itself what a hostile file might; honest files it cleans."""

from __future__ import annotations

from messages_app.services import file_child
from tests.messages_app.relay.bad_child import harm

_clean = file_child.clean


def misbehave(request: bytes) -> bytes:
    harm(request)
    answer = _clean(request)
    return answer[:-1] if b"LIE" in request else answer


if __name__ == "__main__":
    file_child.clean = misbehave
    file_child.main()

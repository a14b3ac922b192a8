"""The leak gate's look into files, in a child process: readers of PDF and Office files know no bounds of
time and memory (MAIL-17, REL-4)."""

from __future__ import annotations

import atexit
import json
import pickle
from collections.abc import Sequence

from messages_app.mail.leak_gate import Leak, Protected
from messages_app.services.child import Child, Unreadable

SEARCH_SECONDS = 30  # for all files of one mail


class Searcher:
    """Searches finished mails, and files on their way in."""

    def __init__(self) -> None:
        self._child = Child("messages_app.services.leak_child", SEARCH_SECONDS)

    def find_leaks(
        self, raw: bytes, protected: Protected, exempt_in_files: frozenset[str]
    ) -> tuple[Leak, ...]:
        """As `leak_gate.find_leaks`; a mail that cannot be searched within the bounds is a leak, for closed
        is the default. Raises OSError where no child can be started."""
        try:
            answer = self._child.ask(pickle.dumps((raw, protected, exempt_in_files), protocol=5))
            return tuple(Leak(kind, place) for kind, place in json.loads(answer))
        except (Unreadable, ValueError, TypeError):
            return (Leak("unreadable", "file"),)

    def files_with_leaks(self, files: Sequence[bytes], protected: Protected) -> tuple[int, ...]:
        """As `leak_gate.files_with_leaks`; files that cannot be searched within the bounds are all named.
        Raises OSError where no child can be started."""
        try:
            answer = self._child.ask(pickle.dumps((list(files), protected, None), protocol=5))
            return tuple(int(place) for place in json.loads(answer))
        except (Unreadable, ValueError, TypeError):
            return tuple(range(len(files)))

    def close(self) -> None:
        """Ends the child. The next mail starts another."""
        self._child.close()


SEARCHER = Searcher()
atexit.register(SEARCHER.close)

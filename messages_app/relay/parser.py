"""Parses mails in a child process that may die without harm (MAIL-6, REL-4)."""

from __future__ import annotations

import atexit
import io
import pickle
from typing import Any

from messages_app.mail.parsed import ParsedMail
from messages_app.mail.report import DeliveryReport
from messages_app.services.child import Child, Unreadable

PARSE_SECONDS = 15  # three of these stay within the minute in which an author hears of trouble (REL-2)

_VALUES = frozenset({"messages_app.mail.parsed", "messages_app.mail.report"})


class Parser:
    """Turns the bytes of mails into values."""

    def __init__(self) -> None:
        self._child = Child("messages_app.relay.parse_child", PARSE_SECONDS)

    def parse(
        self, raw: bytes, *, envelope_sender: str, loop_mark: str, own_marks: tuple[str, ...]
    ) -> tuple[ParsedMail, DeliveryReport | None]:
        """The mail as values and, if it is one, the report in it. Raises Unreadable, or OSError."""
        options = {"envelope_sender": envelope_sender, "loop_mark": loop_mark, "own_marks": own_marks}
        answer = self._child.ask(pickle.dumps((raw, options), protocol=5))
        try:
            mail, report = _Values(io.BytesIO(answer)).load()
        except pickle.UnpicklingError:
            raise Unreadable from None
        return mail, report

    def close(self) -> None:
        """Ends the child. The next mail starts another."""
        self._child.close()


class _Values(pickle.Unpickler):
    """Opens answers: the mail room's value types and nothing else, whatever a mail did to the child."""

    def find_class(self, module: str, name: str) -> Any:
        if module not in _VALUES or "." in name:
            raise pickle.UnpicklingError("not a value of the mail room")
        return super().find_class(module, name)


PARSER = Parser()
atexit.register(PARSER.close)

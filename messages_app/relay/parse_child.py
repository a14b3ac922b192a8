"""The process in which mails are parsed (MAIL-6): `python -m messages_app.relay.parse_child`.

It imports the pure mail room alone. Requests and answers are pickles.
"""

from __future__ import annotations

import io
import pickle
from enum import Enum
from typing import Any

from messages_app.mail.parse import parse_mail
from messages_app.mail.parsed import Automatic
from messages_app.mail.report import read_report
from messages_app.services.child_loop import serve


def main() -> None:
    """Parses until standard input ends."""
    serve(_parse)


def _parse(request: bytes) -> bytes:
    raw, options = pickle.loads(request)  # noqa: S301 - written by the parent
    mail = parse_mail(raw, **options)
    told = mail.report or mail.automatic is Automatic.NULL_SENDER  # old servers send reports in words alone
    answer = io.BytesIO()
    _Values(answer, protocol=5).dump((mail, read_report(raw) if told else None))
    return answer.getvalue()


class _Values(pickle.Pickler):
    """Writes members of enums by class and value. Python 3.11.0 to 3.11.3 write them by getattr, which the
    parent does not open."""

    def reducer_override(self, value: Any) -> Any:
        return (type(value), (value.value,)) if isinstance(value, Enum) else NotImplemented


if __name__ == "__main__":
    main()

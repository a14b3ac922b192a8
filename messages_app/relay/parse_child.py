"""The process in which mails are parsed (MAIL-6): `python -m messages_app.relay.parse_child`.

It imports the pure mail room alone. Requests and answers are pickles.
"""

from __future__ import annotations

import pickle

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
    return pickle.dumps((mail, read_report(raw) if told else None), protocol=5)


if __name__ == "__main__":
    main()

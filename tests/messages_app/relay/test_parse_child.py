"""The answers of the process in which mails are parsed."""

from __future__ import annotations

import io
import pickle

import pytest

from messages_app.mail.parsed import Automatic
from messages_app.relay import parse_child, parser

RAW = b"From: a@b.example\r\nAuto-Submitted: auto-replied\r\nSubject: Away\r\n\r\nBack on Monday.\r\n"
OPTIONS = {"envelope_sender": "a@b.example", "loop_mark": "x", "own_marks": ()}


@pytest.mark.rule("MAIL-6")
def test_the_parent_opens_enums_however_this_python_writes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.11.0 to 3.11.3 write them by getattr, which the parent does not open."""
    monkeypatch.setattr(
        Automatic, "__reduce_ex__", lambda member, _protocol: (getattr, (Automatic, member.name))
    )
    answer = parse_child._parse(pickle.dumps((RAW, OPTIONS)))
    mail, _report = parser._Values(io.BytesIO(answer)).load()
    assert mail.automatic is not None

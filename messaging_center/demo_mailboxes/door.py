"""Hands a mail to the mail door over TCP, as any mail program would."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass

from django.conf import settings

HOST = "127.0.0.1"
_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class DoorAnswer:
    """What the door said: its code (0: it did not answer at all) and its words."""

    code: int
    words: str

    @property
    def accepted(self) -> bool:
        return self.code == 250


def hand_over(sender: str, recipient: str, mail: bytes) -> DoorAnswer:
    """One SMTP dialogue; the answer is that of the first command that was refused, or of DATA."""
    try:
        with smtplib.SMTP(HOST, settings.SMTP_PORT, local_hostname="demo.example", timeout=_SECONDS) as smtp:
            return _dialogue(smtp, sender, recipient, mail)
    except smtplib.SMTPResponseException as refused:
        return _answer(refused.smtp_code, refused.smtp_error)
    except (smtplib.SMTPException, OSError) as trouble:
        return DoorAnswer(0, type(trouble).__name__)


def _dialogue(smtp: smtplib.SMTP, sender: str, recipient: str, mail: bytes) -> DoorAnswer:
    smtp.ehlo()
    for code, words in (smtp.mail(sender, [f"SIZE={len(mail)}"]), smtp.rcpt(recipient)):
        if code >= 400:
            return _answer(code, words)
    return _answer(*smtp.data(mail))


def _answer(code: int, words: bytes | str) -> DoorAnswer:
    return DoorAnswer(code, words.decode("utf-8", "replace") if isinstance(words, bytes) else words)

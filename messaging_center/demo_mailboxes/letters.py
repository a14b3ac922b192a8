"""Mails as the mail programs of the demo's people write them. Pure: values in, bytes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from html import escape

from messaging_center.demo_mailboxes.mails import ShownMail

# What a mail program puts above the text that it quotes, by the language it is set to.
_ATTRIBUTIONS = {
    "en": "On {date}, {who} wrote:",
    "fr": "Le {date}, {who} a écrit :",
    "it": "Il giorno {date}, {who} ha scritto:",
    "pl": "W dniu {date} {who} napisał(a):",
    "de": "Am {date} schrieb {who}:",
    "es": "El {date}, {who} escribió:",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFile:
    """A file to attach."""

    name: str
    type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail to write. `answers` is the one that it replies to, quoted beneath the text."""

    sender_name: str
    sender: str
    recipient: str
    subject: str
    text: str
    language: str
    date: datetime  # aware
    message_id: str  # with angle brackets
    answers: ShownMail | None = None
    file: LetterFile | None = None


def reply_subject(subject: str) -> str:
    """The subject of an answer; one "Re:" is enough."""
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def write_letter(letter: Letter) -> bytes:
    """The whole mail, text and HTML, as bytes with CRLF. Raises ValueError for what no header can carry."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = formataddr((letter.sender_name, letter.sender))
    mail["To"] = letter.recipient
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(letter.date)
    mail["Message-ID"] = letter.message_id
    if letter.answers and letter.answers.message_id:
        earlier = letter.answers.message_id
        mail["In-Reply-To"] = earlier
        mail["References"] = " ".join([*letter.answers.references.split(), earlier])
    mail["User-Agent"] = "Demo mailbox"
    mail.set_content(_text(letter))
    mail.add_alternative(_html(letter), subtype="html")
    if letter.file:
        main, _, sub = letter.file.type.partition("/")
        mail.add_attachment(
            letter.file.content, maintype=main, subtype=sub or "octet-stream", filename=letter.file.name
        )
    return mail.as_bytes()


def _attribution(letter: Letter, answers: ShownMail) -> str:
    pattern = _ATTRIBUTIONS.get(letter.language, _ATTRIBUTIONS["en"])
    date = (answers.date or letter.date).strftime("%d.%m.%Y, %H:%M")
    return pattern.format(date=date, who=f"{answers.from_name} <{answers.from_address}>")


def _text(letter: Letter) -> str:
    if letter.answers is None:
        return f"{letter.text}\n"
    quoted = "\n".join(f"> {line}".rstrip() for line in letter.answers.text.rstrip().split("\n"))
    return f"{letter.text}\n\n{_attribution(letter, letter.answers)}\n{quoted}\n"


def _html(letter: Letter) -> str:
    own = f"<div>{_lines(letter.text)}</div>"
    if letter.answers is None:
        return f"<html><body>{own}</body></html>"
    above = escape(_attribution(letter, letter.answers))
    quoted = f'<blockquote type="cite">{_lines(letter.answers.text.rstrip())}</blockquote>'
    return f"<html><body>{own}<br><div>{above}</div>{quoted}</body></html>"


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>\n")

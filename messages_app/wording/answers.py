"""What a mail server's answer means, in our own words (MAIL-23), by the classes and details of RFC 3463."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from messages_app.mail.reply_codes import NO_ANSWER, NO_CONNECTION, enhanced_status, reply_codes

_NO_MAIL_THERE = _("The domain of the address takes no mail.")
_WRONG_SENDER = _("The mail server does not accept the sender's address.")
_TOO_LARGE = _("The mail is too large for the mailbox.")
_FULL = _("The mailbox is full.")
_NOT_REACHED = _("The mail server could not be reached.")

# subject.detail, or subject alone, of class 5
_FOR_GOOD: dict[str, Promise] = {
    "1": _("The mail server does not accept the address."),
    "1.1": _("There is no such mailbox."),
    "1.2": _NO_MAIL_THERE,
    "1.3": _("The address is not valid."),
    "1.6": _("The mailbox has moved."),
    "1.7": _WRONG_SENDER,
    "1.8": _WRONG_SENDER,
    "1.10": _("The mail server does not accept the address."),  # null MX; Exchange: no such recipient
    "2": _("The mailbox takes no mail."),
    "2.1": _("The mailbox is switched off."),
    "2.2": _FULL,
    "2.3": _TOO_LARGE,
    "3": _("The mail server has trouble of its own."),
    "3.4": _TOO_LARGE,
    "4": _NOT_REACHED,
    "4.4": _NO_MAIL_THERE,
    "4.7": _("The mail could not be delivered in time."),
    "5": _("The mail servers did not understand each other."),
    "6": _("The mail server does not take this kind of content."),
    "7": _("The mail server refused the mail by rules of its own."),
}
_FOR_NOW: dict[str, Promise] = {"2.2": _FULL}  # of class 4; all others ask for patience alone
_CLASSES: dict[str, Promise] = {
    "2": _("The mail server took the mail."),
    "4": _("The mail server asked to try again later."),
    "5": _("The mail server refused the mail for good."),
}
_SILENCE: dict[str, Promise] = {
    NO_ANSWER: _("The mail server did not answer in time."),
    NO_CONNECTION: _NOT_REACHED,
}


def answer_in_words(answer: str) -> str:
    """The codes of an answer and what they mean: "550 5.1.1 – There is no such mailbox.". None of the words
    that the server said; empty for an answer that has no codes."""
    codes = reply_codes(answer)
    if not codes[:1].isdigit():
        return str(_SILENCE.get(codes.partition(" (")[0], ""))
    return f"{codes} – {_meaning(codes)}"


def _meaning(codes: str) -> str:
    kind, _dot, detail = enhanced_status(codes).partition(".")
    kind = kind or codes[0]
    known = {"4": _FOR_NOW, "5": _FOR_GOOD}.get(kind, {})
    return str(known.get(detail) or known.get(detail.partition(".")[0]) or _CLASSES[kind])

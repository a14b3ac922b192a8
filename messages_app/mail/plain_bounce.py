"""Mails that came back and say so in words alone: qmail, Exim, sendmail and others (MAIL-24)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from messages_app.mail.addresses import mailboxes
from messages_app.mail.attributions import fold
from messages_app.mail.automatic import classify
from messages_app.mail.charsets import clean_line
from messages_app.mail.delivery_status import MAX_DIAGNOSTIC, names_unknown_user
from messages_app.mail.encoded_words import decode_words
from messages_app.mail.fields import Fields, every, first
from messages_app.mail.parsed import Automatic

MAX_LINES = 200  # of the text; what a server has to say stands on top
MAX_LINE = 1_000
_DIAGNOSTIC_LINES = 3

_MAILERS = re.compile(
    r"(?:mailer|mail)[-_.]?(?:daemon|system|delivery)\b.*|postmaster|mdaemon|bounces?|mail[-_.]?admin"
)
_SAYS_BOUNCE = re.compile(
    r"failure notice|undeliver|non-?deliver|deliver(?:y|ing)?(?: of)?(?: \w+){0,2} (?:fail|problem|error)"
    r"|delivery (?:status )?notification|returned (?:mail|to sender|email)|returning message"
    r"|mail system error|message (?:not|could not be) delivered|unzustellbar|nicht zugestellt"
    r"|zustellung .{0,30}fehlgeschlagen"
    r"|non remis|non distribu|echec de (?:la )?(?:remise|distribution|livraison)"
    r"|non recapitabil|mancat[oa] (?:recapito|consegna)|consegna .{0,30}non riuscita"
    r"|niedostarcz|nie (?:mozna|udalo sie) dostarczyc|zwrot (?:wiadomosci|poczty)"
    r"|no se (?:puede|pudo|ha podido) entregar|no entregad|imposible entregar|correo devuelto"
)
_SAYS_FAILED = re.compile(
    r"undeliver|(?:could|can|did|was|were|has|have|is|are|will)(?: ?not|n't) (?:be |been )?"
    r"(?:sent|deliver|accept|reach|find|found|exist|able)"
    r"|(?:unable|failed|impossible) to (?:be )?(?:deliver|send)"
    r"|(?:delivery|message|mail)(?: has| was| is)?(?: permanently)?"
    r" (?:failed|rejected|refused|returned|bounced)"
    r"|permanent(?:ly)? (?:fatal |delivery )?(?:error|fail)|fatal error|failure notice|returned mail"
    r"|returning message|failed:|delivery failure|notification \(failure\)"
    r"|unzustellbar|(?:nicht|konnte) (?:.{0,40})zugestellt|fehlgeschlagen|abgelehnt"
    r"|non remis|non distribu|n'a pas (?:pu|ete)|n'ont pas (?:pu|ete)|echec|echoue|rejete"
    r"|non recapita|mancat[oa] (?:recapito|consegna)|non (?:e |puo ).{0,40}(?:consegna|recapita)|non riuscita"
    r"|niedostarcz|nie (?:mozna|udalo|zostal|mogl|moze)|odrzucon"
    r"|no se (?:puede|pudo|ha podido|entreg)|no entregad|no ha podido|imposible entregar|rechazad"
)
_GIVES_UP = re.compile(
    r"not going to try again|giv(?:en|ing) up|retry time(?:out)? exceeded|queue too long"
    r"|(?:deleted|removed) from (?:the )?queue|(?:message|delivery time) expired|no further attempts"
)
_SAYS_DELAYED = re.compile(
    r"delayed|\bdelay\b|(?:not yet|not) been delivered yet|still (?:be )?(?:trying|attempting|being)"
    r"|warning message|(?:will|shall) (?:be retried|be re-?tried|retry|keep trying|continue|try again)"
    r"|attempts will continue|(?:no|not) (?:action|need) .{0,20}(?:required|resend)"
    r"|verzoger|zeitverzug|retarde|(?:en|avec) retard|in ritardo|ritardat|opozni|retrasad|retraso|demorad"
)
_WARNS = re.compile(r"warning\b|warnung\b|avertissement\b|avviso\b|ostrzezenie\b|advertencia\b")

# Code beside something that makes a date, a version or a house number unlikely.
_STATUS_IN_TEXT = re.compile(
    r"(?:^\s*|[#(:=\[]\s*|\b[45]\d\d[ -]#?|\b(?:code|status|error|dsn)\W{0,3})"
    r"([45]\.[0-7]\.\d{1,3})(?![\d.]*\d)",
    re.IGNORECASE,
)
_REPLY_IN_TEXT = re.compile(
    r"(?:^\s*|[:>#(=]\s*|\b(?:said|code|error|reply|response|status)\W{0,3})([45])\d\d(?=[\s)-]|$)",
    re.IGNORECASE,
)
_RETURNED = re.compile(
    r"[\s>]{0,9}(?:-{2,}+.{0,60}(?:copy of|original|returned|unsent|below this|message follows|header)"
    r"|return-path:|received:|message-id:)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainBounce:
    """What a server said in words about our one recipient."""

    action: str  # "failed", "delayed", or "" where that cannot be told
    status: str  # "5.1.1"; "" when it gives none
    diagnostic: str  # one line, addresses not masked, at most twice the bound of a diagnostic
    reason_known: bool  # it says why: by a code, or in words


def read_plain_bounce(fields: Fields, text: str) -> PlainBounce | None:
    """What a mail with a null sender says of the mail that it is about; None when no server wrote it.

    `text` is its body. An absence note, or any mail of a person's address that does not call itself a
    bounce, is None: it is no reason to call a delivery failed (MAIL-26).
    """
    subject = fold(clean_line(decode_words(first(fields, "subject"))))
    named = bool(first(fields, "x-failed-recipients"))
    lines = _own_words(text)
    folded = [fold(line) for line in lines]
    if not (named or _is_by_mailer(fields, subject) or _says_qmail(folded)):
        return None
    kind, status, at = _code(lines)
    action = _action(subject, " ".join(folded), kind, named=named)
    at = at if kind else _telling_line(folded)
    diagnostic = " ".join(" ".join(_paragraph(lines, at)).split())[: 2 * MAX_DIAGNOSTIC]
    known = bool(kind) or names_unknown_user(diagnostic)
    return PlainBounce(action=action, status=status, diagnostic=diagnostic, reason_known=known)


def _is_by_mailer(fields: Fields, subject: str) -> bool:
    if classify((), envelope_sender="any", report=False, subject=subject) is Automatic.SUBJECT:
        return False
    senders = mailboxes(every(fields, "from"))
    by_name = any(_MAILERS.fullmatch(box.address.partition("@")[0].lower()) for box in senders)
    return by_name or bool(_SAYS_BOUNCE.search(subject))


def _says_qmail(folded: Sequence[str]) -> bool:
    return any("qmail-send program" in line for line in folded[:3])


def _own_words(text: str) -> list[str]:
    """The lines above the mail that is sent back with them."""
    lines: list[str] = []
    for line in text.split("\n", MAX_LINES)[:MAX_LINES]:
        if _RETURNED.match(line[:MAX_LINE]):
            break
        lines.append(line[:MAX_LINE])
    return lines


def _code(lines: Sequence[str]) -> tuple[int, str, int]:
    """(class, enhanced status or "", line) of the first failure, else of the first delay; class 0: none."""
    best = (0, "", 0)
    for at, line in enumerate(lines):
        status = _STATUS_IN_TEXT.search(line)
        reply = _REPLY_IN_TEXT.search(line)
        if status is None and reply is None:
            continue
        code = status[1] if status else ""
        kind = int(code[:1] or (reply[1] if reply else 0))
        if kind == 5:
            return kind, code, at
        best = best if best[0] else (kind, code, at)
    return best


def _action(subject: str, words: str, kind: int, *, named: bool) -> str:
    """Whether the server gave up. A delay is not told as a failure, and a failure not as a delay."""
    if _GIVES_UP.search(words):
        return "failed"
    if _SAYS_DELAYED.search(subject) or _WARNS.match(subject):
        return "delayed"
    if kind == 5:
        return "failed"
    if _SAYS_DELAYED.search(words):
        return "delayed"
    if named or _SAYS_FAILED.search(subject) or _SAYS_FAILED.search(words):
        return "failed"
    return "delayed" if kind == 4 else ""


def _telling_line(folded: Sequence[str]) -> int:
    """The line that says why, else the first that says that it failed, else the first."""
    for says in (names_unknown_user, _SAYS_FAILED.search):
        for at, line in enumerate(folded):
            if says(line):
                return at
    return 0


def _paragraph(lines: Sequence[str], at: int) -> list[str]:
    """That line and at most two that belong to it."""
    found: list[str] = []
    for line in lines[at : at + _DIAGNOSTIC_LINES]:
        if not line.strip():
            break
        found.append(line)
    return found

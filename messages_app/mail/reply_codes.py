"""What of a mail server's answer may be kept and shown: its codes (MAIL-23, ACC-9, PRV-5).

The words are foreign free text and may name the person behind an alias in any spelling; the codes of
RFC 5321 and RFC 3463 say the same in numbers.
"""

from __future__ import annotations

import re

# Our own words for a server that said nothing, and for a mail that did not get as far.
NO_ANSWER = "no answer in time"
NO_CONNECTION = "no connection"
NOT_RENDERED = "not rendered"

_GAP = r"[\s#:(\[-]{0,4}"
_REPLY = r"(?P<reply>[245]\d\d)(?![\w.])"
_STATUS = r"(?P<status>[245]\.\d{1,3}\.\d{1,3})(?![\w]|\.\d)"
_CODES = re.compile(rf"\s*(?:{_REPLY}(?:{_GAP}{_STATUS})?|{_STATUS.replace('status', 'alone')})", re.ASCII)
_OWN_WORDS = re.compile(rf"(?:{NO_ANSWER}|{NO_CONNECTION}|{NOT_RENDERED})(?: \(\w{{1,60}}\))?", re.ASCII)


def reply_codes(answer: str) -> str:
    """The codes at the beginning of an answer: "550 5.1.1", "550", "5.1.1"; or our own words for a server
    that gave none. Empty for anything else."""
    found = _CODES.match(answer)
    if found is None:
        return answer if _OWN_WORDS.fullmatch(answer) else ""
    return " ".join(part for part in found.group("reply", "status", "alone") if part)


def report_codes(status: str, diagnostic: str) -> str:
    """The same of a delivery report: its Status, and what stands in its diagnostic text. Many reports
    have a general status only (x.0.0), then the diagnostic's is the better one."""
    reply, _, detail = reply_codes(diagnostic).rpartition(" ")
    if not reply and "." not in detail:
        reply, detail = detail, ""
    if status and not (detail and status.endswith(".0.0")):
        detail = status
    return f"{reply} {detail}".strip()


def enhanced_status(codes: str) -> str:
    """The status of RFC 3463 among codes, or empty."""
    last = codes.rpartition(" ")[2]
    return last if "." in last else ""

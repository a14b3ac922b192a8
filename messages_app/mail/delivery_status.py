"""What status codes and the words of mail servers mean (RFC 3463, RFC 5321; MAIL-24, MAIL-25)."""

from __future__ import annotations

import re

MAX_DIAGNOSTIC = 500

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
_REPLY_CODE = re.compile(r"(?<![\d.])([245])\d\d(?=[\s-]|$)")
_ACTION_CLASS = {"failed": 5, "delayed": 4, "delivered": 2, "relayed": 2, "expanded": 2}
# Class 5, but not because the address is dead: mailbox full, size, system, content, policy, our own sender.
_TEMPORARY_SUBJECTS = frozenset((3, 5, 6, 7))
_NOT_THE_ADDRESS = frozenset(("5.1.7", "5.1.8", "5.2.2", "5.2.3", "5.2.4", "5.4.5", "5.4.6", "5.4.7"))
_POLICY = re.compile(
    r"spam|blocked|block list|blocklist|blacklist|reputation|policy|dmarc|\bspf\b|\bdkim\b|unsolicited|quota"
    r"|mailbox (?:is )?full|over ?quota|too (?:large|big|many)|rate limit|virus",
    re.IGNORECASE,
)
_UNKNOWN_USER = re.compile(
    r"user unknown|unknown user|unknown recipient|no such (?:user|recipient|mailbox|person)"
    r"|(?:does not|doesn't) exist|recipient (?:unknown|not found)|invalid (?:recipient|mailbox)"
    r"|mailbox (?:unavailable|not found|disabled)|user (?:not found|doesn't have)|no mailbox here"
    r"|unrouteable address|host or domain name not found|account (?:is )?disabled",
    re.IGNORECASE,
)


def first_status(text: str) -> str:
    """The first enhanced status code in a text, "" where there is none."""
    found = _STATUS.search(text[: 2 * MAX_DIAGNOSTIC])
    return found[0] if found else ""


def status_class(status: str, action: str, diagnostic: str) -> int:
    """2 delivered, 4 delayed, 5 failed; 0 unknown."""
    if action == "delayed":
        return 4  # whatever code the server gave, it keeps trying
    if status:
        return int(status[0])
    code = _REPLY_CODE.search(diagnostic)
    return int(code[1]) if code else _ACTION_CLASS.get(action, 0)


def names_unknown_user(diagnostic: str) -> bool:
    """Whether the server says that there is no such address."""
    return bool(_UNKNOWN_USER.search(diagnostic))


def is_about_address(status: str, diagnostic: str) -> bool:
    """Whether a failure means that the address is dead: soft are a full box, size, content and policy."""
    if status in _NOT_THE_ADDRESS or _POLICY.search(diagnostic):
        return False
    if names_unknown_user(diagnostic):
        return True
    return not status or int(status.split(".")[1]) not in _TEMPORARY_SUBJECTS

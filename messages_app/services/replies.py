"""A mail server's answer made fit for the trace: no addresses, one line (MAIL-23, PRV-5)."""

from __future__ import annotations

import re

from messages_app.mail.headers import clean_header

MAX_REPLY = 300  # characters that a trace line keeps
_READ = 2000
_ADDRESS = re.compile(r"""[^\s<>"'(),;:\[\]@]{1,128}@[^\s<>"'(),;:\[\]]{1,255}""")
MASKED = "[address]"


def without_addresses(text: str) -> str:
    """`text` with a placeholder for everything that looks like an address."""
    return _ADDRESS.sub(MASKED, text)


def masked_reply(reply: str, recipient: str) -> str:
    """`reply` without anything that looks like an address, and without the recipient's two halves."""
    line = without_addresses(clean_header(reply, _READ))
    local, _, domain = recipient.rpartition("@")
    for part in (local, domain):
        if len(part) > 1:
            whole = rf"(?<![A-Za-z0-9]){re.escape(part)}(?![A-Za-z0-9])"
            line = re.sub(whole, "…", line, flags=re.IGNORECASE)
    return line[:MAX_REPLY]

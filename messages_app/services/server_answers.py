"""A mail server's answer made fit for the trace: no addresses, one line (MAIL-23, PRV-5)."""

from __future__ import annotations

import re

from messages_app.mail.address_mask import mask_addresses
from messages_app.mail.headers import clean_header

MAX_ANSWER = 300  # characters that a trace line keeps
_READ = 2000


def masked_answer(answer: str, recipient: str) -> str:
    """`answer` without anything that looks like an address, and without the recipient's two halves."""
    line = mask_addresses(clean_header(answer, _READ))
    local, _, domain = recipient.rpartition("@")
    for part in (local, domain):
        if len(part) > 1:
            whole = rf"(?<![A-Za-z0-9]){re.escape(part)}(?![A-Za-z0-9])"
            line = re.sub(whole, "…", line, flags=re.IGNORECASE)
    return line[:MAX_ANSWER]

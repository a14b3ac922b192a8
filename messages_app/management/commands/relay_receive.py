"""`manage.py relay_receive --from A --to B < mail.eml`: one mail from an MTA that pipes (MAIL-1).

Exit codes are those of sysexits.h, which MTAs turn into their answers.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from messages_app.models import InboundMail
from messages_app.relay.intake import (
    Arrival,
    Recipient,
    Refusal,
    accept,
    can_be_address,
    is_too_large,
    resolve_recipient,
)

EX_OF_REFUSAL = {Refusal.UNKNOWN: os.EX_NOUSER, Refusal.OTHER_DOMAIN: os.EX_UNAVAILABLE}
WORDS = {
    os.EX_OK: "accepted",
    os.EX_NOUSER: "no such address here",
    os.EX_UNAVAILABLE: "other domain, too large, or not an address",
    os.EX_TEMPFAIL: "temporary trouble, try again later",
}


class Command(BaseCommand):
    help = "Take in one mail from standard input: exit 0 accepted, 67 no such alias, 69 refused, 75 later."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="sender", required=True, help='envelope sender; "" or <> for none')
        parser.add_argument("--to", dest="recipient", required=True, help="envelope recipient")

    def handle(self, *args: Any, **options: Any) -> None:
        # One byte beyond the limit is enough to know; a pipe may be endless.
        raw = sys.stdin.buffer.read(settings.MAX_WIRE_BYTES + 1)
        try:
            code = _take(raw, options["sender"], options["recipient"])
        except (OSError, DatabaseError, InterfaceError):
            code = os.EX_TEMPFAIL
        if code != os.EX_OK:
            self.stderr.write(WORDS[code])
        sys.exit(code)


def _take(raw: bytes, sender: str, address: str) -> int:
    recipient = resolve_recipient(address.strip().strip("<>"))
    if not isinstance(recipient, Recipient):
        return EX_OF_REFUSAL[recipient]
    if is_too_large(raw) or not can_be_address(sender):
        return os.EX_UNAVAILABLE
    accept(
        Arrival(
            raw=raw,
            envelope_sender=sender.strip().strip("<>"),
            recipients=(recipient,),
            door=InboundMail.Door.PIPE,
            loopback=True,  # a program on this machine
            received_at=timezone.now(),
        )
    )
    return os.EX_OK

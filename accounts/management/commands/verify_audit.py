from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.services.audit import Broken, verify_audit

_WORDS = {
    Broken.CHANGED: "was changed after it was written",
    Broken.MISSING: "is missing",
    Broken.MOVED: "does not follow the one before it: records were put in another order or taken out",
    Broken.CUT: "was there once and is missing at the end",
}


class Command(BaseCommand):
    help = "Reads the audit chain and names every record that was changed, moved or taken away."

    def handle(self, *args: Any, **options: Any) -> None:
        verified = verify_audit()
        for fault in verified.faults:
            self.stderr.write(f"Record {fault.number} {_WORDS[fault.what]}.")
        if verified.faults:
            raise CommandError(f"The audit chain is broken in {len(verified.faults)} places.")
        self.stdout.write(f"{verified.records} audit records, all in place. Head: {verified.head or 'none'}")

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.services.audit import record_audit
from accounts.services.second_factor import reseal_second_factors
from messages_app.services.rotation import rotate_keys


class Command(BaseCommand):
    help = "Wraps all data keys by the newest of MASTER_KEYS; then the older ones can be taken out."

    def handle(self, *args: Any, **options: Any) -> None:
        done = rotate_keys()
        details = {"rewrapped": done.rewrapped, "fresh": done.fresh, "lost": len(done.lost)}
        record_audit(actor=None, action="keys_rotated", kind="key", details=details)
        self.stdout.write(f"{done.rewrapped} keys wrapped anew, {done.fresh} were up to date.")
        lost_factors = reseal_second_factors()
        if lost_factors:
            self.stderr.write(
                f"{lost_factors} second factors open with none of MASTER_KEYS: bring the missing master key "
                "back, or remove them with manage.py remove_second_factor."
            )
        if done.lost:
            raise CommandError(
                f"{len(done.lost)} keys open with none of MASTER_KEYS: put the missing master key back "
                f"at the end of the list and run this again. The first: {done.lost[0]}"
            )

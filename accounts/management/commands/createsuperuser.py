from __future__ import annotations

from typing import Any

from django.contrib.auth.management.commands import createsuperuser

from accounts.services.staff import record_administrators


class Command(createsuperuser.Command):
    help = "Makes an administrator. The audit chain keeps it."

    def handle(self, *args: Any, **options: Any) -> None:
        """Recorded afterwards, not in one transaction: the questions would lie within it."""
        super().handle(*args, **options)
        record_administrators()

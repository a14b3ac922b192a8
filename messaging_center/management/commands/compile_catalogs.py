"""`manage.py compile_catalogs`: translations ready for use, without gettext's programs."""

from django.conf import settings
from django.core.management.base import BaseCommand

from messaging_center.catalogs import compile_stale


class Command(BaseCommand):
    """Compile the message catalogs that changed since they were compiled last."""

    help = "Compile the message catalogs that changed."
    requires_system_checks = ()

    def handle(self, **_options: object) -> None:
        """Compile and say how many."""
        if compiled := sum(compile_stale(folder) for folder in settings.LOCALE_PATHS):
            self.stdout.write(f"Compiled {compiled} message catalogs.")

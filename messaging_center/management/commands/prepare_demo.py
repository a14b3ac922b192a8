"""`manage.py prepare_demo`: all that `make demo` does before it starts the product's processes."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Compile the catalogs, make the tables, load the sample marketplace and say what there is to see in it.

    One process for all of it, for each would take a second to start. It may be killed at any moment: each
    step is one transaction, or is done again.
    """

    help = "Makes the demo's catalogs, tables and sample marketplace, and says what there is to see in it."
    requires_system_checks = ()  # the steps have theirs, as soon as there is what they look at

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("compile_catalogs")
        call_command("migrate", verbosity=0, skip_checks=False)
        call_command("seed_demo", skip_checks=False)
        call_command("demo_info")

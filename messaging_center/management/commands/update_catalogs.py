"""`manage.py update_catalogs [--check]`: the texts of the product and their translations in step."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from messaging_center.catalogs import PLURALS, problems_of, texts_of, update


class Command(BaseCommand):
    """Collect the texts to translate into the five catalogs; English is the source."""

    help = "Bring locale/*/LC_MESSAGES/django.po in step with the texts in code and templates."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Only --check."""
        parser.add_argument(
            "--check", action="store_true", help="change nothing, fail when a translation is missing"
        )

    def handle(self, **options: Any) -> None:
        """Update every catalog, or list what is wrong with them."""
        texts = texts_of(settings.BASE_DIR)
        problems: list[str] = []
        for language in sorted(PLURALS):
            catalog = settings.LOCALE_PATHS[0] / language / "LC_MESSAGES" / "django.po"
            if options["check"]:
                problems += problems_of(catalog, language, texts)
            else:
                self.stdout.write(f"{language}: {update(catalog, language, texts)} new texts")
        if problems:
            raise CommandError("\n".join([*problems, f"{len(problems)} translations need work."]))
        self.stdout.write(f"{len(texts)} texts in {len(PLURALS) + 1} languages.")

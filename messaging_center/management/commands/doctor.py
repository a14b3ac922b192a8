from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from messaging_center.doctor import Line, examine


class Command(BaseCommand):
    help = "Looks at the running whole and says what is not well, and what to do; exit 1 on an error."
    requires_system_checks = ()  # they are what the first lines tell

    def handle(self, *args: Any, **options: Any) -> None:
        errors = 0
        for line in examine():
            self.stdout.write(_in_words(line))
            errors += line.level == "error"
        if errors:
            sys.exit(1)


def _in_words(line: Line) -> str:
    advice = f"\n{'':21}{line.advice}" if line.advice else ""
    return f"{line.level:8} {line.part:11} {line.text}{advice}"

#!/usr/bin/env python
"""Django's command line for the messaging center."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    """Run one management command with this project's settings; wrong ones end it with their sentences."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "messaging_center.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as wrong:
        sys.exit(str(wrong))


if __name__ == "__main__":
    main()

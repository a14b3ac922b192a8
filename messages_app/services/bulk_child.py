"""How a process that prepares submissions begins: imported before Django is set up, it needs none of it."""

from __future__ import annotations

import signal

import django


def set_up() -> None:
    """Ctrl-C is for the process that leads."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    django.setup()

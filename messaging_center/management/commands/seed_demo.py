from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from messages_app.tasks import send_deliveries, take_events
from messaging_center.demo_world.seed import is_seeded, seed


class Command(BaseCommand):
    help = "Loads the sample marketplace, the same each time; does nothing where it is loaded already."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("seed_demo is for the demo alone: write DEMO=on, on a database of its own.")
        if is_seeded():
            return
        self.stdout.write("Loading the sample marketplace ...")
        seed(timezone.now(), say=lambda text: self.stdout.write(f"  {text}"))
        # Their mails belong to the world too; what cannot leave now, the worker goes on with.
        take_events()
        send_deliveries()

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from messages_app.sealing.seal import SealBroken
from messages_app.tasks import send_deliveries, take_events
from messages_app.vault.keys import installation_key
from messaging_center.demo_world.seed import is_seeded, seed


class Command(BaseCommand):
    help = "Loads the sample marketplace, the same each time; does nothing where it is loaded already."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("seed_demo is for the demo alone: write DEMO=on, on a database of its own.")
        _check_keys()
        if is_seeded():
            return
        self.stdout.write("Loading the sample marketplace ...")
        seed(timezone.now(), say=lambda text: self.stdout.write(f"  {text}"))
        # Their mails belong to the world too; what cannot leave now, the worker goes on with.
        take_events()
        send_deliveries()


def _check_keys() -> None:
    """Data of another installation would look whole and open nowhere."""
    try:
        installation_key("message_ids")
    except SealBroken:
        raise CommandError(
            f"MASTER_KEYS do not open what is stored in {settings.DATA_DIR}: bring back the .env that it was "
            "made with, or write another DATA_DIR."
        ) from None

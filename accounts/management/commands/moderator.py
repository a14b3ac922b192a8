from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.addresses import normalise_address
from accounts.models import User
from accounts.services.staff import set_moderator


class Command(BaseCommand):
    help = "Makes a person a moderator, or ends it with --end. The audit chain keeps both."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address that the person signs in with")
        parser.add_argument("--end", action="store_true", help="end it, at once")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=normalise_address(options["email"])).first()
        if user is None:
            raise CommandError("Nobody has an account with this address.")
        set_moderator(user=user, moderates=not options["end"])
        self.stdout.write("No moderator any more." if options["end"] else "A moderator now.")

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.addresses import normalise_address
from accounts.models import User
from accounts.services.audit import record_audit
from accounts.services.second_factor import remove_second_factor


class Command(BaseCommand):
    help = (
        "Takes away the second factor of somebody who has lost app and recovery codes; ends their sessions."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="the person's address; make sure that it is them who ask")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=normalise_address(options["address"])).first()
        if user is None or not remove_second_factor(user=user):
            raise CommandError("Nobody with this address has a second factor.")
        record_audit(actor=None, action="second_factor_removed", kind="user", object_id=user.pk)
        self.stdout.write("The second factor is removed. They sign in with their password alone now.")

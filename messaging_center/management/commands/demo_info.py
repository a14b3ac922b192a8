from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from messaging_center.demo_world.info import world


class Command(BaseCommand):
    help = "Prints the sample marketplace: who can sign in, with which aliases and orders."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="the whole of it, for scripts")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("demo_info is for the demo alone: it prints passwords and addresses.")
        found = world()
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1))
        else:
            self.stdout.write(_for_people(found))


def _for_people(found: dict[str, Any]) -> str:
    people = [f"  {one['email']:38} {', '.join(one['roles'])}" for one in found["people"]]
    pair = found["pairs"][0] if found["pairs"] else None
    lines = [
        "",
        f"Web       {found['web']}",
        f"Mail door {found['smtp']}",
        f"Mailboxes {found['web']}/demo/mailboxes/   every mail that left, with a Reply button",
        "",
        "Who can sign in (password: demo)",
        *people,
        "",
        "What to try",
        f"  1. Sign in at {found['web']} as {found['sellers'][0]['members'][0]['email']}; the thread that is due",
        "     first stands on top. Answer it.",
        "  2. Open the buyer's mailbox: the answer came from an alias. Reply there.",
        "  3. Back in the seller's list the reply stands with its due time.",
    ]
    if pair:
        lines.append(
            f"  4. Or by any mail program, from {pair['buyer']} to {pair['seller_alias']} through {found['smtp']}."
        )
    return "\n".join([*lines, "", "Ctrl-C stops everything.", ""])

from __future__ import annotations

import json
from itertools import count
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
    """Where it runs, who is there, and the tour of the README in short."""
    mailboxes = f"{found['web']}/demo/mailboxes/" if settings.DEMO_MAILBOXES else ""
    people = [f"  {one['email']:34} {', '.join(one['roles'])}" for one in found["people"]]
    return "\n".join(
        [
            "",
            f"Web        {found['web']}",
            f"Mail door  {found['smtp']}",
            f"Mailboxes  {mailboxes or 'none: mail leaves by EMAIL_URL'}",
            "",
            "Who can sign in (password: demo)",
            *people,
            "",
            "What to try",
            *_tour(found, mailboxes),
            "",
        ]
    )


def _tour(found: dict[str, Any], mailboxes: str) -> list[str]:
    if not (found["sellers"] and found["pairs"]):
        return ["  Nothing is loaded yet: manage.py seed_demo"]
    owner = found["sellers"][0]["members"][0]["email"]
    pair = found["pairs"][0]
    lines = [
        f"Sign in at {found['web']} as {owner}; the thread that is due first",
        "   stands on top. Answer it.",
    ]
    if mailboxes:
        lines += [
            f"Open {mailboxes}: the buyer has your answer, from an alias. Reply there.",
            "Back at the seller's list the reply stands with its due time.",
        ]
    lines += [
        f"Or by any mail program through {found['smtp']}, from {pair['buyer']}",
        f"   to {pair['seller_alias']}.",
    ]
    return _numbered(lines)


def _numbered(lines: list[str]) -> list[str]:
    """Numbers before the lines that begin a step; the others go on with theirs."""
    number = count(1)
    return [f"  {line}" if line.startswith(" ") else f"  {next(number)}. {line}" for line in lines]

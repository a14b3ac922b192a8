"""`manage.py quarantine list|show|retry|discard`: mail that could not be read, in staff's hands (MAIL-6)."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.services.audit import record_audit
from messages_app.models import InboundMail
from messages_app.relay.intake import raw_bytes
from messages_app.services.held_mail import discard_quarantined, retry_mails

State = InboundMail.State


class Command(BaseCommand):
    help = "List mail in quarantine, show its bytes, try it again or discard it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        listing = actions.add_parser("list", help="what is there, oldest first")
        listing.add_argument("--json", action="store_true", help="one JSON object a line")
        show = actions.add_parser("show", help="write the mail as it came to standard output")
        show.add_argument("id", type=UUID)
        for name, words in (("retry", "put it back into the line"), ("discard", "drop it for good")):
            action = actions.add_parser(name, help=words)
            action.add_argument("ids", type=UUID, nargs="*", metavar="id")
            action.add_argument("--all", action="store_true", help="everything in quarantine")

    def handle(self, *args: Any, **options: Any) -> None:
        match options["action"]:
            case "list":
                self._list(as_json=options["json"])
            case "show":
                self._show(options["id"])
            case "retry":
                self._decide("retry", options, retry_mails, "back in the line")
            case _:
                self._decide("discard", options, discard_quarantined, "discarded")

    def _list(self, *, as_json: bool) -> None:
        for inbound in _quarantined().select_related("raw"):
            line = {
                "id": str(inbound.pk),
                "received_at": inbound.received_at.isoformat(timespec="seconds"),
                "bytes": inbound.raw.size,
                "attempts": inbound.attempts,
                "outcome": inbound.outcome,
            }
            self.stdout.write(
                json.dumps(line) if as_json else "  ".join(str(value) for value in line.values())
            )

    def _show(self, inbound_id: UUID) -> None:
        inbound = _quarantined().select_related("raw__key").filter(pk=inbound_id).first()
        if inbound is None:
            raise CommandError("No such mail in quarantine.")
        record_audit(actor=None, action="read_raw_mail", kind="inbound", object_id=inbound.pk)
        # The bytes as they are, also what is no text in any character set.
        target = getattr(self.stdout._out, "buffer", None)  # noqa: SLF001 - Django wraps the stream
        if target is None:
            self.stdout.write(raw_bytes(inbound.raw).decode("utf-8", "replace"))
        else:
            target.write(raw_bytes(inbound.raw))

    @transaction.atomic
    def _decide(self, action: str, options: dict[str, Any], step: Callable[..., int], words: str) -> None:
        """Each with its audit record, like the moderators' decisions (SEC-7)."""
        mails = _chosen(options)
        self.stdout.write(f"{step(mails, now=timezone.now())} {words}")
        for mail_id in mails:
            record_audit(actor=None, action=action, kind="inbound", object_id=mail_id)


def _quarantined() -> QuerySet[InboundMail]:
    return InboundMail.objects.filter(state=State.QUARANTINED).order_by("id")


def _chosen(options: dict[str, Any]) -> list[UUID]:
    if options["all"] == bool(options["ids"]):
        raise CommandError("Name the mails by their ids, or all of them with --all.")
    mails = _quarantined()
    if options["all"]:
        return list(mails.values_list("pk", flat=True))
    chosen = set(mails.filter(pk__in=options["ids"]).values_list("pk", flat=True))
    if chosen != set(options["ids"]):
        raise CommandError("Not all of these are in quarantine: nothing was changed.")
    return list(chosen)

"""`manage.py relay_listen`: the mail door (MAIL-1)."""

from __future__ import annotations

import asyncio
import signal
import ssl
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from messages_app.relay.door import Binding
from messages_app.relay.listener import serve


class Command(BaseCommand):
    help = "Take mail in by SMTP, or by LMTP behind an MTA."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=settings.SMTP_PORT, help="port; 0 takes a free one")
        parser.add_argument("--lmtp", action="store_true", help="speak LMTP instead of SMTP")
        parser.add_argument("--tls-cert", metavar="FILE", help="certificate chain (PEM): offers STARTTLS")
        parser.add_argument("--tls-key", metavar="FILE", help="its private key, if not in the same file")

    def handle(self, *args: Any, **options: Any) -> None:
        binding = Binding(
            host=options["host"],
            port=options["port"],
            lmtp=options["lmtp"],
            tls=_tls(options["tls_cert"], options["tls_key"]),
        )
        if settings.MAIL_SENDER_AUTH == "none" and not binding.on_loopback:
            raise CommandError(
                "MAIL_SENDER_AUTH=none takes every From for true, so the door must stay on loopback: "
                "leave --host out, or write MAIL_SENDER_AUTH=trusted-header or MAIL_SENDER_AUTH=verify."
            )
        try:
            asyncio.run(self._serve(binding))
        except OSError as error:
            raise CommandError(f"Cannot listen on {binding.host}:{binding.port}: {error.strerror}.") from None

    async def _serve(self, binding: Binding) -> None:
        stop = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)

        def ready(port: int) -> None:
            self.stdout.write(f"{'lmtp' if binding.lmtp else 'smtp'} {binding.host}:{port}")
            self.stdout.flush()

        await serve(binding, ready=ready, stop=stop)


def _tls(certificate: str | None, key: str | None) -> ssl.SSLContext | None:
    if certificate is None:
        if key is not None:
            raise CommandError("--tls-key needs --tls-cert.")
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key)
    except OSError as error:
        raise CommandError(f"The certificate cannot be used: {error.strerror}.") from None
    return context

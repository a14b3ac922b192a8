"""From rows to the finished mail: one function a kind, then the leak gate (MAIL-14 to MAIL-17).

A mail is rendered once; the queue keeps its bytes for later tries (services.sending).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import translation

from messages_app.mail.compose import OutgoingMail, compose
from messages_app.mail.leak_gate import Leak, find_leaks
from messages_app.models import Delivery
from messages_app.queries.outbox import Parcel
from messages_app.relay.privacy import exempt_in_files, protected_for
from messages_app.relay.render_account import render_account
from messages_app.relay.render_copy import render_copy
from messages_app.relay.render_digest import render_digest
from messages_app.relay.render_notice import render_notice, render_notice_list
from messages_app.relay.render_system import render_reminder, render_system
from messages_app.services.leaks import SEARCHER

_RENDERERS: dict[str, Callable[[Parcel], OutgoingMail]] = {
    Delivery.Kind.COPY: render_copy,
    Delivery.Kind.NOTICE: render_notice,
    Delivery.Kind.NOTICE_LIST: render_notice_list,
    Delivery.Kind.REMINDER: render_reminder,
    Delivery.Kind.DIGEST: render_digest,
    Delivery.Kind.SYSTEM: render_system,
    Delivery.Kind.ACCOUNT: render_account,
}


@dataclass(frozen=True, slots=True)
class Finished:
    """The bytes that SMTP would carry, and what the leak gate found in them: with a leak they stay here."""

    mail: bytes
    leaks: tuple[Leak, ...]


def render_mail(parcel: Parcel) -> Finished:
    """The mail of one delivery, in its language, looked through by the leak gate.

    Raises ValueError where the recipient's address cannot be named in a mail, SealBroken, and OSError.
    """
    with translation.override(parcel.delivery.language):
        outgoing = _RENDERERS[parcel.delivery.kind](parcel)
        mail = compose(outgoing)
    protected = protected_for(parcel)
    if parcel.delivery.files_cleared:
        return Finished(mail, find_leaks(mail, protected, in_files=False))
    if outgoing.files or outgoing.inline:
        return Finished(mail, SEARCHER.find_leaks(mail, protected, exempt_in_files(parcel)))
    return Finished(mail, find_leaks(mail, protected))

"""In-Reply-To and References of a copy: only ids that its recipient's program knows (MAIL-14)."""

from __future__ import annotations

from django.conf import settings

from messages_app.mail.references import message_id
from messages_app.queries.outbox import Earlier, Parcel
from messages_app.vault.keys import installation_key


def known_references(parcel: Parcel) -> tuple[str, tuple[str, ...]]:
    """(In-Reply-To, References), oldest first; both empty where the recipient knows nothing before it.

    Of what the recipient wrote, the ids their own program gave; of what they received, ours. A message
    that they wrote on the web has no id that a program of theirs could know.
    """
    ids = tuple(known for earlier in parcel.earlier if (known := _known_id(earlier, parcel)))
    return (ids[-1] if ids else "", ids)


def _known_id(earlier: Earlier, parcel: Parcel) -> str:
    if earlier.author == parcel.delivery.to_side:
        return earlier.foreign_id
    return message_id(
        "m", earlier.message_id, key=installation_key("message_ids"), domain=settings.RELAY_DOMAIN
    )

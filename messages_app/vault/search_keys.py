"""The keys of search tokens: one for each mailbox, from the installation's own (PRV-2)."""

from __future__ import annotations

from messages_app.sealing.search_tokens import mailbox_key
from messages_app.vault.keys import installation_key


def search_key(side: str, owner: int) -> bytes:
    """The key by which words of that seller's or that buyer's side become tokens."""
    return mailbox_key(installation_key("tokens"), f"{side}:{owner}")

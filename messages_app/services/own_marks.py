"""What shows that a mail, or a text quoted in it, came from this installation."""

from __future__ import annotations

from accounts.models import Pair
from messages_app.mail.marker import REPLY_MARKER
from messages_app.vault.values import token


def loop_mark() -> str:
    """This installation's value of the loop mark field: tells nothing, and nobody else has it (MAIL-26)."""
    return token("mail", purpose="loop_mark").hex()


def quote_marks(pair: Pair) -> tuple[str, ...]:
    """What text that this center sent holds: the marker line, which nobody else writes, and the pair's
    aliases, which stand above a quote but may be named by anybody (MAIL-13)."""
    return (REPLY_MARKER, *(alias.address for alias in pair.aliases.all()))

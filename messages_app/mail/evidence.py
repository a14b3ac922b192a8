"""How well a submission is known to answer something, best first (MAIL-11)."""

from __future__ import annotations

from enum import StrEnum


class Evidence(StrEnum):
    """What ties a message to a thread. All of it is bound to the pair it was found in."""

    PAGE = "page"  # written on the thread's own page or through the API: no doubt at all
    MESSAGE_ID = "message_id"  # one of our signed ids in In-Reply-To or References
    CODE = "code"  # our reference code in text or HTML
    FOREIGN_ID = "foreign_id"  # the Message-ID of a mail stored in this pair
    QUOTE = "quote"  # the quoted text of a message of this pair
    SUBJECT = "subject"  # files the mail, grants nothing
    NONE = "none"

    @property
    def proves_reply(self) -> bool:
        """Whether it counts as a reply under OPT-2 and OPT-3: anything better than the subject."""
        return self not in (Evidence.SUBJECT, Evidence.NONE)

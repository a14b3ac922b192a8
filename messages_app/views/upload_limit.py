"""How many files a person may bring within an hour, by whichever way: with a form, or ahead of it (SEC-4)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.rate_limit import Limit, count_try
from accounts.roles import Role

UPLOADS_PER_PERSON = Limit("upload-person", 300)


def may_bring(role: Role, files: int = 1) -> bool:
    """Counts so many files more of the role's person; False where they are too many, all of them."""
    return count_try(UPLOADS_PER_PERSON, str(role.user.pk), times=files)


def too_many_in_words() -> str:
    """What the person is told whose files are too many for a draft."""
    return _("Too many files within the hour. Wait a little, then attach it.")


def too_many_to_send_in_words() -> str:
    """The same where they came with a message."""
    return _(
        "Nothing was sent: too many files within the hour. Your text is still here. Wait a little and attach "
        "them again, or send it without files."
    )

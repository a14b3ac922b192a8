"""What the leak gate found in a mail, and in which part, for moderators (MAIL-17, MOD-3)."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

_SAID = re.compile(r"leak gate: (.+)", re.DOTALL)
_FIND = re.compile(r"(?P<kind>[a-z]+) in (?P<head>header of )?(?:around )?mail(?:\.(?P<part>[\d.]+))?")


def leaks_in_words(reply: str) -> str:
    """What a try that the leak gate stopped says ("leak gate: address in mail.2"), in words; empty for what
    is none of its."""
    said = _SAID.fullmatch(reply)
    if said is None:
        return ""
    return "; ".join(dict.fromkeys(_find(one) for one in said[1].split(", ")))


def _find(one: str) -> str:
    found = _FIND.fullmatch(one)
    what = {
        "address": _("a real address stands in it"),
        "phrase": _("the buyer's full name stands in it"),
    }.get(found["kind"] if found else "") or _("it cannot be read")
    return _("%(part)s: %(what)s") % {"part": _place(found), "what": what}


def _place(found: re.Match[str] | None) -> str:
    if found and found["part"]:
        return _("Part %(number)s of the mail") % {"number": found["part"]}
    return _("The mail's head") if found and found["head"] else _("The mail's text")

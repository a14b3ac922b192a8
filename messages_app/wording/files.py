"""Words about files: what is wrong with one, and which are accepted (ATT-2, ATT-3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from messages_app.files.kinds import Kind, Problem
from messages_app.wording.quoting import quoted

_NAMED = 5  # so many names in a sentence, the rest as a number

# Each names the file; {problem: sentence}.
_PROBLEMS: dict[str, str | Promise] = {
    Problem.EMPTY: gettext_lazy("“%(name)s” is empty."),
    Problem.NOT_ALLOWED_TYPE: gettext_lazy("“%(name)s” is of a type that is not accepted (%(found)s)."),
    Problem.NAME_MISMATCH: gettext_lazy("“%(name)s” is not what its name says (%(found)s)."),
    Problem.DANGEROUS_NAME: gettext_lazy("“%(name)s” is named like a program."),
    Problem.TWO_TYPES: gettext_lazy("“%(name)s” is two types of file at once."),
    Problem.DAMAGED: gettext_lazy("“%(name)s” is damaged."),
    Problem.ENCRYPTED: gettext_lazy("“%(name)s” is locked with a password."),
    Problem.MACRO: gettext_lazy("“%(name)s” contains macros."),
    Problem.SCRIPT: gettext_lazy("“%(name)s” contains a script."),
    Problem.ACTION: gettext_lazy("“%(name)s” starts a program or sends a form when it is opened."),
    Problem.EMBEDDED: gettext_lazy("“%(name)s” has other files inside."),
    Problem.REMOTE: gettext_lazy("“%(name)s” loads something from outside when it is opened."),
    Problem.BOMB: gettext_lazy("“%(name)s” unpacks to far more than its size."),
    Problem.TOO_MANY_PIXELS: gettext_lazy("“%(name)s” has more than 50 million pixels."),
    Problem.TOO_COMPLEX: gettext_lazy("“%(name)s” is made of too many pieces."),
}
_KINDS = {
    Kind.TXT: "TXT",
    Kind.PDF: "PDF",
    Kind.JPEG: "JPG",
    Kind.GIF: "GIF",
    Kind.PNG: "PNG",
    Kind.DOC: "DOC",
    Kind.DOCX: "DOCX",
}


def bad_files(files: Iterable[Mapping[str, Any]]) -> list[str]:
    """One sentence a refused file: {"name", "problem", "found"}, as the check `file_type` tells them."""
    return [_bad_file(file) for file in files]


def _bad_file(file: Mapping[str, Any]) -> str:
    words = _PROBLEMS.get(str(file.get("problem")), _PROBLEMS[Problem.NOT_ALLOWED_TYPE])
    found = str(file.get("found") or "") or _("unknown type")
    return str(words) % {"name": file.get("name") or _("a file without a name"), "found": found}


def kinds_in_words(kinds: Iterable[str]) -> str:
    """ "PDF, DOC, DOCX", in the order of the list of all seven."""
    wanted = set(kinds)
    return ", ".join(words for kind, words in _KINDS.items() if kind in wanted)


def names_in_words(names: Iterable[str]) -> str:
    """File names in quotation marks; past five, how many more."""
    listed = list(names)
    shown = ", ".join(quoted(name) for name in listed[:_NAMED])
    more = len(listed) - _NAMED
    if more <= 0:
        return shown
    return ngettext("%(shown)s and %(more)d more", "%(shown)s and %(more)d more", more) % {
        "shown": shown,
        "more": more,
    }

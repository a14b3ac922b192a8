"""The line above which people answer, and below which everything is a quote (MAIL-13)."""

from __future__ import annotations

# Signs alone: the same in every language, nothing that a client translates, links or wraps, and no
# mail but ours writes it. Hyphens with blanks survive format=flowed, quoted-printable and HTML.
REPLY_MARKER = "##- - - - - - - -##"

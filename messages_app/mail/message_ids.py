"""Message ids out of Message-ID, In-Reply-To and References, by hand and in linear time (MAIL-7, MAIL-11)."""

from __future__ import annotations

from messages_app.mail.charsets import clean_text
from messages_app.mail.encoded_words import decode_words

MAX_REFERENCE_IDS = 50  # MAIL-7: the rest is ignored
_MAX_ID_LENGTH = 998


def message_ids(value: str) -> list[str]:
    """All `<...>` of an unfolded field value, left to right; bare words with an @ where there is no `<`.

    Blanks inside the brackets (clients fold there) are taken out.
    """
    value = clean_text(decode_words(value))
    if "<" not in value:
        return [
            f"<{word.strip('>,;')}>" for word in value.split() if "@" in word and len(word) < _MAX_ID_LENGTH
        ]
    ids: list[str] = []
    for piece in value.split("<")[1:]:
        inside, closed, _ = piece.partition(">")
        inside = "".join(inside.split())
        if closed and inside and len(inside) <= _MAX_ID_LENGTH - 2:
            ids.append(f"<{inside}>")
    return ids


def reference_ids(in_reply_to: str, references: str) -> tuple[str, ...]:
    """In-Reply-To in its order, then References from the right, each id once, at most 50."""
    ordered = dict.fromkeys([*message_ids(in_reply_to), *reversed(message_ids(references))])
    return tuple(ordered)[:MAX_REFERENCE_IDS]

"""Our signed ids and codes: how an answer finds its way back (MAIL-11, MAIL-12, MAIL-24).

Three forms, one idea: an id and a MAC over it, so that nobody can make one that we did not give out. Keys are
arguments; each form signs under its own label, so that a token of one kind is never one of another.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32decode, b32encode
from hashlib import sha256
from uuid import UUID

from messages_app.mail.markup import decode_entities

MAX_REFERENCE_CODES = 50
MAX_THREAD_NUMBER = 2**40 - 1

_MAC_BYTES = 9  # with the 16 of the id 25 bytes: 40 base-32 letters, no padding, one spelling
_KIND = re.compile(r"[a-z]{1,8}")
_MESSAGE_ID = re.compile(r"<?\s*([a-z]{1,8})\.([a-z2-7]{40})(?:@[^\s<>@]*)?\s*>?")
_BOUNCE = re.compile(r"<?b\.([a-z2-7]{40})@[^\s<>@]+>?")

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0 and O, no 1 and I
_CODE_PREFIX = "MC"
# What clients put between the groups: our hyphen or one of its look-alikes, a line break with quote marks,
# blanks. Bounded, so that no input makes the search slow; letters never count as a gap.
_GAP = r"[\s\xa0>|\-\u2010-\u2015\u2212\u00ad\u200b-\u200d\ufeff]{0,8}"
_SOFT_BREAK = re.compile(r"=\r?\n")
_CODE = re.compile(
    rf"(?<![A-Za-z0-9]){_CODE_PREFIX}"
    + "".join(f"{_GAP}({letters})" for letters in [f"[{_LETTERS}]{{4}}"] * 4)
    + r"(?![A-Za-z0-9])",
    re.IGNORECASE | re.ASCII,
)
_ROUNDS = 4
_HALF_BITS = 40
_HALF_MASK = 2**_HALF_BITS - 1


def message_id(kind: str, row_id: UUID, *, key: bytes, domain: str) -> str:
    """A Message-ID such as `<m.…@domain>` for a row of ours (MAIL-14): the same row, the same id.

    `kind` is one to eight lower-case letters and tells what the row is. Raises ValueError for another kind.
    """
    if not _KIND.fullmatch(kind):
        raise ValueError("a kind is one to eight lower-case letters")
    return f"<{kind}.{_sign(f'message-id {kind}', row_id, key)}@{domain}>"


def read_message_id(value: str, *, key: bytes) -> tuple[str, UUID] | None:
    """Kind and row of an id that we made, else None.

    Letter case and domain do not matter (former domains, services that rewrite them): the MAC decides.
    """
    found = _MESSAGE_ID.fullmatch(value.strip().lower())
    if found is None:
        return None
    row_id = _verify(f"message-id {found[1]}", found[2], key)
    return (found[1], row_id) if row_id else None


def bounce_address(delivery_id: UUID, *, key: bytes, domain: str) -> str:
    """The envelope sender of one delivery, `b.<token>@domain` (MAIL-24). An alias never has a dot (ALI-1)."""
    return f"b.{_sign('bounce', delivery_id, key)}@{domain}"


def read_bounce_address(address: str, *, key: bytes) -> UUID | None:
    """The delivery that a report came back for, or None for an address that we did not make."""
    found = _BOUNCE.fullmatch(address.strip().lower())
    return _verify("bounce", found[1], key) if found else None


def reference_code(thread_number: int, *, key: bytes) -> str:
    """The code that stands in the body, such as `MC-7QK4-W2HZ-V9TA-J6RB`, for a number below 2**40.

    Number and 40 zero bits are enciphered together, so a code tells nothing of the number and a guessed one
    opens to zeros once in 2**40. Raises ValueError for a number out of range.
    """
    if not 0 <= thread_number <= MAX_THREAD_NUMBER:
        raise ValueError("a thread number has at most 40 bits")
    left, right = thread_number, 0
    for turn in range(_ROUNDS):
        left, right = right, left ^ _round(key, turn, right)
    value = left << _HALF_BITS | right
    letters = "".join(_LETTERS[value >> shift & 31] for shift in range(75, -1, -5))
    return "-".join([_CODE_PREFIX, *(letters[start : start + 4] for start in range(0, 16, 4))])


def find_reference_codes(text: str) -> list[str]:
    """What may be codes of ours in text or HTML, in our spelling, in order, each once, at most 50. Linear."""
    codes: dict[str, None] = {}
    for found in _CODE.finditer(_SOFT_BREAK.sub("", decode_entities(text))):
        codes["-".join([_CODE_PREFIX, *found.groups()]).upper()] = None
        if len(codes) == MAX_REFERENCE_CODES:
            break
    return list(codes)


def code_number(code: str, *, key: bytes) -> int | None:
    """The thread number of a code that we made, else None. Takes what `find_reference_codes` gives."""
    letters = code.upper().removeprefix(_CODE_PREFIX).replace("-", "")
    if len(letters) != 16 or any(letter not in _LETTERS for letter in letters):
        return None
    value = 0
    for letter in letters:
        value = value << 5 | _LETTERS.index(letter)
    left, right = value >> _HALF_BITS, value & _HALF_MASK
    for turn in reversed(range(_ROUNDS)):
        left, right = right ^ _round(key, turn, left), left
    return left if hmac.compare_digest(right.to_bytes(5), bytes(5)) else None


def _sign(label: str, row_id: UUID, key: bytes) -> str:
    return b32encode(row_id.bytes + _mac(label, row_id.bytes, key)).decode().lower()


def _verify(label: str, token: str, key: bytes) -> UUID | None:
    signed = b32decode(token.upper())
    row_id, mac = signed[:16], signed[16:]
    return UUID(bytes=row_id) if hmac.compare_digest(mac, _mac(label, row_id, key)) else None


def _mac(label: str, content: bytes, key: bytes) -> bytes:
    return hmac.digest(key, label.encode() + b"\0" + content, sha256)[:_MAC_BYTES]


def _round(key: bytes, turn: int, half: int) -> int:
    """The round function of a four-round Feistel network on two halves of 40 bits."""
    digest = hmac.digest(key, b"reference-code\0%d\0" % turn + half.to_bytes(5), sha256)
    return int.from_bytes(digest[:5])

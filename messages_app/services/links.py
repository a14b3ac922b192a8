"""Signed links that stand in mails: each for one action, with an age (MAIL-30, SEC-4).

Opening one shows a page; only its button acts. Nothing personal stands in a link: a token holds the row's
number and when it was signed. The pages are routed under the paths given here.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing

ACTION_AGE = timedelta(days=90)  # SEC-4

NO_RESPONSE_PATH = "links/no-response/"  # + token + "/"
OPT_OUT_PATH = "links/opt-out/"
UNSUBSCRIBE_PATH = "links/unsubscribe/"  # one-click: POST acts, GET shows the opt-out's page (RFC 8058)


def no_response_link(delivery_id: UUID) -> str:
    """Marks the contact that this copy tells of "no response needed" (RSP-3); as long as the address that
    gets the copy may write for the seller."""
    return _link(NO_RESPONSE_PATH, delivery_id.hex)


def opt_out_link(pair_id: int) -> str:
    """Switches this seller's unsolicited messages to this buyer off (ACC-7)."""
    return _link(OPT_OUT_PATH, str(pair_id))


def unsubscribe_link(pair_id: int) -> str:
    """The same, for List-Unsubscribe: mail programs POST to it without a page (RFC 8058)."""
    return _link(UNSUBSCRIBE_PATH, str(pair_id))


def read_no_response(token: str) -> UUID | None:
    """The delivery that a token names, or None: forged, older than 90 days, or made for something else."""
    value = _read(NO_RESPONSE_PATH, token)
    return UUID(hex=value) if value is not None else None


def read_opt_out(token: str) -> int | None:
    """The pair of an opt-out token, or None."""
    value = _read(OPT_OUT_PATH, token)
    return int(value) if value is not None else None


def read_unsubscribe(token: str) -> int | None:
    """The pair of a one-click token, or None."""
    value = _read(UNSUBSCRIBE_PATH, token)
    return int(value) if value is not None else None


def web_address(path: str) -> str:
    """The whole address of a page of ours; `path` without a leading slash."""
    return f"{settings.PUBLIC_URL}/{path}"


def _signer(path: str) -> signing.TimestampSigner:
    # The path is the purpose: a token of one is none of another.
    return signing.TimestampSigner(salt=f"messages_app.links.{path}", sep="~")


def _link(path: str, value: str) -> str:
    return web_address(f"{path}{_signer(path).sign(value)}/")


def _read(path: str, token: str) -> str | None:
    try:
        return _signer(path).unsign(token, max_age=ACTION_AGE)
    except signing.BadSignature:
        return None

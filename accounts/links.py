"""Signed links of accounts: one purpose, an age, and a stamp that ends them once used (SEC-4).

Nothing personal stands in a link: the number of a row, when it was signed, and a keyed hash.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import AuthorizedAddress, Invitation, NewAddress, Seller, User


class Purpose(StrEnum):
    """What a link is for; none works for another."""

    CONFIRM_ADDRESS = "confirm_address"
    CLAIM = "claim"
    RESET_PASSWORD = "reset_password"
    INVITATION = "invitation"
    NEW_ADDRESS = "new_address"


AGES = {
    Purpose.CONFIRM_ADDRESS: timedelta(hours=24),
    Purpose.CLAIM: timedelta(hours=24),
    Purpose.RESET_PASSWORD: timedelta(hours=1),
    Purpose.INVITATION: timedelta(hours=72),  # somebody asked for it who is not the one to use it
    Purpose.NEW_ADDRESS: timedelta(hours=24),
}


def address_token(row: AuthorizedAddress) -> str:
    """Confirms this waiting address; ends when it is confirmed, blocked, removed or asked for anew."""
    return _sign(Purpose.CONFIRM_ADDRESS, row.pk, _address_stamp(row))


def person_token(user: User) -> str:
    """Sets this person's password; ends when it is set, at a sign-in and when the address changes.

    Claims the account of an unclaimed person (24 hours), else resets the password (1 hour).
    """
    return _sign(_purpose_for(user), user.pk, _person_stamp(user))


def address_by_token(token: str) -> AuthorizedAddress | None:
    """The waiting address that a link confirms, or None: forged, too old, used, or for something else."""
    pk, stamp = _read(Purpose.CONFIRM_ADDRESS, token)
    row = AuthorizedAddress.objects.filter(pk=pk).select_related("seller").first()
    good = row is not None and row.state == AuthorizedAddress.State.WAITING
    return row if row and good and constant_time_compare(stamp, _address_stamp(row)) else None


def person_by_token(token: str, *, lock: bool = False) -> User | None:
    """The person whose password a link sets, or None. With `lock` the row is locked until the commit."""
    for purpose in (Purpose.CLAIM, Purpose.RESET_PASSWORD):
        pk, stamp = _read(purpose, token)
        people = User.objects.select_for_update() if lock else User.objects.all()
        user = people.filter(pk=pk, is_active=True).first() if pk else None
        if user and _purpose_for(user) is purpose and constant_time_compare(stamp, _person_stamp(user)):
            return user
    return None


def invitation_token(row: Invitation) -> str:
    """Takes this place in a team; ends when it is taken, withdrawn, changed or sent again."""
    return _sign(Purpose.INVITATION, row.pk, _invitation_stamp(row))


def invitation_by_token(token: str, *, lock: bool = False) -> Invitation | None:
    """The invitation that a link brings, or None. With `lock` the row is locked until the commit."""
    pk, stamp = _read(Purpose.INVITATION, token)
    rows = Invitation.objects.select_for_update(of=("self",)) if lock else Invitation.objects.all()
    row = rows.filter(pk=pk).exclude(seller__standing=Seller.Standing.CLOSED).select_related("seller").first()
    return row if row and constant_time_compare(stamp, _invitation_stamp(row)) else None


def new_address_token(row: NewAddress) -> str:
    """Makes this the person's address; ends when that is done, withdrawn or asked for anew, and with
    every change of the password."""
    return _sign(Purpose.NEW_ADDRESS, row.pk, _new_address_stamp(row))


def new_address_by_token(token: str, *, lock: bool = False) -> NewAddress | None:
    """The new address that a link confirms, or None. With `lock` row and person are locked."""
    pk, stamp = _read(Purpose.NEW_ADDRESS, token)
    rows = NewAddress.objects.select_for_update() if lock else NewAddress.objects.all()
    row = rows.filter(pk=pk, user__is_active=True).select_related("user").first()
    return row if row and constant_time_compare(stamp, _new_address_stamp(row)) else None


def _purpose_for(user: User) -> Purpose:
    return Purpose.RESET_PASSWORD if user.claimed_at else Purpose.CLAIM


def _sign(purpose: Purpose, pk: int, stamp: str) -> str:
    return signing.TimestampSigner(salt=f"accounts.links.{purpose}", sep="~").sign(f"{pk}-{stamp}")


def _read(purpose: Purpose, token: str) -> tuple[int, str]:
    """The row's number and the stamp; 0 and nothing when the token is not a good one of that purpose."""
    signer = signing.TimestampSigner(salt=f"accounts.links.{purpose}", sep="~")
    try:
        pk, _, stamp = signer.unsign(token, max_age=AGES[purpose]).partition("-")
    except signing.BadSignature:
        return 0, ""
    return int(pk), stamp


def _address_stamp(row: AuthorizedAddress) -> str:
    return _stamp(row.address, row.created_at.isoformat())


def _invitation_stamp(row: Invitation) -> str:
    return _stamp(row.email, row.sent_at.isoformat(), ",".join(row.given))


def _new_address_stamp(row: NewAddress) -> str:
    return _stamp(row.address, row.created_at.isoformat(), row.user.email, row.user.password)


def _person_stamp(user: User) -> str:
    signed_in = user.last_login.isoformat() if user.last_login else ""
    return _stamp(user.password, user.email, signed_in)


def _stamp(*state: str) -> str:
    return salted_hmac("accounts.links", "\n".join(state), algorithm="sha256").hexdigest()[:24]

"""Asking somebody into a seller's team by mail (ACC-3). For the owner, and for whoever has the link."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.addresses import normalise_address
from accounts.links import invitation_by_token
from accounts.models import AccountEvent, Invitation, Membership, Permission, Seller, User
from accounts.rate_limit import INVITE_PER_SELLER, LINK_PER_ADDRESS, count_try
from accounts.services.audit import record_audit
from accounts.wake import wake


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation, and whether its link was mailed just now or kept back by the limits of SEC-4."""

    row: Invitation
    mailed: bool


@transaction.atomic
def invite(
    *, seller: Seller, email: str, permissions: Collection[Permission], by: User, now: datetime
) -> Invited | None:
    """Has a link mailed that takes a place in the team with exactly these permissions. None: the address
    is in the team already. An invitation that waits is changed and sent again.

    What is written, and the time it takes, is the same for an address that nobody has.
    """
    address = normalise_address(email)
    if Membership.objects.filter(seller=seller, user__email=address).exists():
        return None
    wanted = [permission.value for permission in Permission if permission in permissions]
    row, made = Invitation.objects.get_or_create(
        seller=seller,
        email=address,
        defaults={"permissions": wanted, "created_at": now, "sent_at": now},
    )
    if not made:
        Invitation.objects.filter(pk=row.pk).update(permissions=wanted)
        row.permissions = wanted
    mailed = _mail_link(row, now)
    record_audit(
        actor=by,
        action="member_invited",
        kind="invitation",
        object_id=row.pk,
        seller=seller,
        details={"permissions": wanted},
        at=now,
    )
    return Invited(row, mailed)


@transaction.atomic
def send_again(*, row: Invitation, now: datetime) -> Invited:
    """Mails a fresh link; the older one ends, unless the limits keep the mail back."""
    return Invited(row, _mail_link(row, now))


@transaction.atomic
def withdraw(*, row: Invitation, by: User) -> None:
    """Takes an invitation back; its links end."""
    pk, seller = row.pk, row.seller
    if row.delete()[0]:
        record_audit(actor=by, action="invitation_withdrawn", kind="invitation", object_id=pk, seller=seller)


@transaction.atomic
def accept(*, token: str, user: User, now: datetime) -> Membership | None:
    """Takes the place for the person whose address was invited; None for a link that is not good (any
    more) or somebody else's. Works once. Who is in the team already stays as they are."""
    row = invitation_by_token(token, lock=True)
    if row is None or row.email != user.email:
        return None
    return _take_place(row, user, now)


@transaction.atomic
def accept_as_newcomer(
    *, token: str, full_name: str, password: str, language: str, now: datetime
) -> Membership | None:
    """The same for somebody without an account, or who never claimed theirs: the link proves the address,
    as a claim link does. None also where the account has a password by now."""
    row = invitation_by_token(token, lock=True)
    user = _newcomer(row.email, language, now) if row else None
    if row is None or user is None:
        return None
    user.full_name = full_name or user.full_name
    user.claimed_at = now
    user.set_password(password)
    user.save(update_fields=["full_name", "claimed_at", "password"])
    return _take_place(row, user, now)


def _newcomer(email: str, language: str, now: datetime) -> User | None:
    try:
        with transaction.atomic():
            User.objects.get_or_create(email=email, defaults={"language": language, "created_at": now})
    except IntegrityError:
        return None  # made by another door at this moment: there they choose their password
    return User.objects.select_for_update().filter(email=email, claimed_at=None, is_active=True).first()


def _take_place(row: Invitation, user: User, now: datetime) -> Membership | None:
    pk = row.pk
    if not Invitation.objects.filter(pk=pk).delete()[0]:
        return None  # another click was faster
    given = {permission.value: permission in row.given for permission in Permission}
    member, _ = Membership.objects.get_or_create(
        seller=row.seller, user=user, defaults={**given, "created_at": now}
    )
    record_audit(
        actor=user,
        action="member_added",
        kind="membership",
        object_id=member.pk,
        seller=row.seller,
        details={"permissions": row.permissions},
        at=now,
    )
    return member


def _mail_link(row: Invitation, now: datetime) -> bool:
    """The only way to an invitation mail, counted by seller and by address: it may be a stranger's."""
    if not (count_try(INVITE_PER_SELLER, str(row.seller_id)) and count_try(LINK_PER_ADDRESS, row.email)):
        return False
    Invitation.objects.filter(pk=row.pk).update(sent_at=now)
    row.sent_at = now
    AccountEvent.objects.create(kind=AccountEvent.Kind.INVITATION, invitation=row, created_at=now)
    wake("take_events")
    return True

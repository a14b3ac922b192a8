"""Changing one's own address (ACC-12): confirmed first, then everything goes to the new one.

That an address is taken shows in a mail to that address alone.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.addresses import normalise_address
from accounts.links import new_address_by_token
from accounts.models import AccountEvent, AuthorizedAddress, NewAddress, Seller, User
from accounts.rate_limit import LINK_PER_ADDRESS, NEW_ADDRESS_PER_PERSON, count_try
from accounts.services.second_factor import end_other_sessions
from accounts.wake import wake

Kind = AccountEvent.Kind
State = AuthorizedAddress.State


@transaction.atomic
def ask_for_address(*, user: User, address: str, now: datetime) -> bool:
    """Has a link mailed to the new address; one asked for before ends. False past the limits of SEC-4.

    To an address of another account goes a mail that says so, and no link.
    """
    wanted = normalise_address(address)
    if not (count_try(NEW_ADDRESS_PER_PERSON, str(user.pk)) and count_try(LINK_PER_ADDRESS, wanted)):
        return False
    row, _ = NewAddress.objects.update_or_create(user=user, defaults={"address": wanted, "created_at": now})
    owner = User.objects.filter(email=wanted).first()
    AccountEvent.objects.create(
        kind=Kind.ADDRESS_TAKEN if owner else Kind.NEW_ADDRESS,
        user=owner or user,
        new_address=row,
        created_at=now,
    )
    wake("take_events")
    return True


@transaction.atomic
def withdraw_address(*, user: User) -> None:
    """Keeps the address as it is; links that were mailed to the new one end."""
    NewAddress.objects.filter(user=user).delete()


@transaction.atomic
def confirm_new_address(*, token: str, user: User, now: datetime) -> bool:
    """Makes the new address the person's; only they themselves can, signed in. False for a link that is
    not good (any more), or where somebody else has come to have the address. Works once.

    All sessions end (the one at hand: see `end_other_sessions`), both addresses are told, and what waits in
    the queue goes to the new one.
    """
    row = new_address_by_token(token, lock=True)
    if row is None or row.user_id != user.pk:
        return False
    old, new = row.user.email, row.address
    try:
        with transaction.atomic():
            User.objects.filter(pk=user.pk).update(email=new)
    except IntegrityError:
        return False
    user.email = new
    NewAddress.objects.filter(pk=row.pk).delete()
    end_other_sessions(user=user)
    for seller in Seller.objects.filter(memberships__user=user).order_by("pk"):
        _move_at_seller(seller, old, new, now)
    AccountEvent.objects.create(kind=Kind.ADDRESS_CHANGED, user=user, address=old, created_at=now)
    wake("take_events")
    return True


def _move_at_seller(seller: Seller, old: str, new: str, now: datetime) -> None:
    """A member's own address on the list: the new one takes its place if it counted (ACC-4, decision 0016).

    The old one is struck off, or mail from it would go on as from one of nobody in particular; a blocked one
    stays blocked. Where buyers' messages go, they go on to the person.
    """
    listed = AuthorizedAddress.objects.filter(seller=seller, address=old).first()
    if listed is None:
        return
    if listed.state != State.BLOCKED:
        listed.delete()
    if listed.state != State.CONFIRMED:
        return
    confirmed = {"state": State.CONFIRMED, "confirmed_at": now}
    AuthorizedAddress.objects.get_or_create(
        seller=seller, address=new, defaults={**confirmed, "created_at": now}
    )
    AuthorizedAddress.objects.filter(seller=seller, address=new, state=State.WAITING).update(**confirmed)
    for name in ("customer_service_address", "buyer_messages_address"):
        Seller.objects.filter(pk=seller.pk, **{name: old}).update(**{name: new})

"""Signing up, claiming an account, a new password, one's own profile (ACC-1, ACC-9, ACC-11).

Whether an address has an account shows in the mail to that address alone: asking for a link reads
and writes the same for an address that nobody has.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.addresses import normalise_address
from accounts.links import person_by_token
from accounts.models import AccountEvent, Buyer, Marketplace, User
from accounts.queries.names import shown_name_of
from accounts.services.names import rename_buyer
from accounts.wake import wake

Kind = AccountEvent.Kind


@transaction.atomic
def ask_for_link(*, email: str, now: datetime) -> None:
    """Has a link mailed that claims the account or resets its password; an unknown address gets none."""
    user = User.objects.filter(email=normalise_address(email), is_active=True).first()
    _tell(user, Kind.CLAIM if user and user.claimed_at is None else Kind.RESET_PASSWORD, now)


@transaction.atomic
def sign_up_buyer(
    *, email: str, full_name: str, language: str, marketplace: Marketplace, now: datetime
) -> None:
    """Opens a buyer's account, unclaimed until the link in the mail is used.

    Somebody with an account is told by mail that they have one; nothing about it changes.
    """
    user = User.objects.filter(email=normalise_address(email)).first()
    if user is not None:
        _tell(user, Kind.CLAIM if user.claimed_at is None else Kind.ACCOUNT_EXISTS, now)
        return
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, full_name=full_name, language=language, created_at=now)
            buyer = Buyer(user=user, marketplace=marketplace)
            buyer.take_name(shown_name_of(full_name))
            buyer.save()
    except IntegrityError:
        return  # the same form twice at once: the other one tells them
    _tell(user, Kind.SIGN_UP, now)


@transaction.atomic
def set_password(*, token: str, password: str, now: datetime, full_name: str = "") -> User | None:
    """Sets the password by a link, claiming an unclaimed account; None for a link that is not good.

    The link works once; every session of that person ends. `full_name` is for an account that was opened
    by signing up: until it is claimed that may have been anybody.
    """
    user = person_by_token(token, lock=True)
    if user is None:
        return None
    if full_name and asks_for_name(user):
        User.objects.filter(pk=user.pk).update(full_name=full_name)
        shown = shown_name_of(full_name)
        _rename(user, shown, now)
    user.set_password(password)
    user.claimed_at = user.claimed_at or now
    user.save(update_fields=["password", "claimed_at"])
    return user


def asks_for_name(user: User) -> bool:
    """Whether whoever claims the account says what they are called: it was opened by signing up, perhaps
    by a stranger; a name that the marketplace gave stays."""
    if user.claimed_at is not None:
        return False
    return Buyer.objects.filter(user=user, external_id=None).exists()


@transaction.atomic
def change_password(*, user: User, password: str) -> None:
    """Sets the password of somebody who is signed in; their other sessions and open links end."""
    user.set_password(password)
    user.save(update_fields=["password"])


@transaction.atomic
def set_profile(*, user: User, language: str, time_zone: str, display_name: str | None = None) -> None:
    """Stores language and time zone, and a buyer's display name where one is given (ACC-9, ACC-10)."""
    User.objects.filter(pk=user.pk).update(language=language, time_zone=time_zone)
    if display_name is not None:
        _rename(user, display_name, timezone.now())


def set_buyer_mail(*, buyer: Buyer, messages: bool, system: bool) -> None:
    """A buyer's mail for new seller messages (critical ones come always) and system messages (ACC-5)."""
    Buyer.objects.filter(pk=buyer.pk).update(mail_messages=messages, mail_system=system)


def _rename(user: User, name: str, now: datetime) -> None:
    for buyer in Buyer.objects.filter(user=user):
        rename_buyer(buyer, name, now=now)


def _tell(user: User | None, kind: str, now: datetime) -> None:
    AccountEvent.objects.create(kind=kind, user=user, created_at=now)
    wake("take_events")

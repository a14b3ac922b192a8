"""The addresses that may write as a seller (ACC-4), and where its buyers' messages go (ACC-5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.addresses import normalise_address
from accounts.digest_day import last_digest_day
from accounts.links import address_by_token
from accounts.models import AccountEvent, AuthorizedAddress, Seller
from accounts.rate_limit import CONFIRM_PER_SELLER, LINK_PER_ADDRESS, count_try
from accounts.wake import wake

State = AuthorizedAddress.State


@dataclass(frozen=True, slots=True)
class Listed:
    """An address on the list, and whether a link was mailed to it just now."""

    row: AuthorizedAddress
    mailed: bool

    @property
    def spent(self) -> bool:
        """It waits for a link that the limits of SEC-4 kept back."""
        return self.row.state == State.WAITING and not self.mailed


@transaction.atomic
def add_address(*, seller: Seller, address: str, now: datetime) -> Listed:
    """Lists an address, waiting, and has a link mailed to it; one that waits gets a fresh link.

    A confirmed or blocked address stays as it is and gets no mail. Past the limits of SEC-4 it is
    listed all the same, and an older link stays good.
    """
    row, _ = AuthorizedAddress.objects.get_or_create(
        seller=seller, address=normalise_address(address), defaults={"created_at": now}
    )
    return Listed(row, mailed=row.state == State.WAITING and _mail_link(row, now))


def _mail_link(row: AuthorizedAddress, now: datetime) -> bool:
    """The only way to a confirmation mail, counted by seller and by address: it may be a stranger's."""
    if not (count_try(CONFIRM_PER_SELLER, str(row.seller_id)) and count_try(LINK_PER_ADDRESS, row.address)):
        return False
    AuthorizedAddress.objects.filter(pk=row.pk).update(created_at=now)  # ends an older link
    row.created_at = now
    AccountEvent.objects.create(
        kind=AccountEvent.Kind.CONFIRM_ADDRESS, authorized_address=row, created_at=now
    )
    wake("take_events")
    return True


def confirm_address(*, token: str, now: datetime) -> AuthorizedAddress | None:
    """Confirms the address that a link names; None for a link that is not good (any more). Works once."""
    row = address_by_token(token)
    if row is None:
        return None
    waiting = AuthorizedAddress.objects.filter(pk=row.pk, state=State.WAITING, created_at=row.created_at)
    return row if waiting.update(state=State.CONFIRMED, confirmed_at=now) else None


def block_address(*, row: AuthorizedAddress) -> None:
    """Mail from it counts no longer; it stays on the list and cannot be confirmed."""
    AuthorizedAddress.objects.filter(pk=row.pk).update(state=State.BLOCKED, confirmed_at=None)


@transaction.atomic
def unblock_address(*, row: AuthorizedAddress, now: datetime) -> Listed | None:
    """Lets it wait again: it is confirmed anew, by no link from before. None if it is not blocked."""
    blocked = AuthorizedAddress.objects.filter(pk=row.pk, state=State.BLOCKED)
    if not blocked.update(state=State.WAITING, created_at=now):
        return None
    return add_address(seller=row.seller, address=row.address, now=now)


def remove_address(*, row: AuthorizedAddress) -> None:
    """Takes it off the list; links that were mailed to it end."""
    AuthorizedAddress.objects.filter(pk=row.pk).delete()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notifications:
    """The switches of ACC-5, and the address for buyers' messages (empty: customer service)."""

    mail_buyer_messages: bool
    buyer_messages_address: str
    mail_opt_out_notice: bool
    mail_failures: bool
    mail_reminders: bool
    mail_digest: bool


@transaction.atomic
def set_notifications(*, seller: Seller, wanted: Notifications, now: datetime) -> Listed | None:
    """Stores the switches. A new address for buyers' messages is listed to be confirmed, and returned
    while it is not; until it is confirmed no buyer's text goes there (ACC-4, ACC-5)."""
    address = normalise_address(wanted.buyer_messages_address)
    changed = address and address != seller.buyer_messages_address
    if wanted.mail_digest:
        _begin_digests(seller, now)
    Seller.objects.filter(pk=seller.pk).update(
        mail_buyer_messages=wanted.mail_buyer_messages,
        buyer_messages_address=address,
        mail_opt_out_notice=wanted.mail_opt_out_notice,
        mail_failures=wanted.mail_failures,
        mail_reminders=wanted.mail_reminders,
        mail_digest=wanted.mail_digest,
    )
    if not changed:
        return None
    listed = add_address(seller=seller, address=address, now=now)
    return listed if listed.row.state != State.CONFIRMED else None


def _begin_digests(seller: Seller, now: datetime) -> None:
    """Who switches the digest on gets the next one, none for a morning that is over."""
    day = last_digest_day(seller.marketplace, now)
    off = Seller.objects.filter(pk=seller.pk, mail_digest=False, digest_day__lt=day)
    off.update(digest_day=day)


def set_messaging(*, seller: Seller, enabled: bool) -> None:
    """Whether buyers may start threads (ACC-6)."""
    Seller.objects.filter(pk=seller.pk).update(messaging_enabled=enabled)

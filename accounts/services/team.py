"""Who is in a seller's team, and who may do what (ACC-3). Only the owner comes here."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from accounts.models import Membership, Permission


def set_permissions(*, membership: Membership, permissions: Collection[Permission]) -> None:
    """Gives a member exactly these permissions, in force at the next request or mail."""
    given = {permission.value: permission in permissions for permission in Permission}
    Membership.objects.filter(pk=membership.pk, is_owner=False).update(**given)


@transaction.atomic
def remove_member(*, membership: Membership) -> None:
    """Ends a member's access at once: pages by the lost role, mail by the lost address.

    Their own address would else go on writing as one of nobody in particular.
    Raises ValueError for the owner, who stays.
    """
    if membership.is_owner:
        raise ValueError("A seller account always has its owner.")
    membership.seller.authorized_addresses.filter(address=membership.user.email).delete()
    membership.delete()

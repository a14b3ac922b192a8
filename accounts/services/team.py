"""Who is in a seller's team, and who may do what (ACC-3). Only the owner comes here."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from accounts.models import Membership, Permission, User
from accounts.services.audit import record_audit


@transaction.atomic
def set_permissions(
    *, membership: Membership, permissions: Collection[Permission], by: User | None = None
) -> None:
    """Gives a member exactly these permissions, in force at the next request or mail."""
    given = {permission.value: permission in permissions for permission in Permission}
    if Membership.objects.filter(pk=membership.pk, is_owner=False).update(**given):
        record_audit(
            actor=by,
            action="permissions_changed",
            kind="membership",
            object_id=membership.pk,
            seller=membership.seller,
            details={"permissions": [name for name, may in given.items() if may]},
        )


@transaction.atomic
def remove_member(*, membership: Membership, by: User | None = None) -> None:
    """Ends a member's access at once: pages by the lost role, mail by the lost address.

    Their own address would else go on writing as one of nobody in particular.
    Raises ValueError for the owner, who stays.
    """
    if membership.is_owner:
        raise ValueError("A seller account always has its owner.")
    seller, pk = membership.seller, membership.pk
    seller.authorized_addresses.filter(address=membership.user.email).delete()
    membership.delete()
    record_audit(actor=by, action="member_removed", kind="membership", object_id=pk, seller=seller)

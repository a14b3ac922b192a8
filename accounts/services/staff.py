"""Who becomes a moderator or an administrator, and who ceases to be a moderator (MOD-6, SEC-7)."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from accounts.models import AuditRecord, User
from accounts.services.audit import record_audit
from accounts.staff import MODERATE, MODERATORS


@transaction.atomic
def set_moderator(*, user: User, moderates: bool, by: User | None = None) -> None:
    """Makes somebody a moderator, or ends it at once. `by` None: the command, whose caller owns the machine.

    Raises ValueError where somebody would grant rights to themselves (SEC-2).
    """
    if by is not None and by.pk == user.pk:
        raise ValueError("Nobody grants rights to themselves.")
    group = _moderators()
    if moderates:
        user.groups.add(group)
        user.is_staff = True
    else:
        user.groups.remove(group)
        user.is_staff = user.is_superuser
    user.save(update_fields=["is_staff"])
    record_audit(
        actor=by,
        action="moderator_added" if moderates else "moderator_removed",
        kind="user",
        object_id=user.pk,
    )


@transaction.atomic
def record_administrators() -> None:
    """Adds every administrator to the audit chain who is not in it: the new one, and whoever a command that
    was killed has left."""
    recorded = AuditRecord.objects.filter(action="administrator_added", kind="user")
    known = set(recorded.values_list("object_id", flat=True))
    for user in User.objects.filter(is_staff=True, is_superuser=True).order_by("pk"):
        if str(user.pk) not in known:
            record_audit(actor=None, action="administrator_added", kind="user", object_id=user.pk)


def _moderators() -> Group:
    """The group with its one permission, made when it is first asked for."""
    group, _made = Group.objects.get_or_create(name=MODERATORS)
    kind = ContentType.objects.get_for_model(AuditRecord)
    permission, _made = Permission.objects.get_or_create(
        content_type=kind,
        codename=MODERATE.partition(".")[2],
        defaults={"name": "Can decide about held messages and mail"},
    )
    group.permissions.add(permission)
    return group

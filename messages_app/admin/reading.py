"""The one door to texts for staff: a typed reason, kept in an audit record, good for an hour (MOD-6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Buyer, Seller, User
from accounts.services.audit import record_audit
from accounts.staff import is_admin
from messages_app.models import Case, Thread
from messages_app.queries.moderation import is_of_the_two, is_party, may_moderators_read, wrote_in

GOOD_FOR = timedelta(hours=1)
_SESSION = "staff_reading"  # {"thread:<id>": moment}: what this person gave a reason for in this session
_MOST = 50  # that a session remembers


def has_given_reason(request: HttpRequest, kind: str, object_id: UUID) -> bool:
    """Whether the person typed a reason for this thread or mail within the hour."""
    given = request.session.get(_SESSION, {}).get(f"{kind}:{object_id}")
    return given is not None and timezone.now() - datetime.fromisoformat(given) < GOOD_FOR


def give_reason(
    request: HttpRequest,
    *,
    kind: str,
    object_id: UUID,
    reason: str,
    seller: Seller | None,
    buyer: Buyer | None,
) -> None:
    """Writes the audit record; from now on the person reads it for an hour."""
    record_audit(
        actor=staff_of(request),
        action=f"read_{kind}",
        kind=kind,
        object_id=object_id,
        seller=seller,
        buyer=buyer,
        reason=reason,
    )
    given = {**request.session.get(_SESSION, {}), f"{kind}:{object_id}": timezone.now().isoformat()}
    request.session[_SESSION] = dict(list(given.items())[-_MOST:])


def staff_of(request: HttpRequest) -> User:
    """The person behind a request that the site let in."""
    if not request.user.is_authenticated:
        raise ValueError("the site lets nobody in who is not signed in")
    return request.user


def may_read_thread(user: User, thread: Thread) -> bool:
    """Admins all but their own, moderators those of which something waits for them (MOD-6)."""
    if is_of_the_two(user, buyer_id=thread.buyer_id, seller_id=thread.seller_id):
        return False
    if wrote_in(user, thread.pk):
        return False
    return is_admin(user) or may_moderators_read(thread.pk)


def may_read_case(user: User, case: Case) -> bool:
    """The same for what a case is about; a decided one is for admins."""
    return not is_party(user, case) and (is_admin(user) or case.is_open)

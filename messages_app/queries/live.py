"""Whether anything in a mailbox has changed, by one indexed look-up (BOX-11)."""

from __future__ import annotations

from hashlib import sha256

from accounts.roles import Role
from accounts.written_once import WrittenOnce
from messages_app.policy.facts import Side
from messages_app.queries.inbox import entries_owned, owner_of

LOOKED_AT = 20  # entries: one that changed earlier and was committed later is still among the newest


def live_mark(role: Role) -> str:
    """A short word that is another one as soon as anything changes that a list or a conversation shows."""
    newest = _NEWEST[Side(role.side)].rows(owner_of(role))
    said = " ".join(f"{at.isoformat()}/{pk}" for at, pk in sorted(newest))
    return sha256(said.encode()).hexdigest()[:20]


def _newest(side: Side) -> WrittenOnce:
    return WrittenOnce(
        lambda owner: (
            entries_owned(side, owner).order_by("-changed_at").values_list("changed_at", "pk")[:LOOKED_AT]
        )
    )


_NEWEST = {side: _newest(side) for side in Side}

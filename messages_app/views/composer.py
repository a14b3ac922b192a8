"""What stands around a text that is being written: its draft, the reasons, the cap, what is in the way."""

from __future__ import annotations

from urllib.parse import urlencode

from django.utils import timezone

from accounts.models import Buyer, Seller
from accounts.queries.pairs import pair_between
from accounts.roles import Role
from messages_app.forms import MessageForm, new_form_token
from messages_app.models import Thread
from messages_app.policy.facts import Door, Side
from messages_app.policy.reasons import Availability, available_reasons
from messages_app.queries.drafts import draft_at, target_of
from messages_app.queries.facts import cap_of, order_facts, usage_of
from messages_app.queries.limits import current_limits
from messages_app.services.submission import Submission
from messages_app.services.submit import dry_run
from orders.models import Order
from orders.queries import local_day

CAP_WARNS_AT = 80  # percent of the daily cap (CAP-4)


def begin(
    role: Role,
    form: MessageForm,
    *,
    thread: Thread | None = None,
    order: Order | None = None,
    to_seller: Seller | None = None,
) -> dict[str, object]:
    """What a page with a composer shows: {"draft", "desk"}, and the saved text in a form that has none yet.
    `desk` names the one of the three in the addresses of drafts, uploads and hints."""
    if thread:
        draft, desk = draft_at(target_of(role, thread_id=thread.pk)), {"thread": str(thread.pk)}
    elif order:
        draft, desk = draft_at(target_of(role, order_id=order.pk)), {"order": order.number}
    else:
        asked = to_seller.pk if to_seller else None
        draft, desk = (
            draft_at(target_of(role, to_seller_id=asked)),
            {"seller": to_seller.slug if to_seller else ""},
        )
    if draft and not form.is_bound:
        form.initial = draft.fields | {name: text for name, text in form.initial.items() if text}
    return {"draft": draft, "desk": urlencode(desk)}


def form_again(form: MessageForm) -> MessageForm:
    """The same form with what was written and a fresh token: the next click is another message."""
    form.data = {name: form.data[name] for name in form.data} | {"token": new_form_token()}
    return form


def try_any_text(role: Role, order: Order) -> frozenset[str]:
    """The codes of what the gate says now to a word of the role's person about the order (GATE-3)."""
    submission = Submission(
        key="",
        door=Door.WEB,
        author=Side(role.side),
        pair=pair_between(order.buyer, order.seller),
        user_id=role.user.pk,
        order_id=order.pk,
        text="?",
    )
    return frozenset(finding.code for finding in dry_run(submission, now=timezone.now()).findings)


def use_of(seller: Seller) -> dict[str, object]:
    """Today's use of the daily cap and, near its end, the warning (CAP-4): {"used", "cap", "cap_warns_at",
    "cap_is_near"}."""
    day = local_day(seller.marketplace, timezone.now())
    used, cap = usage_of(seller, day), cap_of(seller, day, current_limits())
    warns_at = -(-cap * CAP_WARNS_AT // 100)  # rounded up: below it less than 80 % are used
    return {"used": used, "cap": cap, "cap_warns_at": warns_at, "cap_is_near": used >= warns_at}


def other_name(role: Role, buyer: Buyer, seller: Seller | None) -> str:
    """What this side calls the other one (ACC-9); the marketplace where there is no seller (ORD-6)."""
    if role.side == Side.SELLER:
        return buyer.display_name
    return seller.trade_name if seller else buyer.marketplace.name


def reasons_for(order: Order) -> tuple[Availability, ...]:
    """Every contact reason of the order now, offered or with why it is not (RSN-1, RSN-4)."""
    facts = order_facts(order)
    return available_reasons(facts, timezone.now(), current_limits()) if facts else ()

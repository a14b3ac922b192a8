"""From a page's form to the gate, and from the gate's answer to the page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Buyer, Pair, Seller
from accounts.queries.pairs import pairs_with_people
from accounts.roles import Role
from messages_app.forms import MessageForm, new_form_token
from messages_app.models import Message
from messages_app.policy.facts import Door, Side
from messages_app.policy.reasons import Availability, available_reasons
from messages_app.policy.verdict import Decision, Severity, Verdict
from messages_app.queries.facts import order_facts
from messages_app.queries.limits import current_limits
from messages_app.services.submission import Submission, Submitted
from messages_app.services.submit import dry_run, submit_message
from messages_app.vault.values import token
from messages_app.wording import finding_sentence, rule_name
from orders.models import Order


@dataclass(frozen=True, slots=True)
class Said:
    """One finding in the author's words (GATE-2)."""

    code: str
    rule: str
    sentence: str
    severity: Severity

    @property
    def held(self) -> bool:
        """Whether it only holds the message up for a moderator."""
        return self.severity is Severity.HOLD


def send(
    role: Role,
    form: MessageForm,
    *,
    pair: Pair,
    thread_id: UUID | None = None,
    order_id: int | None = None,
    subject: str = "",
) -> Submitted:
    """Submits a valid form as the role's person."""
    data = form.cleaned_data
    submission = Submission(
        key=f"web:{role.user.pk}:{data['token']}",
        door=Door.WEB,
        author=Side(role.side),
        pair=pairs_with_people().get(pk=pair.pk),
        user_id=role.user.pk,
        thread_id=thread_id,
        order_id=order_id,
        reason=data.get("reason") or data.get("topic") or "",
        subject=subject,
        text=data["text"].replace("\r\n", "\n"),
        files=form.submitted_files(),
    )
    key = f"{submission.key}:{_digest(submission)}"
    return submit_message(replace(submission, key=key), now=timezone.now())


def _digest(submission: Submission) -> str:
    """Of what is said and where: a form with the same ticket and other words is another message (GATE-5)."""
    files = [(file.name, sha256(file.content).hexdigest()) for file in submission.files]
    said = (submission.thread_id, submission.order_id, submission.reason, submission.text, files)
    return token(repr(said), purpose="form").hex()


def try_any_text(role: Role, pair: Pair, order: Order) -> frozenset[str]:
    """The codes of what the gate says now to a word of the role's person about the order (GATE-3)."""
    submission = Submission(
        key="",
        door=Door.WEB,
        author=Side(role.side),
        pair=pairs_with_people().get(pk=pair.pk),
        user_id=role.user.pk,
        order_id=order.pk,
        text="?",
    )
    return frozenset(finding.code for finding in dry_run(submission, now=timezone.now()).findings)


def objections(decision: Decision | None, role: Role) -> list[Said]:
    """Why the message was not delivered as it is; empty when it was, or when it was known already."""
    if decision is None or decision.verdict is Verdict.DELIVER:
        return []
    return [
        Said(
            code=finding.code,
            rule=rule_name(finding.code),
            sentence=finding_sentence(
                finding.code,
                finding.data,
                severity=finding.severity,
                author=Side(role.side),
                zone=timezone.get_current_timezone(),
            ),
            severity=finding.severity,
        )
        for finding in decision.findings
        if finding.severity > Severity.DELIVER
    ]


def form_again(form: MessageForm) -> MessageForm:
    """The same form with what was written and a fresh token: the next click is another message."""
    form.data = {name: form.data[name] for name in form.data} | {"token": new_form_token()}
    return form


def say_sent(request: HttpRequest, sent: Submitted) -> None:
    """Tells how it ended. A repeated click learns what the first one did (GATE-5)."""
    if sent.state == Message.State.DELIVERED:
        messages.success(request, _("Your message was sent."))
    elif sent.state == Message.State.HELD:
        messages.warning(request, _("Your message is held: a moderator looks at it first."))
    else:
        messages.error(request, _("Your message was not sent: the reason stands beneath it."))


def other_name(role: Role, buyer: Buyer, seller: Seller | None) -> str:
    """What this side calls the other one (ACC-9); the marketplace where there is no seller (ORD-6)."""
    if role.side == Side.SELLER:
        return buyer.display_name
    return seller.trade_name if seller else buyer.marketplace.name


def reasons_for(order: Order) -> tuple[Availability, ...]:
    """Every contact reason of the order now, offered or with why it is not (RSN-1, RSN-4)."""
    facts = order_facts(order)
    return available_reasons(facts, timezone.now(), current_limits()) if facts else ()

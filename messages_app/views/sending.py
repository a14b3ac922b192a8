"""From a page's form to the gate, and from the gate's answer to the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Buyer, Pair, Seller
from accounts.queries.pairs import pair_between, pairs_with_people
from accounts.roles import Role
from messages_app.forms import MessageForm, new_form_token
from messages_app.models import Message, Thread
from messages_app.policy.facts import Door, Place, Side
from messages_app.policy.reasons import REASON_BY_NAME, Availability, available_reasons
from messages_app.policy.verdict import Decision, Finding, Severity, Verdict
from messages_app.queries.drafts import draft_at, target_of
from messages_app.queries.facts import cap_of, order_facts, usage_of
from messages_app.queries.limits import current_limits
from messages_app.services.drafts import discard_draft
from messages_app.services.submission import Submission, Submitted
from messages_app.services.submit import dry_run, submit_message, submitted_before
from messages_app.services.uploads import submitted_uploads
from messages_app.vault.values import token
from messages_app.views.upload_limit import may_bring, too_many_to_send_in_words
from messages_app.wording import finding_sentence, rule_name
from orders.models import Order
from orders.queries import local_day

CAP_WARNS_AT = 80  # percent of the daily cap (CAP-4)


@dataclass(frozen=True, slots=True)
class Said:
    """One finding in the author's words (GATE-2)."""

    code: str
    rule: str
    sentence: str
    severity: Severity
    excerpts: tuple[str, ...] = ()  # of the text, where a content rule spoke

    @property
    def held(self) -> bool:
        """Whether it only holds the message up for a moderator."""
        return self.severity is Severity.HOLD

    @property
    def passes(self) -> bool:
        """Whether the message goes out all the same, masked or cleaned."""
        return self.severity is Severity.DELIVER


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


def is_ready(role: Role, form: MessageForm, **place: Any) -> bool:
    """Whether the form is whole: its fields, and the files of the draft that it names. They are fetched here.
    A form that was sent before is whole without them: they are gone with the draft (GATE-5)."""
    if not form.is_valid():
        return False
    form.known = submitted_before(_key(role, form, place))
    if form.known:
        return True
    files = submitted_uploads(target_of(role, **place), form.cleaned_data["upload"])
    brought = len(form.cleaned_data["files"]) + len(files or ())  # those that waited are judged anew
    if files is None:
        form.add_error(None, _("A file that waited here is gone. Attach it again, then send."))
    elif brought and not may_bring(role, brought):
        form.add_error(None, too_many_to_send_in_words())
    form.uploaded = files or ()
    return not form.errors


def send(role: Role, form: MessageForm, *, pair: Pair, subject: str = "", **place: Any) -> Submitted:
    """Submits a form that is ready as the role's person; what is out needs no draft any more (BOX-9). What
    was sent before is answered at once: its files need no second look (GATE-5)."""
    if form.known:
        return form.known
    data = form.cleaned_data
    submission = Submission(
        key=_key(role, form, place),
        door=Door.WEB,
        author=Side(role.side),
        pair=pairs_with_people().get(pk=pair.pk),
        user_id=role.user.pk,
        thread_id=place.get("thread_id"),
        order_id=place.get("order_id"),
        reason=data.get("reason") or data.get("topic") or "",
        subject=subject,
        text=data["text"].replace("\r\n", "\n"),
        covers=_covers(data),
        files=form.submitted_files(),
    )
    sent = submit_message(submission, now=timezone.now())
    if sent.state != Message.State.BLOCKED:
        discard_draft(target=target_of(role, **place))
    return sent


def _key(role: Role, form: MessageForm, place: Mapping[str, Any]) -> str:
    """Of the ticket and of what is said and where: the same ticket with other words is another message
    (GATE-5)."""
    data = form.cleaned_data
    files = [(file.name, _digest_of(file)) for file in data["files"]]
    uploads = sorted(map(str, data["upload"]))
    about = data.get("reason") or data.get("topic") or ""
    text, covers = data["text"].replace("\r\n", "\n"), _covers(data)
    said = (sorted(place.items()), about, text, files, uploads, *filter(None, covers))
    return f"web:{role.user.pk}:{data['token']}:{token(repr(said), purpose='form').hex()}"


def _covers(data: Mapping[str, Any]) -> tuple[date | None, date | None]:
    """The days of a warranty, where the reason asks for them: else they stand in a field that nobody sees."""
    reason = REASON_BY_NAME.get(data.get("reason") or "")
    if reason is None or not reason.dates:
        return None, None
    return data["covers_from"], data["covers_until"]


def _digest_of(file: UploadedFile[Any]) -> str:
    digest = sha256(file.read()).hexdigest()
    file.seek(0)
    return digest


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


def objections(decision: Decision | None, role: Role) -> list[Said]:
    """Why the message was not delivered as it is; empty when it was, or when it was known already."""
    if decision is None or decision.verdict is Verdict.DELIVER:
        return []
    return findings_in_words(decision, role, least=Severity.HOLD)


def findings_in_words(decision: Decision, role: Role, *, least: Severity, sent: bool = True) -> list[Said]:
    """What the rules say that are at least that severe, in the author's words; `sent` as in
    `wording.finding_sentence`."""
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
                sent=sent,
            ),
            severity=finding.severity,
            excerpts=_excerpts(finding.data),
        )
        for finding in decision.findings
        if finding.severity >= least
    ]


def _excerpts(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The places of the text that a content rule named, as written."""
    in_text = [match for match in data.get("matches") or () if match["place"] == Place.TEXT]
    return tuple(dict.fromkeys(str(match["excerpt"]) for match in in_text))


def refusal_in_words(refusal: Finding) -> str:
    """Why a file, or what else was chosen, cannot go with the message that is being written."""
    return finding_sentence(refusal.code, refusal.data, zone=timezone.get_current_timezone(), sent=False)


def use_of(seller: Seller) -> dict[str, object]:
    """Today's use of the daily cap and, near its end, the warning (CAP-4): {"used", "cap", "cap_warns_at",
    "cap_is_near"}."""
    day = local_day(seller.marketplace, timezone.now())
    used, cap = usage_of(seller, day), cap_of(seller, day, current_limits())
    warns_at = -(-cap * CAP_WARNS_AT // 100)  # rounded up: below it less than 80 % are used
    return {"used": used, "cap": cap, "cap_warns_at": warns_at, "cap_is_near": used >= warns_at}


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

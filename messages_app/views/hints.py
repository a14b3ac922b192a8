"""What the gate would say to the text as it stands, while its author still writes (GATE-3)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.models import Pair
from accounts.queries.pairs import pairs_with_people
from accounts.rate_limit import Limit, count_try
from accounts.signed_out import login_required
from messages_app.forms import TEXT_MOST
from messages_app.policy.facts import Door, Side
from messages_app.policy.verdict import Severity
from messages_app.services.submission import Submission
from messages_app.services.submit import dry_run
from messages_app.views.desk import Desk, desk_or_404
from messages_app.views.sending import Said, findings_in_words, use_of

HINTS_PER_PERSON = Limit("hints-person", 1500)  # SEC-4: a key pressed every two seconds for most of an hour
# Of what is not there yet nobody is warned while typing.
_TOO_EARLY = frozenset({"empty", "reason_missing", "attachment_missing"})


@require_POST
@login_required
def hints(request: HttpRequest) -> HttpResponse:
    """The gate's dry run in the author's words: nothing is recorded and nothing counts as a violation."""
    desk = desk_or_404(request)
    if not count_try(HINTS_PER_PERSON, str(desk.role.user.pk)):
        return HttpResponse(status=204)  # the gate itself says it at the latest
    pair = _pair(desk)
    text = request.POST.get("text", "")[:TEXT_MOST].replace("\r\n", "\n")
    reason = request.POST.get("reason") or request.POST.get("topic") or ""
    said = _said(desk, pair, text, reason[:24]) if pair and text.strip() else []
    use = use_of(desk.role.seller) if desk.role.seller else {}
    return render(request, "messages_app/_hints.html", {"said": said, "text": text.strip(), **use})


def _pair(desk: Desk) -> Pair | None:
    """None before the two have ever met: then there is nothing that the gate could know of them."""
    pairs = pairs_with_people()
    if desk.thread:
        return pairs.filter(threads=desk.thread).get()
    buyer = desk.order.buyer_id if desk.order else desk.role.buyer and desk.role.buyer.pk
    seller = desk.order.seller_id if desk.order else desk.asked and desk.asked.pk
    return pairs.filter(buyer=buyer, seller=seller).first()


def _said(desk: Desk, pair: Pair, text: str, reason: str) -> list[Said]:
    submission = Submission(
        key="",
        door=Door.WEB,
        author=Side(desk.role.side),
        pair=pair,
        user_id=desk.role.user.pk,
        thread_id=desk.thread.id if desk.thread else None,
        order_id=desk.order.pk if desk.order else None,
        reason=reason,
        text=text,
    )
    decision = dry_run(submission, now=timezone.now())
    said = findings_in_words(decision, desk.role, least=Severity.DELIVER)
    return [one for one in said if one.code not in _TOO_EARLY]

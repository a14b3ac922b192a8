"""What the gate would say to the text as it stands, while its author still writes (GATE-3)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.models import Pair
from accounts.queries.pairs import pair_between, pairs_with_people
from accounts.rate_limit import Limit, count_try
from accounts.signed_out import login_required
from messages_app.policy.facts import Door, FileFacts, Side
from messages_app.policy.verdict import Decision, Severity, Verdict
from messages_app.services.submission import Submission
from messages_app.services.submit import dry_run
from messages_app.services.uploads import waiting_files
from messages_app.views.composer import use_of
from messages_app.views.desk import Desk, desk_or_404
from messages_app.views.findings import FindingInWords, findings_in_words
from messages_app.views.written import Written, written_in

HINTS_PER_PERSON = Limit("hints-person", 1500)  # SEC-4: a key pressed every two seconds for most of an hour
# Of what is not there yet nobody is warned while typing.
_TOO_EARLY = frozenset({"empty", "reason_missing", "attachment_missing", "dates_missing"})


@require_POST
@login_required
def hints(request: HttpRequest) -> HttpResponse:
    """The gate's dry run in the author's words, with the files that wait in the draft unless `no_files` says
    that they stay behind: nothing is recorded and nothing counts as a violation."""
    desk = desk_or_404(request)
    if not count_try(HINTS_PER_PERSON, str(desk.role.user.pk)):
        return HttpResponse(status=204)  # the gate itself says it at the latest
    waiting = () if request.POST.get("no_files") else waiting_files(desk.target)
    written = written_in(request.POST)
    anything = written.text.strip() or written.days or waiting
    decision = _asked(desk, written, waiting) if anything else None
    use = use_of(desk.role.seller) if desk.role.seller else {}
    context = {
        "said": _said(desk, decision, days_begun=bool(written.days)) if decision else [],
        "all_well": decision is not None and decision.verdict is Verdict.DELIVER,
        **use,
    }
    return render(request, "messages_app/_hints.html", context)


def _asked(desk: Desk, written: Written, waiting: tuple[FileFacts, ...]) -> Decision:
    submission = Submission(
        key="",
        door=Door.WEB,
        author=Side(desk.role.side),
        pair=_pair(desk),
        user_id=desk.role.user.pk,
        thread_id=desk.thread.id if desk.thread else None,
        order_id=desk.order.pk if desk.order else None,
        reason=written.about,
        text=written.text,
        covers=written.covers,
    )
    return dry_run(submission, now=timezone.now(), waiting=waiting)


def _pair(desk: Desk) -> Pair:
    if desk.order:
        return pair_between(desk.order.buyer, desk.order.seller)
    if desk.asked and desk.role.buyer:
        return pair_between(desk.role.buyer, desk.asked)
    return pairs_with_people().filter(threads=desk.thread).get()


def _said(desk: Desk, decision: Decision, *, days_begun: bool) -> list[FindingInWords]:
    """With one of the days there, the other one is missed."""
    early = _TOO_EARLY - {"dates_missing"} if days_begun else _TOO_EARLY
    said = findings_in_words(decision, desk.role, least=Severity.DELIVER, sent=False)
    return [one for one in said if one.code not in early]

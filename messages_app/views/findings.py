"""The gate's answer, as the page says it to the author (GATE-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import Role
from messages_app.models import Message
from messages_app.policy.facts import Place, Side
from messages_app.policy.verdict import Decision, Finding, Severity, Verdict
from messages_app.services.submission import Submitted
from messages_app.wording import finding_sentence, rule_name


@dataclass(frozen=True, slots=True)
class FindingInWords:
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


def objections(decision: Decision | None, role: Role) -> list[FindingInWords]:
    """Why the message was not delivered as it is; empty when it was, or when it was known already."""
    if decision is None or decision.verdict is Verdict.DELIVER:
        return []
    return findings_in_words(decision, role, least=Severity.HOLD)


def findings_in_words(
    decision: Decision, role: Role, *, least: Severity, sent: bool = True
) -> list[FindingInWords]:
    """What the rules say that are at least that severe, in the author's words; `sent` as in
    `wording.finding_sentence`."""
    return [
        FindingInWords(
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


def say_sent(request: HttpRequest, sent: Submitted) -> None:
    """Tells how it ended. A repeated click learns what the first one did (GATE-5)."""
    if sent.state == Message.State.DELIVERED:
        messages.success(request, _("Your message was sent."))
    elif sent.state == Message.State.HELD:
        messages.warning(request, _("Your message is held: a moderator looks at it first."))
    else:
        messages.error(request, _("Your message was not sent: the reason stands beneath it."))

"""The gate as a table: facts in, verdict and codes out."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from messages_app.mail.parsed import Obstacle
from messages_app.policy.checks import ALL_CODES, CHECKS, NOTICE_ORDER, OBSTACLES, decide
from messages_app.policy.facts import ContentMatch, Door, Facts, Place, Standing
from messages_app.policy.limits import Limits
from messages_app.policy.verdict import Decision, Verdict
from tests.messages_app.policy.facts_rows import (
    NOW,
    TICK,
    file,
    mail,
    match,
    order,
    proactive,
    question,
    reply,
)

LIMITS = Limits()
LIMIT = LIMITS.max_message_bytes
DELIVER, HOLD, BLOCK = Verdict.DELIVER, Verdict.HOLD, Verdict.BLOCK
Row = tuple[str, Facts, Verdict, tuple[str, ...]]


def judge(facts: Facts) -> Decision:
    return decide(facts, LIMITS, policy_version="7")


def codes(facts: Facts) -> tuple[str, ...]:
    return tuple(finding.code for finding in judge(facts).findings)


def late(days: int = 30, more: timedelta = TICK) -> Any:
    return order("delivered", delivered_at=NOW - timedelta(days=days) - more)


BLOCKED: dict[str, Any] = {"blocked_by_other": True}
GATE_6_7: list[Row] = [
    ("GATE-7 suspended", reply(standing=Standing.SUSPENDED), BLOCK, ("suspended",)),
    ("GATE-7 suspended buyer", question(standing=Standing.SUSPENDED), BLOCK, ("suspended",)),
    ("GATE-7 closed", question(standing=Standing.CLOSED), BLOCK, ("closed",)),
    ("MOD-1 restricted, proactive", proactive(standing=Standing.RESTRICTED), BLOCK, ("restricted",)),
    ("MOD-1 restricted, reply", reply(standing=Standing.RESTRICTED), DELIVER, ()),
    ("MOD-1 restricted, buyer", question(standing=Standing.RESTRICTED), DELIVER, ()),
    ("GATE-6 seller to seller", reply(own_seller=True), BLOCK, ("seller_to_seller",)),
    ("GATE-6 own seller", question(own_seller=True), BLOCK, ("own_seller",)),
]
BLOCKS: list[Row] = [
    ("ACC-8 reply to a buyer who blocks", reply(**BLOCKED), BLOCK, ("blocked_by_other",)),
    ("ACC-8 critical, open order", proactive("unexpected_problem", **BLOCKED), DELIVER, ()),
    ("ACC-8 not critical", proactive("other", **BLOCKED), BLOCK, ("blocked_by_other",)),
    (
        "ACC-8 critical, order not open",
        proactive("digital_access_key", order=order("delivered", traits={"digital"}), **BLOCKED),
        BLOCK,
        ("blocked_by_other",),
    ),
    ("ACC-8 important mail, open order", mail(important=True, **BLOCKED), DELIVER, ()),
    (
        "ACC-8 important mail, order not open",
        mail(important=True, order=order("delivered"), **BLOCKED),
        BLOCK,
        ("blocked_by_other",),
    ),
    ("ACC-8 blocked buyer, about an order", question(**BLOCKED), DELIVER, ()),
    (
        "ACC-8 blocked buyer, no order",
        question(order=None, **BLOCKED),
        BLOCK,
        ("blocked_by_other",),
    ),
    ("ACC-8 buyer writes to whom they block", question(blocks_other=True), BLOCK, ("blocks_other",)),
    ("ACC-8 seller writes to whom they block", reply(blocks_other=True), DELIVER, ()),
]
OFF: dict[str, Any] = {"messaging_enabled": False}
SWITCHES: list[Row] = [
    ("ACC-6 no order", question(order=None, **OFF), BLOCK, ("messaging_off",)),
    ("ACC-6 open order", question(order=order("pending"), **OFF), DELIVER, ()),
    ("ACC-6 delivered", question(order=order("delivered"), **OFF), BLOCK, ("messaging_off",)),
    ("ACC-6 seller began", question(order=None, seller_began=True, **OFF), DELIVER, ()),
    (
        "ACC-6 seller began, subject alone",
        question(order=None, seller_began=True, reply_evidence=False, **OFF),
        BLOCK,
        ("messaging_off",),
    ),
    ("ACC-6 the seller still writes", reply(**OFF), DELIVER, ()),
    ("OPT-1 proactive", proactive(opted_out=True), BLOCK, ("opted_out",)),
    ("OPT-1 review request", proactive("invoice", opted_out=True, text_length=0, has_text=False,
                                       files=(file(),)), BLOCK, ("opted_out",)),
    ("OPT-2 reply", reply(opted_out=True), DELIVER, ()),
    ("OPT-2 critical", proactive("unexpected_problem", opted_out=True), DELIVER, ()),
    ("RSN-5 the tag means nothing on the web", proactive(opted_out=True, important=True), BLOCK,
     ("opted_out",)),
    ("OPT-3 a mail by its subject alone", mail(buyer_has_written=True, opted_out=True), BLOCK,
     ("opted_out",)),
    ("OPT-3 a mail with evidence", mail(buyer_has_written=True, reply_evidence=True, opted_out=True),
     DELIVER, ()),
    ("OPT-3 evidence, but the buyer never wrote", mail(reply_evidence=True, opted_out=True), BLOCK,
     ("opted_out",)),
    ("RSN-6 important mail", mail(important=True, opted_out=True), DELIVER, ()),
    ("OPT-1 buyers write on", question(opted_out=True), DELIVER, ()),
]  # fmt: skip
RSN: list[Row] = [
    ("RSN-1 none chosen", proactive(None), BLOCK, ("reason_missing",)),
    ("RSN-1 unknown", proactive("chat"), BLOCK, ("reason_unavailable",)),
    ("RSN-1 no order", proactive("other", order=None), BLOCK, ("reason_unavailable",)),
    ("RSN-1 wrong state", proactive("return_question"), BLOCK, ("reason_unavailable",)),
    ("RSN-1 reply needs none", reply(order=None, reason=None), DELIVER, ()),
    ("RSN-2 at the end", proactive(order=late(more=timedelta(0))), DELIVER, ()),
    ("RSN-2 past the end", proactive(order=late()), BLOCK, ("window_closed",)),
    ("RSN-2 reply has no window", reply(order=late()), DELIVER, ()),
    ("RSN-6 mail, open", mail(), DELIVER, ()),
    ("RSN-6 mail, at the end", mail(order=late(more=timedelta(0))), DELIVER, ()),
    ("RSN-6 mail, past the end", mail(order=late()), BLOCK, ("window_closed",)),
    ("RSN-6 important mail, past the end", mail(important=True, order=late()), BLOCK,
     ("window_closed",)),
    ("RSN-6 mail, no order", mail(order=None), BLOCK, ("reason_unavailable",)),
    ("RSN-6 mail, cancelled", mail(order=order("cancelled")), BLOCK, ("reason_unavailable",)),
    ("RSN-6 a mail cannot choose", mail(reason="unexpected_problem", opted_out=True), BLOCK,
     ("opted_out",)),
    ("RSN-1 text at the limit", proactive("order_question", text_length=2000,
                                          order=order("unshipped")), DELIVER, ()),
    ("RSN-1 text over the limit", proactive("other", text_length=2001), BLOCK, ("text_too_long",)),
    ("RSN-1 key at 400", proactive("digital_access_key", text_length=400,
                                   order=order(traits={"digital"})), DELIVER, ()),
    ("RSN-1 key at 401", proactive("digital_access_key", text_length=401,
                                   order=order(traits={"digital"})), BLOCK, ("text_too_long",)),
    ("RSN-1 customization at 800", proactive("customization", text_length=800,
        order=order("pending", traits={"customizable"})), DELIVER, ()),
    ("RSN-1 customization at 801", proactive("customization", text_length=801,
        order=order("pending", traits={"customizable"})), BLOCK, ("text_too_long",)),
    ("RSN-1 replies have no limit", reply(text_length=90_000), DELIVER, ()),
    ("RSN-1 no text, none", proactive("invoice", text_length=0, has_text=False, files=(file(),)),
     DELIVER, ()),
    ("RSN-1 no text, one letter", proactive("invoice", text_length=1, files=(file(),)), BLOCK,
     ("text_not_allowed",)),
]  # fmt: skip
SILENT: dict[str, Any] = {"text_length": 0, "has_text": False}
FIRST, LAST = date(2026, 3, 1), date(2028, 2, 29)
COVERED: dict[str, Any] = {"order": order(traits={"warranty"}), "files": (file(),), **SILENT}
DAYS: list[Row] = [
    ("RSN-1 days", proactive("warranty", covers_from=FIRST, covers_until=LAST, **COVERED), DELIVER, ()),
    ("RSN-1 one day", proactive("warranty", covers_from=LAST, covers_until=LAST, **COVERED), DELIVER, ()),
    ("RSN-1 reversed", proactive("warranty", covers_from=LAST, covers_until=FIRST, **COVERED), BLOCK,
     ("dates_reversed",)),
    ("RSN-1 reversed by a day", proactive("warranty", covers_from=LAST,
        covers_until=LAST - timedelta(days=1), **COVERED), BLOCK, ("dates_reversed",)),
    ("RSN-1 no days", proactive("warranty", **COVERED), BLOCK, ("dates_missing",)),
    ("RSN-1 no first day", proactive("warranty", covers_until=LAST, **COVERED), BLOCK, ("dates_missing",)),
    ("RSN-1 no last day", proactive("warranty", covers_from=FIRST, **COVERED), BLOCK, ("dates_missing",)),
    ("RSN-1 days of no warranty", proactive("invoice", covers_from=LAST, covers_until=FIRST, **COVERED),
     DELIVER, ()),
    ("RSN-1 a reply needs none", reply(reason="warranty", files=(file(),)), DELIVER, ()),
]  # fmt: skip
FILES: list[Row] = [
    ("RSN-1 none missing", proactive("invoice", **SILENT), BLOCK, ("attachment_missing",)),
    ("RSN-1 five", proactive("invoice", files=(file(),) * 5, **SILENT), DELIVER, ()),
    ("RSN-1 six", proactive("invoice", files=(file(),) * 6, **SILENT), BLOCK,
     ("attachment_not_allowed",)),
    ("RSN-1 kind", proactive("invoice", files=(file("docx"),), **SILENT), BLOCK,
     ("attachment_not_allowed",)),
    ("RSN-1 none allowed", proactive("unexpected_problem", files=(file(),)), BLOCK,
     ("attachment_not_allowed",)),
    ("POL-9 paper under other", mail(files=(file("docx"), file("pdf"), file("doc"))), DELIVER, ()),
    ("POL-9 picture under other", mail(files=(file("jpeg"),)), BLOCK, ("attachment_not_allowed",)),
    ("POL-9 text under other", mail(files=(file("txt"),)), BLOCK, ("attachment_not_allowed",)),
    ("POL-9 inline picture is aside", mail(files=(file("png", inline=True),)), DELIVER, ()),
    ("POL-9 replies take all", reply(files=(file("jpeg"),) * 20), DELIVER, ()),
    ("RSN-7 review request", proactive("review_request", order=order("delivered"), **SILENT),
     DELIVER, ()),
    ("RSN-7 with a file", proactive("review_request", order=order("delivered"), files=(file(),),
                                    **SILENT), BLOCK, ("attachment_not_allowed",)),
    ("ATT-3 20 files", question(files=(file("gif"),) * 20), DELIVER, ()),
    ("ATT-3 21 files", question(files=(file("gif"),) * 21), BLOCK, ("too_many_files",)),
    ("ATT-3 inline aside", question(files=(file("gif", inline=True),) * 25), DELIVER, ()),
    ("ATT-2 no type", reply(files=(file(None, found="a program"),)), BLOCK, ("file_type",)),
    ("ATT-2 problem", question(files=(file("pdf", problem="name_differs"),)), BLOCK, ("file_type",)),
    ("ATT-7 infected", question(files=(file("", infected=True), file())), BLOCK, ("infected",)),
    ("ATT-7 unscanned", reply(files=(file("pdf", unscanned=True),)), HOLD, ("unscanned",)),
    ("MAIL-17 a file", question(files=(file("pdf", reveals=True), file())), HOLD, ("file_reveals",)),
    ("ATT-1 at the limit", reply(body_bytes=1, files=(file(size=LIMIT - 1),)), DELIVER, ()),
    ("ATT-1 one more", reply(body_bytes=2, files=(file(size=LIMIT - 1),)), BLOCK, ("too_large",)),
    ("ATT-1 inline counts", reply(body_bytes=1, files=(file("png", size=LIMIT, inline=True),)),
     BLOCK, ("too_large",)),
    ("ATT-1 body alone", question(body_bytes=LIMIT + 1), BLOCK, ("too_large",)),
]  # fmt: skip
REST: list[Row] = [
    ("CAP-2 number cap", reply(used_today=604), DELIVER, ()),
    ("CAP-2 number cap + 1", reply(used_today=605), BLOCK, ("over_cap",)),
    ("CAP-1 critical counts too", proactive("unexpected_problem", used_today=605), BLOCK, ("over_cap",)),
    ("CAP-1 auto-reply counts too", reply(door=Door.AUTO, used_today=605), BLOCK, ("over_cap",)),
    ("CAP-2 buyers have none", question(used_today=9999), DELIVER, ()),
    ("POL-1 sure", reply(content=(match(),)), BLOCK, ("contact_email",)),
    ("POL-7 unsure", reply(content=(match(sure=False),)), HOLD, ("contact_email",)),
    (
        "POL-7 one of two is sure",
        reply(content=(match("external_link", sure=False), match("external_link"))),
        BLOCK,
        ("external_link",),
    ),
    (
        "POL-2 nothing of a buyer's is stopped",
        question(content=(match("external_link"), match(sure=False))),
        DELIVER,
        ("contact_email", "external_link"),
    ),
    ("POL-1 in a document", reply(content=(match(place=Place.FILE),)), BLOCK, ("contact_email",)),
    ("POL-2 in a document: as it is", question(content=(match(place=Place.FILE),)), DELIVER, ()),
    ("MOD-4 number 20", question(sent_one_way=19), DELIVER, ()),
    ("MOD-4 number 21", question(sent_one_way=20), HOLD, ("burst",)),
    ("MOD-4 second alike", reply(same_body=1), DELIVER, ()),
    ("MOD-4 third alike", reply(same_body=2), HOLD, ("identical_bodies",)),
    ("MOD-4 auto-replies are alike", reply(door=Door.AUTO, same_body=9), DELIVER, ()),
    ("MOD-4 no text is alike", reply(same_body=9, files=(file(),), **SILENT), DELIVER, ()),
    ("empty", reply(**SILENT), BLOCK, ("empty",)),
    ("empty question", question(**SILENT), BLOCK, ("empty",)),
    ("empty mail", mail(**SILENT), BLOCK, ("empty",)),
    ("a file is something", reply(files=(file(),), **SILENT), DELIVER, ()),
    *((f"obstacle {code}", mail(obstacles=(code,)), BLOCK, (code,)) for code in OBSTACLES),
]
ROWS = [*GATE_6_7, *BLOCKS, *SWITCHES, *RSN, *DAYS, *FILES, *REST]


@pytest.mark.rule(
    "GATE-1", "GATE-6", "GATE-7", "ACC-6", "ACC-8", "OPT-1", "OPT-2", "OPT-3", "RSN-1", "RSN-2",
    "RSN-5", "RSN-6", "RSN-7", "CAP-1", "CAP-2", "ATT-1", "ATT-2", "ATT-3", "POL-1", "POL-2", "POL-7",
    "POL-9", "MOD-4",
)  # fmt: skip
@pytest.mark.parametrize(("name", "facts", "verdict", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_table(name: str, facts: Facts, verdict: Verdict, expected: tuple[str, ...]) -> None:
    decision = judge(facts)
    assert (decision.verdict, codes(facts)) == (verdict, expected)


def test_every_check_and_code_has_a_row() -> None:
    silent = [
        check for check in CHECKS if not any(check(facts, LIMITS) is not None for _, facts, _, _ in ROWS)
    ]
    assert silent == []
    assert {code for _, _, _, expected in ROWS for code in expected} == ALL_CODES


def test_obstacles_are_those_of_the_parser() -> None:
    assert set(OBSTACLES) == {obstacle.value for obstacle in Obstacle}


def everything_wrong() -> Facts:
    content = (match("external_link"), match())
    return proactive(
        "chat",
        standing=Standing.SUSPENDED,
        own_seller=True,
        blocked_by_other=True,
        opted_out=True,
        used_today=605,
        body_bytes=LIMIT + 1,
        files=(file(None),) * 21,
        obstacles=("partial", "encrypted"),
        content=content,
        sent_one_way=20,
        same_body=2,
    )


@pytest.mark.rule("GATE-2")
def test_every_objection_is_named_in_the_order_of_the_notices() -> None:
    decision = judge(everything_wrong())
    named = [finding.code for finding in decision.findings]
    assert named == [
        "suspended",
        "seller_to_seller",
        "blocked_by_other",
        "opted_out",
        "reason_unavailable",
        "over_cap",
        "too_large",
        "too_many_files",
        "file_type",
        "encrypted",
        "partial",
        "contact_email",
        "external_link",
        "burst",
        "identical_bodies",
    ]
    assert named == sorted(named, key=NOTICE_ORDER.index)
    assert decision.verdict is BLOCK


@pytest.mark.rule("GATE-1")
def test_the_most_severe_wins_wherever_it_stands() -> None:
    assert judge(reply(sent_one_way=20, **SILENT)).verdict is BLOCK
    assert judge(reply(content=(match(sure=False),), used_today=605)).verdict is BLOCK
    assert judge(question(content=(match(),), same_body=2)).verdict is HOLD


@pytest.mark.rule("GATE-1")
def test_the_decision_keeps_what_was_so() -> None:
    decision = judge(proactive("unexpected_problem"))
    assert (decision.critical, decision.proactive, decision.policy_version) == (True, True, "7")
    assert not judge(question(important=True, door=Door.MAIL)).critical
    assert not judge(reply()).proactive


DATA: list[tuple[str, Facts, dict[str, object]]] = [
    ("suspended", reply(standing=Standing.SUSPENDED, standing_until=NOW), {"until": NOW}),
    (
        "over_cap",
        reply(used_today=700, day_ends_at=NOW),
        {"cap": 605, "used": 700, "day_ends_at": NOW},
    ),
    (
        "too_large",
        reply(body_bytes=LIMIT, files=(file(name="a.pdf", size=1),)),
        {"size": LIMIT + 1, "limit": LIMIT, "files": [{"name": "a.pdf", "size": 1}]},
    ),
    (
        "reason_unavailable",
        proactive("return_question"),
        {"reason": "return_question", "why": "wrong_state", "status": "shipped"},
    ),
    (
        "window_closed",
        mail(order=late()),
        {"reason": "other", "opens_at": None, "closes_at": NOW - TICK},
    ),
    ("text_too_long", mail(text_length=2001), {"reason": "other", "length": 2001, "limit": 2000}),
    ("burst", reply(sent_one_way=20), {"count": 21, "limit": 20}),
    ("infected", reply(files=(file("", name="a.pdf", infected=True), file())), {"files": ["a.pdf"]}),
    ("unscanned", reply(files=(file(name="a.pdf", unscanned=True), file())), {"files": ["a.pdf"]}),
    ("file_reveals", reply(files=(file(name="a.pdf", reveals=True), file())), {"files": ["a.pdf"]}),
    (
        "file_type",
        reply(files=(file(None, name="x.exe", found="program"), file())),
        {"files": [{"name": "x.exe", "problem": None, "found": "program"}]},
    ),
]


@pytest.mark.rule("GATE-2", "ATT-1", "CAP-2")
@pytest.mark.parametrize(("code", "facts", "data"), DATA, ids=[row[0] for row in DATA])
def test_findings_carry_what_their_words_need(code: str, facts: Facts, data: dict[str, object]) -> None:
    assert [(found.code, found.data) for found in judge(facts).findings] == [(code, data)]


@pytest.mark.rule("GATE-2", "POL-7")
@pytest.mark.parametrize(("matches", "named"), [(99, 99), (100, 100), (101, 100)])
def test_a_finding_names_so_many_matches_and_weighs_them_all(matches: int, named: int) -> None:
    content = (*(match(sure=False) for _ in range(matches - 1)), match())
    [finding] = judge(reply(content=content)).findings
    assert len(finding.data["matches"]) == named  # type: ignore[arg-type]
    assert finding.data["sure"]


@pytest.mark.rule("POL-2")
def test_content_findings_carry_each_place() -> None:
    unsure = replace(match(), start=9, end=12, sure=False)
    matches: tuple[ContentMatch, ...] = (match(), unsure)
    [finding] = judge(question(content=matches)).findings
    assert finding.data["sure"] is True
    places = [(item["start"], item["sure"]) for item in finding.data["matches"]]  # type: ignore[attr-defined]
    assert places == [(0, True), (9, False)]

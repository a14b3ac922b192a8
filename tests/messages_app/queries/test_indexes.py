"""What a list reads whatever the store's size: a range of an index, in its order (PERF-6)."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db.models import QuerySet

from accounts.roles import Role
from messages_app.models import Case, InboundMail, MailboxEntry
from messages_app.queries import inbox, moderation
from messages_app.queries.held_mail import held_count, held_rows
from messages_app.queries.mailbox_views import BUYER_VIEWS, SELLER_VIEWS, view_named
from tests import plans
from tests.factories import BuyerFactory, PairFactory, SellerFactory
from tests.messages_app.admin.staff_world import hold
from tests.plans import read_whole, statements

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
AN_ID = "0195e7d5-1c00-7000-8000-000000000001"

INDEXES = {
    ("seller", "needed"): "entries_due",
    ("seller", "received"): "entries_received_by_seller",
    ("seller", "unread"): "entries_unread_of_seller",
    ("seller", "sent"): "entries_sent_by_seller",
    ("seller", "refused"): "entries_refused_of_seller",
    ("seller", "all"): "entries_of_seller",
    ("seller", "archived"): "entries_placed_by_seller",
    ("seller", "deleted"): "entries_placed_by_seller",
    ("buyer", "inbox"): "entries_of_buyer",
    ("buyer", "unread"): "entries_unread_of_buyer",
    ("buyer", "conversations"): "entries_of_buyer",
    ("buyer", "system"): "entries_of_buyer",
    ("buyer", "sent"): "entries_sent_by_buyer",
    ("buyer", "archived"): "entries_placed_by_buyer",
    ("buyer", "deleted"): "entries_placed_by_buyer",
}


def role_of(side: str) -> Role:
    if side == "buyer":
        buyer = BuyerFactory.create()
        return Role(user=buyer.user, buyer=buyer)
    owner = SellerFactory.create().memberships.get()
    return Role(user=owner.user, membership=owner)


def plan_of(rows: QuerySet[MailboxEntry] | QuerySet[InboundMail] | QuerySet[Case]) -> str:
    return rows.explain()


def test_every_view_has_a_row_here() -> None:
    views = {("seller", view.name) for view in SELLER_VIEWS}
    assert set(INDEXES) == views | {("buyer", view.name) for view in BUYER_VIEWS}


@pytest.mark.rule("BOX-2", "BOX-3")
@pytest.mark.parametrize("further", [False, True], ids=["first", "further"])
@pytest.mark.parametrize(("side", "name"), list(INDEXES))
def test_a_view_is_read_in_the_order_of_its_index(side: str, name: str, further: bool) -> None:
    role = role_of(side)
    view = view_named(role, name)
    cursor = inbox._cursor(NOW, uuid4()) if further else ""
    plan = plan_of(inbox._entries_after(role, view, cursor))
    assert f"USING INDEX {INDEXES[side, name]} ({side}_id=?" in plan
    assert "TEMP B-TREE" not in plan
    assert "MULTI-INDEX" not in plan
    if further:  # it begins where the one before ended
        assert f"AND {view.by}{'>' if view.soonest_first else '<'}?)" in plan


@pytest.mark.rule("MAIL-10")
@pytest.mark.parametrize("side", ["seller", "buyer"])
def test_held_mails_are_found_by_the_alias_within_their_days(side: str) -> None:
    plan = plan_of(held_rows(role_of(side), NOW))
    assert "INDEX inbound_held_of_alias (alias_id=? AND received_at>?)" in plan


@pytest.mark.rule("MOD-3", "PERF-6")
@pytest.mark.parametrize("after", ["", f"{NOW.isoformat()}_{AN_ID}"], ids=["first", "further"])
@pytest.mark.parametrize(
    ("kind", "decided", "index"),
    [
        ("", False, "cases_waiting"),
        ("", True, "cases_decided"),
        ("held_message", False, "cases_waiting_of_kind"),
        ("held_message", True, "cases_decided_of_kind"),
    ],
)
def test_a_list_of_cases_is_read_in_the_order_of_its_index(
    kind: str, decided: bool, index: str, after: str
) -> None:
    plan = plan_of(moderation._listed(moderation.CaseFilters(kind=kind, decided=decided), after))
    assert f"USING INDEX {index}{' (' if kind or after else ''}" in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.rule("MOD-3", "PERF-6", "ALI-6")
@pytest.mark.both_databases
@pytest.mark.parametrize("decided", [False, True], ids=["waiting", "decided"])
@pytest.mark.parametrize("text", ["alder", "hannah", "x@y.example", "304-1234567-1234567", AN_ID])
def test_a_search_of_cases_reads_no_table_from_end_to_end(text: str, decided: bool) -> None:
    PairFactory.create()
    with statements() as seen:
        moderation.case_page(moderation.CaseFilters(words=text, decided=decided))
    assert read_whole(seen) == set()


@pytest.mark.rule("MAIL-10", "PERF-6")
@pytest.mark.parametrize("side", ["seller", "buyer"])
def test_held_mails_are_counted_without_a_look_at_every_alias(side: str) -> None:
    role = role_of(side)
    with statements() as seen:
        assert held_count(role, NOW) == 0
    (plan,) = [" ".join(plans.plan_of(one)) for one in seen]
    assert f"USING INDEX cases_waiting_of_{side}" in plan
    assert "accounts_alias" not in plan


@pytest.mark.rule("MOD-3", "PERF-6")
def test_what_the_checks_said_is_read_by_message() -> None:
    pairs = [PairFactory.create(), PairFactory.create()]
    for pair in pairs:
        hold(pair)
    with statements() as seen:
        moderation.case_page(moderation.CaseFilters())
    (verdicts,) = [one for one in seen if 'FROM "messages_app_decision"' in one[0]]
    assert "(message_id=?)" in " ".join(plans.plan_of(verdicts))


@pytest.mark.rule("MOD-1", "MOD-3", "PERF-6")
@pytest.mark.both_databases
@pytest.mark.parametrize("about", ["seller", "buyer"])
def test_a_persons_history_is_counted_by_indexes(about: str) -> None:
    pair = PairFactory.create()
    case = Case(pair=pair, seller=pair.seller, buyer=pair.buyer, about=about)
    with statements() as seen:
        moderation.history_of(case, NOW)
    assert len(seen) == 4
    assert read_whole(seen) == set()
    refused = next(" ".join(plans.plan_of(one)) for one in seen if "blocked" in one[0])
    assert "messages_refused_of_pair" in refused

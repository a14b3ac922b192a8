"""The queue’s pages: filters, search, paging, decisions one by one and several at once (MOD-3, UX-8)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditRecord, Buyer, Seller
from accounts.name_keys import name_key
from accounts.queries.pairs import alias_of
from messages_app.models import Case, Delivery, DeliveryAttempt, Message
from messages_app.policy.facts import Side
from messages_app.queries import moderation
from messages_app.queries.moderation import CaseFilters, case_page, queues
from messages_app.services.submission import SubmittedFile
from tests.factories import OrderFactory, PairFactory
from tests.messages_app.admin.staff_world import SECRET, StaffWorld, browser_of, hold, make_staff_world
from tests.messages_app.services.gate import message_of, page, send

pytestmark = pytest.mark.django_db

WHY = "It is a colour’s name."
LIST = "/admin/messages_app/case/"


@pytest.fixture
def world() -> StaffWorld:
    return make_staff_world()


@pytest.fixture
def staff(world: StaffWorld) -> Client:
    return browser_of(world.moderator)


def states() -> list[str]:
    return list(Message.objects.filter(author="seller").order_by("id").values_list("state", flat=True))


def choose(staff: Client, action: str, cases: list[Case], **fields: str) -> str:
    data = {"kind": "held_message", "action": action, "case": [str(case.pk) for case in cases], **fields}
    return staff.post(reverse("admin:messages_app_case_bulk"), data, follow=True).content.decode()


@pytest.mark.rule("UX-8", "MOD-3")
def test_the_queue_counts_each_kind_and_names_its_oldest(world: StaffWorld) -> None:
    hold(PairFactory.create())
    counted = {queue.kind: queue for queue in queues()}
    assert counted["held_message"].count == 2
    assert counted["held_message"].oldest == world.case.opened_at
    assert (counted["held_delivery"].count, counted["held_delivery"].oldest) == (0, None)
    assert set(counted) == set(Case.Kind.values)


@pytest.mark.rule("MOD-3")
def test_pages_follow_each_other_oldest_first(world: StaffWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moderation, "PAGE", 2)
    for _ in range(4):
        hold(PairFactory.create())
    same = Case.objects.order_by("-opened_at").first()
    assert same is not None
    Case.objects.exclude(pk=world.case.pk).update(opened_at=same.opened_at + timedelta(hours=1))
    seen: list[object] = []
    after = ""
    while True:
        page_ = case_page(CaseFilters(), after)
        seen += [case.pk for case in page_.cases]
        after = page_.after
        if not after:
            break
    assert seen == list(Case.objects.order_by("opened_at", "pk").values_list("pk", flat=True))
    assert [case.pk for case in case_page(CaseFilters(), "nonsense_here").cases] == seen[:2]


@pytest.mark.rule("ALI-6", "MOD-3")
def test_cases_are_found_by_what_staff_know(world: StaffWorld) -> None:
    Seller.objects.filter(pk=world.pair.seller_id).update(
        trade_name="Copper & Cork", name_key=name_key("Copper & Cork")
    )
    other = hold(PairFactory.create())
    Buyer.objects.filter(pk=world.pair.buyer_id).update(display_name="Ōta K.", name_key=name_key("Ōta K."))
    order = world.held.thread.order
    assert order is not None
    for words in (
        alias_of(world.pair, Side.BUYER).upper(),
        alias_of(world.pair, Side.SELLER),
        f"about {order.number} please",
        str(world.held.thread_id),
        str(world.case.pk),
        "copper",
        "COPPER & c",
        "ota",
        f"Somebody <{alias_of(world.pair, Side.SELLER)}>",
    ):
        found = case_page(CaseFilters(words=words)).cases
        assert [case.pk for case in found] == [world.case.pk], words
    assert case_page(CaseFilters(words="nobody at all")).cases == ()
    assert len(case_page(CaseFilters(words=" \0 ")).cases) == 2
    assert [case.message_id for case in case_page(CaseFilters(about="seller")).cases] == [
        world.held.pk, other.pk,
    ]  # fmt: skip
    assert case_page(CaseFilters(about="buyer")).cases == ()


@pytest.mark.rule("MOD-3", "MOD-6")
def test_lists_and_cases_say_why_something_waits_without_its_words(world: StaffWorld, staff: Client) -> None:
    case = reverse("admin:messages_app_case_change", args=[world.case.pk])
    several = choose(staff, "reject", [world.case])
    for text in (staff.get(LIST).content.decode(), staff.get(case).content.decode(), several):
        assert "Link to another site" in text
        assert SECRET not in text
        assert "nordic.green" not in text


@pytest.mark.rule("UX-8", "MOD-3")
def test_one_is_decided_behind_a_page_that_asks(world: StaffWorld, staff: Client) -> None:
    address = reverse("admin:messages_app_case_decide", args=[world.case.pk, "release"])
    assert "delivered now" in staff.get(address).content.decode()
    assert staff.post(address, {"reason": " "}).status_code == 200
    assert states() == ["held"]
    said = staff.post(address, {"reason": WHY}, follow=True).content.decode()
    assert "Nothing else of this kind waits" in said
    assert states() == ["delivered"]
    said = staff.post(address, {"reason": WHY}, follow=True).content.decode()
    assert "Somebody has decided this already" in said
    assert AuditRecord.objects.filter(action="release").count() == 1


@pytest.mark.rule("MOD-3", "UX-8")
def test_several_are_decided_after_a_yes(world: StaffWorld, staff: Client) -> None:
    hold(PairFactory.create())
    cases = list(Case.objects.all())
    asked = choose(staff, "reject", cases)
    assert "2 cases" in asked
    assert states() == ["held", "held"]
    said = choose(staff, "reject", cases, confirmed="1", reason=WHY)
    assert "2 cases are decided." in said
    assert states() == ["blocked", "blocked"]
    assert "Choose at least one" in choose(staff, "reject", cases, confirmed="1", reason=WHY)


@pytest.mark.rule("MOD-3", "MAIL-17")
def test_what_shows_a_real_address_is_never_released_in_bulk(world: StaffWorld, staff: Client) -> None:
    pair = world.pair
    note = SubmittedFile(name="care.txt", content=f"Ask {pair.seller.customer_service_address}.".encode())
    held = message_of(send(page(pair, Side.SELLER, thread_id=world.held.thread_id, files=(note,))))
    assert held.state == "held"
    case = Case.objects.get(message=held)
    said = choose(staff, "release", [world.case, case], confirmed="1", reason=WHY)
    assert "1 case is decided." in said
    assert "needs a look of its own" in said
    assert sorted(states()) == ["delivered", "held"]
    alone = reverse("admin:messages_app_case_decide", args=[case.pk, "release"])
    assert "shows a real address" in staff.get(alone).content.decode()
    staff.post(alone, {"reason": WHY})
    assert states() == ["delivered", "delivered"]


@pytest.mark.rule("MOD-3")
def test_a_release_that_the_rules_stop_says_why(world: StaffWorld, staff: Client) -> None:
    Seller.objects.filter(pk=world.pair.seller_id).update(standing="suspended")
    address = reverse("admin:messages_app_case_decide", args=[world.case.pk, "release"])
    said = staff.post(address, {"reason": WHY}, follow=True).content.decode()
    assert "cannot be released now: Account suspended" in said
    assert states() == ["held"]


@pytest.mark.rule("MOD-3")
@pytest.mark.parametrize(
    "data", [{"action": "promote"}, {"action": "retry"}, {"kind": "", "action": "reject"}]
)
def test_nonsense_decides_nothing(world: StaffWorld, staff: Client, data: dict[str, str]) -> None:
    fields = {"kind": "held_message", "case": str(world.case.pk), "confirmed": "1", "reason": WHY, **data}
    assert staff.post(reverse("admin:messages_app_case_bulk"), fields).status_code == 404
    assert states() == ["held"]


def statements(staff: Client, address: str) -> int:
    staff.get(address)  # what is read once only: the session's user, content types
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert staff.get(address).status_code == 200
    return len(queries)


@pytest.mark.rule("MOD-3", "PERF-6")
def test_the_queue_and_a_case_ask_the_same_however_much_there_is(world: StaffWorld, staff: Client) -> None:
    case = reverse("admin:messages_app_case_change", args=[world.case.pk])
    staff.post(case, {"reason": WHY})
    before = (statements(staff, LIST), statements(staff, case), statements(staff, reverse("admin:index")))
    for _ in range(3):
        hold(PairFactory.create())
        order = OrderFactory.create(pair=world.pair)
        send(page(world.pair, Side.BUYER, order_id=order.pk))
        send(page(world.pair, Side.SELLER, thread_id=world.held.thread_id, text="One more word."))
    after = (statements(staff, LIST), statements(staff, case), statements(staff, reverse("admin:index")))
    assert after == before


@pytest.mark.rule("MOD-3")
def test_decided_cases_stand_in_the_order_of_their_decisions(
    world: StaffWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        hold(PairFactory.create())
    cases = list(Case.objects.order_by("opened_at", "pk"))
    minutes = [3, 1, 4, 3]  # opened one after the other, decided otherwise; two at once
    for case, minute in zip(cases, minutes, strict=True):
        at = world.case.opened_at + timedelta(hours=1, minutes=minute)
        Case.objects.filter(pk=case.pk).update(closed_at=at, decision=Case.Decision.RELEASED)
    wanted = [cases[place].pk for place in (2, 3, 0, 1)]
    monkeypatch.setattr(moderation, "PAGE", 2)
    first = case_page(CaseFilters(decided=True))
    second = case_page(CaseFilters(decided=True), first.after)
    assert [case.pk for case in (*first.cases, *second.cases)] == wanted
    assert (bool(first.after), second.after) == (True, "")


@pytest.mark.rule("MOD-3", "MAIL-17")
def test_a_mail_that_the_leak_gate_stopped_says_in_words_why(world: StaffWorld, staff: Client) -> None:
    delivery = Delivery.objects.filter(pair=world.case.pair).latest("created_at")
    DeliveryAttempt.objects.create(delivery=delivery, outcome="held", reply="leak gate: address in mail.2")
    Case.objects.filter(pk=world.case.pk).update(
        kind=Case.Kind.HELD_DELIVERY, delivery=delivery, message=None
    )
    html = staff.get(reverse("admin:messages_app_case_change", args=[world.case.pk])).content.decode()
    assert "Part 2 of the mail: a real address stands in it" in html
    assert "address in mail.2" not in html

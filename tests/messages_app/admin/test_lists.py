"""The lists of the administration in a store of any size: read by key, searched by index (UX-8, PERF-6)."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client

import accounts.record_list
from accounts.models import AuditRecord, Buyer, Seller, User
from accounts.models.audit import ACTIONS
from accounts.queries.pairs import alias_of
from accounts.services.audit import record_audit
from messages_app.models import Attachment, Delivery, Message
from messages_app.policy.facts import Side
from messages_app.wording.records import value_name
from tests.factories import BuyerFactory, PairFactory
from tests.messages_app.admin.staff_world import StaffWorld, browser_of, hold, make_staff_world
from tests.messages_app.relay.inbound_world import take_in
from tests.plans import Statement, plan_of, read_whole, statements

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

LISTS = [
    "accounts/auditrecord", "accounts/authorizedaddress", "accounts/buyer", "accounts/marketplace",
    "accounts/membership", "accounts/pair", "accounts/seller", "accounts/user",
    "messages_app/attachment", "messages_app/dailyusage", "messages_app/decision", "messages_app/delivery",
    "messages_app/deliveryattempt", "messages_app/inboundmail", "messages_app/mailboxentry",
    "messages_app/message", "messages_app/responsecontact", "messages_app/thread",
    "orders/order", "orders/product",
]  # fmt: skip
SMALL = {"accounts_marketplace", "django_session", "django_content_type", "auth_permission", "auth_group"}


@pytest.fixture
def world() -> StaffWorld:
    return make_staff_world()


@pytest.fixture
def staff(world: StaffWorld) -> Client:
    return browser_of(world.admin)


def words(world: StaffWorld) -> list[str]:
    """One search of each kind, and some for nothing."""
    order = world.held.thread.order
    assert order is not None
    return [
        str(world.held.pk), order.number, alias_of(world.pair, Side.SELLER), world.pair.seller.trade_name,
        world.pair.buyer.display_name, world.pair.seller.slug, str(world.pair.pk), "9" * 19, "…", "\u00e9",
    ]  # fmt: skip


def listed(staff: Client, path: str, **query: str) -> list[str]:
    """The keys of the rows on that page, in its order."""
    answer = staff.get(f"/admin/{path}/", query)
    assert answer.status_code == 200
    return re.findall(rf'<th scope="row"><a href="/admin/{path}/([^/]+)/change/">', answer.content.decode())


def of_rows(seen: list[Statement], path: str) -> list[Statement]:
    """The statement that reads the rows of that list."""
    table = f'FROM "{path.replace("/", "_")}"'
    return [one for one in seen if table in one[0] and one[0].rstrip().endswith("LIMIT 51")]


def test_every_list_is_here() -> None:
    names = {f"{model._meta.app_label}/{model._meta.model_name}" for model in admin.site._registry}
    assert names == {*LISTS, "messages_app/case"}


@pytest.mark.rule("UX-8")
@pytest.mark.parametrize("path", LISTS)
def test_a_list_is_read_in_the_order_of_its_key(staff: Client, path: str) -> None:
    with statements() as seen:
        listed(staff, path)
    (rows,) = of_rows(seen, path)
    assert not re.search(r"COUNT\(|DISTINCT|_sealed", rows[0])
    if connection.vendor == "sqlite":
        assert [line for line in plan_of(rows) if "TEMP B-TREE" in line] == []
    assert [one for one in seen if "COUNT(" in one[0] or "DISTINCT" in one[0]] == []


@pytest.mark.rule("UX-8", "ALI-6")
@pytest.mark.parametrize("path", LISTS)
def test_a_search_reads_no_table_from_end_to_end(staff: Client, world: StaffWorld, path: str) -> None:
    for text in words(world):
        with statements() as seen:
            listed(staff, path, q=text)
        if path != "accounts/marketplace":  # which has no search
            assert read_whole(seen) - SMALL == set(), text


@pytest.mark.rule("UX-8")
@pytest.mark.parametrize("path", LISTS)
def test_a_record_reads_no_table_from_end_to_end(staff: Client, path: str) -> None:
    keys = listed(staff, path)
    with statements() as seen:
        for key in keys[:1]:
            assert staff.get(f"/admin/{path}/{key}/change/").status_code == 200
    assert read_whole(seen) - SMALL == set()


@pytest.mark.rule("UX-8")
def test_a_list_asks_the_same_however_many_rows_it_has(staff: Client) -> None:
    def asked() -> list[int]:
        counts = []
        for path in LISTS:
            with statements() as seen:
                listed(staff, path)
            counts.append(len([one for one in seen if one[0].startswith("SELECT")]))
        return counts

    asked()  # what is read once only
    before = asked()
    for _ in range(3):
        hold(PairFactory.create())
    assert asked() == before


@pytest.mark.rule("UX-8")
def test_pages_follow_each_other_newest_first(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts.record_list, "PAGE", 2)
    hold(PairFactory.create())
    hold(PairFactory.create())
    for path, rows in (("messages_app/message", Message.objects), ("accounts/user", User.objects)):
        pages = list[list[str]]()
        address = f"/admin/{path}/"
        while address:
            text = staff.get(address).content.decode()
            pages.append(re.findall(rf'<th scope="row"><a href="/admin/{path}/([^/]+)/change/">', text))
            following = re.search(r'<p class="pages"><a class="button" href="(\?[^"]+)"', text)
            address = f"/admin/{path}/{following[1].replace('&amp;', '&')}" if following else ""
        seen = [key for page in pages for key in page]
        assert seen == [str(key) for key in rows.order_by("-pk").values_list("pk", flat=True)]
        assert {len(page) for page in pages[:-1]} == {2}


@pytest.mark.rule("UX-8")
def test_a_filter_looks_through_a_bounded_part_and_goes_on(
    staff: Client, world: StaffWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts.record_list, "LOOK_THROUGH", 4)
    BuyerFactory.create_batch(9)
    first = Buyer.objects.earliest("pk")
    Buyer.objects.filter(pk=first.pk).update(standing="suspended")
    found, query, pages = list[str](), {"standing__exact": "suspended"}, 0
    while True:
        page = staff.get("/admin/accounts/buyer/", query).context["cl"]
        found += [str(row.pk) for row in page.result_list]
        pages += 1
        if not page.older:
            break
        assert page.is_partial
        query["p"] = page.older
    assert found == [str(first.pk)]
    assert pages == Buyer.objects.count() // 4 + 1


@pytest.mark.rule("ALI-6", "UX-8")
def test_rows_are_found_by_what_staff_know(staff: Client, world: StaffWorld) -> None:
    hold(PairFactory.create())
    mail = take_in(b"From: x@y.example\r\n\r\n", alias_of(world.pair, Side.SELLER))
    thread, pair, order = world.held.thread, world.pair, world.held.thread.order
    assert order is not None
    Seller.objects.filter(pk=pair.seller_id).update(trade_name="Maison Lumière", name_key=b"maison lumiere")
    Buyer.objects.filter(pk=pair.buyer_id).update(display_name="Zoé L.", name_key=b"zoe l")
    User.objects.filter(pk=world.buyer.pk).update(full_name="Zoé Lefèvre")
    number, alias, seller = order.number, alias_of(pair, Side.BUYER), "MAISON lum"
    messages = [str(key) for key in thread.conversation.order_by("-id").values_list("pk", flat=True)]
    entries = [str(key) for key in thread.entries.order_by("-pk").values_list("pk", flat=True)]
    sent = [
        str(key) for key in Delivery.objects.filter(pair=pair).order_by("-pk").values_list("pk", flat=True)
    ]
    file = Attachment.objects.get(message__thread=thread)
    for path, text, keys in (
        ("messages_app/thread", str(thread.pk), [str(thread.pk)]),
        ("messages_app/thread", f"about {number}!", [str(thread.pk)]),
        ("messages_app/thread", alias, [str(thread.pk)]),
        ("messages_app/thread", f"Zoe <{alias}>", [str(thread.pk)]),
        ("messages_app/thread", seller, [str(thread.pk)]),
        ("messages_app/thread", "zoe", [str(thread.pk)]),
        ("messages_app/message", str(thread.pk), messages),
        ("messages_app/message", str(world.held.pk), [str(world.held.pk)]),
        ("messages_app/message", number, messages),
        ("messages_app/message", alias, messages),
        ("messages_app/mailboxentry", number, entries),
        ("messages_app/delivery", alias, sent),
        ("messages_app/inboundmail", alias_of(pair, Side.SELLER), [str(mail.pk)]),
        ("messages_app/inboundmail", f"Zoe <{alias_of(pair, Side.SELLER).upper()}>,", [str(mail.pk)]),
        ("messages_app/attachment", str(file.message_id), [str(file.pk)]),
        ("orders/order", number, [str(order.pk)]),
        ("orders/order", alias, [str(order.pk)]),
        ("orders/order", seller, [str(order.pk)]),
        ("accounts/pair", alias, [str(pair.pk)]),
        ("accounts/pair", "Zoé", [str(pair.pk)]),
        ("accounts/seller", seller, [str(pair.seller_id)]),
        ("accounts/seller", pair.seller.external_id or "", [str(pair.seller_id)]),
        ("accounts/buyer", "zoe l", [str(pair.buyer_id)]),
        ("accounts/user", "Zoé Lefèvre", [str(world.buyer.pk)]),
        ("accounts/user", "Zoé Martin", []),
        ("accounts/user", seller, [str(world.seller.pk)]),
        ("accounts/user", "ada adm", [str(world.admin.pk)]),
        ("accounts/membership", seller, [str(pair.seller.memberships.get().pk)]),
        ("accounts/user", "nobody at all", []),
    ):  # fmt: skip
        assert listed(staff, path, q=text) == keys, (path, text)


@pytest.mark.rule("MOD-6", "SEC-7")
def test_audit_records_are_found_by_person_and_thing(staff: Client, world: StaffWorld) -> None:
    record_audit(actor=world.admin, action="read_thread", kind="thread", object_id=world.held.thread_id)
    record_audit(actor=world.moderator, action="release", kind="case", object_id=world.case.pk)
    last = AuditRecord.objects.latest("number").number
    path = "accounts/auditrecord"
    assert listed(staff, path, q=str(world.held.thread_id)) == [str(last - 1)]
    assert listed(staff, path, q="Robin Clarke") == [str(last)]
    assert listed(staff, path, action__exact="release") == [str(last)]
    assert {value_name("AuditRecord", "action", one) for one in ACTIONS}.isdisjoint(ACTIONS)
    with pytest.raises(ValueError, match="no known kind"):
        record_audit(actor=world.admin, action="promote")
    with pytest.raises(ValueError, match="no known kind"):
        record_audit(actor=world.admin, action="release", kind="parcel")


@pytest.mark.rule("MOD-6", "SEC-2")
@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("accounts/user", "email__startswith"),
        ("accounts/user", "password__contains"),
        ("accounts/seller", "customer_service_address__startswith"),
        ("accounts/authorizedaddress", "address__startswith"),
        ("accounts/authorizedaddress", "state__in"),
        ("messages_app/delivery", "recipient__startswith"),
        ("messages_app/message", "thread__buyer__user__email__startswith"),
        ("messages_app/thread", "o"),
        ("messages_app/thread", "all"),
        ("messages_app/thread", "_facets"),
    ],
)
def test_the_address_of_a_list_asks_nothing_but_its_filters(staff: Client, path: str, query: str) -> None:
    """Whether rows came would tell, letter by letter, what the list does not show."""
    hold(PairFactory.create())
    everything = listed(staff, path)
    assert everything
    for text in ("h", "zzz", "1"):
        assert listed(staff, path, **{query: text}) == everything


@pytest.mark.rule("UX-8")
def test_filters_without_choices_offer_fixed_ones(staff: Client, world: StaffWorld) -> None:
    path = "messages_app/thread"
    text = staff.get(f"/admin/{path}/").content.decode()
    assert "?topic__exact=return_label" in text or "?topic__exact=" in text
    assert listed(staff, path, topic__exact=world.held.thread.topic) == [str(world.held.thread_id)]
    other = next(code for code in re.findall(r"topic__exact=(\w+)", text) if code != world.held.thread.topic)
    assert listed(staff, path, topic__exact=other) == []
    assert listed(staff, "messages_app/attachment", kind__exact="txt") == [str(Attachment.objects.get().pk)]
    assert listed(staff, "messages_app/attachment", kind__exact="pdf") == []


@pytest.mark.rule("SEC-6")
@pytest.mark.parametrize("begin", ["nonsense", "-1", "9" * 30, "1e9", "\u0663"])
def test_a_page_that_begins_nowhere_is_a_page(staff: Client, begin: str) -> None:
    for path in ("messages_app/message", "accounts/user"):
        assert staff.get(f"/admin/{path}/", {"p": begin}).status_code == 200

from __future__ import annotations

import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuthorizedAddress, Buyer, Membership, Seller, User
from orders.importing.reading import UnreadableFile
from orders.models import Order, OrderEvent, OrderLine, Product
from orders.services import imports
from tests.factories import BuyerFactory, MarketplaceFactory, SellerFactory, UserFactory
from tests.orders.rows import NOW, as_csv, as_json_lines, load, load_rows, number, row

pytestmark = pytest.mark.django_db
TICK = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def marketplaces() -> None:
    MarketplaceFactory.create(code="UK", name="Grand Bazaar", time_zone="Europe/London")
    MarketplaceFactory.create(code="DE", name="Grand Bazaar DE", time_zone="Europe/Berlin", language="de")


def everything() -> dict[str, list[Any]]:
    """All that an import writes, to compare."""
    models = [Order, OrderLine, OrderEvent, Product, Buyer, Seller, User, Membership, AuthorizedAddress]
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}


@pytest.mark.both_databases
@pytest.mark.rule("ORD-1", "ORD-4", "ORD-5")
@pytest.mark.parametrize("write", [as_csv, as_json_lines, lambda rows: "\ufeff" + as_csv(rows, ";")])
def test_rows_of_one_number_become_an_order_with_its_lines(write: Any) -> None:
    carrier = {"carrier": "Parcel Co", "tracking": "JD0146", "fulfilment": "Seller"}
    report = load(
        write(
            [
                row(quantity="2", shipped_at="2026-02-02", traits="digital|Warranty", **carrier),
                row(sku="LID", title="Lid", quantity="1", shipped_at="2026-02-02", **carrier),
                row(order_number=number(1), status="PENDING", delivered_at=""),
            ]
        )
    )
    assert (report.rows, report.bad, report.kept) == (3, [], True)
    assert report.orders == {"created": 2, "updated": 0, "unchanged": 0}
    order = Order.objects.get(number="304-7712093-4418265")
    assert (order.status, order.fulfilment, order.carrier, order.tracking) == (
        "delivered", "seller", "Parcel Co", "JD0146",
    )  # fmt: skip
    assert order.placed_at == datetime(2026, 2, 1, 10, tzinfo=UTC)
    assert order.shipped_at == datetime(2026, 2, 2, tzinfo=UTC)
    lines = order.lines.select_related("product").order_by("product__sku")
    assert [(line.product.sku, line.quantity, sorted(line.product.traits)) for line in lines] == [
        ("LID", 1, []),
        ("POT-24", 2, ["digital", "warranty"]),
    ]
    events = order.events.order_by("at").values_list("kind", flat=True)
    assert list(events) == ["placed", "shipped", "delivered"]
    assert not Order.objects.get(number=number(1)).lines.exclude(product__sku="POT-24").exists()


@pytest.mark.both_databases
@pytest.mark.rule("ORD-4")
def test_the_same_file_again_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "BATCH_ROWS", 3)
    people = [{"buyer": f"B{n}", "buyer_email": f"b{n}@people.example"} for n in range(10)]
    rows = [
        row(order_number=number(n), sku=sku, **people[n])
        for skus in (["POT", "LID"], ["PAN"])  # the third line of each order comes far behind the others
        for n in range(10)
        for sku in skus
    ]
    load_rows(*rows)
    before = everything()
    report = load_rows(*rows, now=NOW + timedelta(days=3))
    assert report.orders["created"] == report.orders["updated"] == 0
    assert (report.orders["unchanged"], Order.objects.count()) == (20, 10)
    assert everything() == before


@pytest.mark.rule("ORD-4")
def test_a_later_file_moves_the_order_on_and_forgets_nothing() -> None:
    shipped = {"status": "shipped", "delivered_at": "", "shipped_at": "2026-02-02T10:00:00Z"}
    load_rows(row(**shipped, tracking="JD0146"))
    report = load_rows(row(title="Casserole", quantity="3", refunded_at="2026-02-09T10:00:00Z"))
    assert report.orders == {"created": 0, "updated": 1, "unchanged": 0}
    order = Order.objects.get()
    assert (order.status, order.tracking) == ("delivered", "JD0146")
    assert order.shipped_at == datetime(2026, 2, 2, 10, tzinfo=UTC)
    assert [(line.product.title, line.quantity) for line in order.lines.all()] == [("Casserole", 3)]
    assert set(order.events.values_list("kind", flat=True)) == {"placed", "shipped", "delivered", "refunded"}


@pytest.mark.rule("ORD-4")
def test_two_rows_of_one_product_add_up() -> None:
    load_rows(row(quantity="2"), row(quantity="3"))
    assert OrderLine.objects.get().quantity == 5


@pytest.mark.rule("ORD-4", "ACC-11", "ACC-4", "ACC-9")
def test_unknown_parties_are_created_unclaimed_with_confirmed_addresses() -> None:
    load_rows(row())
    seller = Seller.objects.get(external_id="S1")
    assert (seller.trade_name, seller.slug) == ("Alder and Pine", "alder-and-pine")
    assert seller.customer_service_address == seller.buyer_messages_to == "owner@alder.example"
    listed = seller.authorized_addresses.get()
    assert (listed.address, listed.state) == ("owner@alder.example", "confirmed")
    owner = seller.memberships.get(is_owner=True).user
    buyer = Buyer.objects.get(external_id="B1")
    assert (buyer.display_name, buyer.user.full_name, buyer.user.language) == (
        "Hannah W.",
        "Hannah Winter",
        "de",
    )
    for person, address in ((owner, "owner@alder.example"), (buyer.user, "hannah@people.example")):
        assert (person.email, person.claimed_at, person.has_usable_password()) == (address, None, False)


@pytest.mark.rule("ORD-4", "ACC-11", "ACC-2")
def test_people_are_found_by_external_id_and_then_by_address() -> None:
    owner = UserFactory.create(email="owner@alder.example")
    signed_up = BuyerFactory.create(user__email="hannah@people.example", external_id=None)
    known = SellerFactory.create(external_id="S2", trade_name="Known Ltd")
    load_rows(
        row(),
        row(order_number=number(2), seller="S2", seller_name="Another Name", seller_email="new@x.example"),
    )
    assert Seller.objects.get(external_id="S1").memberships.get().user == owner
    assert Order.objects.filter(buyer=signed_up).count() == 2
    signed_up.refresh_from_db()
    known.refresh_from_db()
    assert signed_up.external_id == "B1"
    assert known.trade_name == "Known Ltd"
    assert not known.authorized_addresses.filter(address="new@x.example").exists()


@pytest.mark.rule("ORD-4")
def test_slugs_are_unique_and_never_empty() -> None:
    names = ["Oak", "Oak", "Oak!", "オーク"]
    load_rows(
        *(row(order_number=number(n), seller=f"S{n}", seller_name=name) for n, name in enumerate(names))
    )
    assert sorted(Seller.objects.values_list("slug", flat=True)) == ["oak", "oak-2", "oak-3", "seller"]


@pytest.mark.rule("ORD-3", "ORD-4")
@pytest.mark.parametrize(
    ("second", "since"),
    [
        ({"placed_at": "2026-02-03T10:00:00Z"}, date(2026, 2, 1)),
        ({"placed_at": "2025-11-03T10:00:00Z"}, date(2025, 11, 3)),
        ({"placed_at": "2025-11-02T23:30:00-05:00"}, date(2025, 11, 3)),  # at home it was the next day
        ({"placed_at": "2025-11-03T10:00:00Z", "selling_since": "2026-01-15"}, date(2026, 1, 15)),
    ],
)
def test_a_new_seller_is_as_old_as_its_oldest_order_unless_told(second: dict[str, str], since: date) -> None:
    load_rows(row(), row(order_number=number(2), **second))
    assert Seller.objects.get().selling_since == since


@pytest.mark.rule("ORD-3", "ORD-4")
def test_a_known_seller_keeps_its_age_unless_told() -> None:
    seller = SellerFactory.create(external_id="S1", selling_since=date(2026, 1, 1))
    load_rows(row(placed_at="2024-01-01T00:00:00Z"))
    seller.refresh_from_db()
    assert seller.selling_since == date(2026, 1, 1)
    load_rows(row(selling_since="2023-05-06"))
    seller.refresh_from_db()
    assert seller.selling_since == date(2023, 5, 6)


@pytest.mark.rule("ACC-6", "ORD-4")
@pytest.mark.parametrize(
    ("fulfilments", "enabled"),
    [
        (["", ""], True),
        (["seller", "marketplace"], True),
        (["marketplace", "seller"], True),
        (["marketplace", "marketplace"], False),
    ],
)
def test_messaging_is_off_at_first_for_whom_the_marketplace_fulfils(
    fulfilments: list[str], enabled: bool
) -> None:
    load_rows(*(row(order_number=number(n), fulfilment=one) for n, one in enumerate(fulfilments)))
    assert Seller.objects.get().messaging_enabled is enabled


@pytest.mark.rule("ACC-6", "ORD-4")
def test_an_import_leaves_the_setting_of_a_known_seller_alone() -> None:
    seller = SellerFactory.create(external_id="S1", messaging_enabled=False)
    load_rows(row(fulfilment="seller"))
    seller.refresh_from_db()
    assert seller.messaging_enabled is False


BAD = [
    ({"order_number": "304-7712093-441826"}, "order_number"),
    ({"order_number": "304-7712093-4418265\u0665"}, "order_number"),
    ({"order_number": ""}, "order_number"),
    ({"marketplace": "XX"}, "Known are DE, UK"),
    ({"status": "lost"}, "status"),
    ({"placed_at": "yesterday"}, "placed_at"),
    ({"placed_at": ""}, "placed_at"),
    ({"placed_at": "0001-01-01T00:00:00"}, "placed_at"),
    ({"delivered_at": "2026-02-30"}, "delivered_at"),
    ({"quantity": "0"}, "quantity"),
    ({"quantity": "-1"}, "quantity"),
    ({"quantity": "1.5"}, "quantity"),
    ({"quantity": "9" * 5000}, "quantity"),
    ({"buyer_email": "hannah at people"}, "buyer_email"),
    ({"buyer_email": "abc@marketplace.example"}, "buyer_email"),
    ({"seller_email": ""}, "seller_email"),
    ({"seller": "S" * 81}, "seller"),
    ({"seller_name": "Grand Bаzaar Outlet"}, "seller_name"),  # one letter is Cyrillic
    ({"sku": " "}, "sku"),
    ({"title": "T" * 201}, "title"),
    ({"language": "!"}, "language"),
    ({"fulfilment": "pigeon"}, "fulfilment"),
    ({"traits": "digital|edible"}, "edible"),
    ({"selling_since": "2026"}, "selling_since"),
    ({"title": "caf\udce9"}, "UTF-8"),
]


@pytest.mark.rule("ORD-4")
@pytest.mark.parametrize(("cells", "word"), BAD)
def test_a_bad_row_is_named_and_the_rest_kept(cells: dict[str, str], word: str) -> None:
    report = load_rows(row(order_number=number(1)), row(order_number=number(2)) | {"seller": "S9"} | cells)
    assert [bad.line for bad in report.bad] == [3]
    assert word in report.bad[0].problem
    assert "people.example" not in report.bad[0].problem
    assert list(Order.objects.values_list("number", flat=True)) == [number(1)]
    assert not Seller.objects.filter(external_id="S9").exists()


@pytest.mark.rule("ORD-4", "SEC-6")
def test_control_characters_do_not_come_in() -> None:
    load_rows(row(title="Pot\x00 and\r\nlid\u202e", seller_name="Alder\x1b and\tPine"))
    assert Product.objects.get().title == "Pot and lid"
    assert Seller.objects.get().trade_name == "Alder and Pine"


@pytest.mark.rule("ORD-4")
def test_the_limits_themselves_are_good() -> None:
    longest = {"seller": "S" * 80, "seller_name": "N" * 80, "title": "T" * 200, "quantity": "1000000",
               "sku": "K" * 80, "buyer": "B" * 80, "carrier": "C" * 60, "tracking": "R" * 80}  # fmt: skip
    assert load_rows(row(**longest)).bad == []


@pytest.mark.rule("ORD-4", "ACC-10")
@pytest.mark.parametrize(
    ("written", "language"), [("fr", "fr"), ("PL-pl", "pl"), ("es_MX", "es"), ("", "de"), ("nl", "de")]
)
def test_a_language_that_we_do_not_speak_becomes_the_marketplaces(written: str, language: str) -> None:
    load_rows(row(marketplace="de", language=written))
    assert User.objects.get(email="hannah@people.example").language == language


@pytest.mark.rule("ORD-4")
def test_a_time_without_offset_is_the_marketplaces_own() -> None:
    load_rows(row(marketplace="DE", placed_at="2026-07-01T10:00:00", delivered_at="2026-07-04"))
    order = Order.objects.get()
    assert order.placed_at == datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert order.delivered_at == datetime(2026, 7, 3, 22, tzinfo=UTC)


@pytest.mark.rule("ORD-4")
def test_a_number_never_changes_hands() -> None:
    load_rows(row())
    report = load_rows(row(buyer="B2", buyer_email="b2@people.example"), row(order_number=number(2)))
    assert [(bad.line, "known" in bad.problem) for bad in report.bad] == [(2, True)]
    assert not Buyer.objects.filter(external_id="B2").exists()
    report = load_rows(row(order_number=number(3), buyer="B3", buyer_email="b3@people.example"),
                       row(order_number=number(3)), row(order_number=number(3), sku="LID"))  # fmt: skip
    assert [bad.line for bad in report.bad] == [2]
    assert Order.objects.get(number=number(3)).lines.count() == 2


@pytest.mark.rule("ORD-4", "ACC-11")
def test_one_address_is_one_buyer() -> None:
    report = load_rows(row(), row(order_number=number(2), buyer="B2"), row(order_number=number(3)))
    assert [(bad.line, "buyer_email" in bad.problem) for bad in report.bad] == [(3, True)]
    assert set(Order.objects.values_list("number", flat=True)) == {row()["order_number"], number(3)}


@pytest.mark.rule("ORD-4")
@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("not json", "not JSON"),
        ("[1]", "object"),
        ("[" * 100_000, "not JSON"),
        ('{"order_number": {}}', "order_number"),
        ('{"order_number": true}', "order_number"),
        ("{}", "required"),
        ('{"title": "\\ud800"}', "UTF-8"),
    ],
)
def test_bad_json_lines(line: str, word: str) -> None:
    text = (
        as_json_lines([row(quantity=2, traits=["digital"])])
        + "\n"
        + line
        + "\n"
        + as_json_lines([row(sku="LID")])
    )
    report = load(text)
    assert [bad.line for bad in report.bad] == [3]
    assert word in report.bad[0].problem
    assert Order.objects.get().lines.count() == 2


@pytest.mark.rule("ORD-4")
def test_broken_csv_lines() -> None:
    head, first, *_ = as_csv([row()]).splitlines(keepends=True)
    text = (
        head
        + "\r\n"
        + first.rstrip()
        + "\r\n"
        + "a," * 40
        + "\r\n"
        + first.replace("POT-24", '"PO\nT"')
        + "x\r\n"
    )
    text += '"' + "never closed " * 20_000
    report = load(text)
    assert [(bad.line, bad.problem[:20]) for bad in report.bad[:3]] == [
        (4, "The line has 41 cell"),
        (7, report.bad[1].problem[:20]),
        (8, "The line is not CSV:"),
    ]
    assert set(OrderLine.objects.values_list("product__sku", flat=True)) == {"POT-24", "PO T"}


@pytest.mark.rule("ORD-4")
@pytest.mark.parametrize("text", ["order_number,sku\n1,2\n", "hello"])
def test_a_header_without_the_columns_stops_the_import(text: str) -> None:
    with pytest.raises(UnreadableFile, match="placed_at"):
        load(text)


def test_an_empty_file_is_no_orders() -> None:
    assert load("\n\n").rows == 0


@pytest.mark.both_databases
@pytest.mark.rule("ORD-4")
def test_strict_keeps_nothing_when_one_row_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "BATCH_ROWS", 2)
    before = everything()
    good = [row(order_number=number(n)) for n in range(9)]
    report = load_rows(*good[:5], row(order_number="1"), *good[5:], row(status="x"), strict=True)
    assert ([bad.line for bad in report.bad], report.kept) == ([7, 12], False)
    assert everything() == before
    assert load_rows(*good, strict=True).kept
    assert Order.objects.count() == 9


@pytest.mark.rule("ORD-6")
@pytest.mark.parametrize(
    ("age", "silent", "waits"),
    [
        (timedelta(hours=24) - TICK, False, True),
        (timedelta(hours=24), False, False),
        (timedelta(hours=1), False, True),
        (timedelta(hours=1), True, False),
    ],
)
def test_events_younger_than_a_day_wait_to_be_told(age: timedelta, silent: bool, waits: bool) -> None:
    at = (NOW - age).isoformat()
    load_rows(row(status="shipped", delivered_at="", shipped_at=at), silent=silent)
    shipped = OrderEvent.objects.get(kind="shipped")
    assert (shipped.taken_at is None) is waits
    assert OrderEvent.objects.get(kind="placed").taken_at == NOW


@pytest.mark.rule("ORD-6")
def test_what_buyers_are_not_told_is_born_taken() -> None:
    young = (NOW - timedelta(hours=1)).isoformat()
    cells = {"placed_at": young, "delivered_at": "", "cancelled_at": young, "returned_at": young}
    load_rows(row(status="cancelled", **cells))
    assert not OrderEvent.objects.filter(taken_at=None).exists()


@pytest.mark.rule("ORD-6")
def test_an_event_is_told_once_even_when_its_date_is_mended() -> None:
    load_rows(row(placed_at=(NOW - timedelta(hours=2)).isoformat(), status="pending", delivered_at=""))
    OrderEvent.objects.update(taken_at=NOW)
    load_rows(row(placed_at=(NOW - timedelta(hours=1)).isoformat(), status="pending", delivered_at=""))
    event = OrderEvent.objects.get()
    assert (event.at, event.taken_at) == (NOW - timedelta(hours=1), NOW)


@pytest.mark.rule("ORD-4", "ORD-6")
def test_a_status_without_date_is_dated() -> None:
    undated = {"status": "shipped", "delivered_at": ""}
    load_rows(row(**undated))
    assert Order.objects.get().shipped_at == datetime(
        2026, 2, 1, 10, tzinfo=UTC
    )  # first seen so: no later than that
    load_rows(row(status="delivered", delivered_at=""))
    assert Order.objects.get().delivered_at == NOW  # it happened since the last import
    assert OrderEvent.objects.get(taken_at=None).kind == "delivered"
    load_rows(row(status="delivered", delivered_at=""), now=NOW + timedelta(days=1))
    assert Order.objects.get().delivered_at == NOW


def test_reading_costs_the_same_whatever_is_known() -> None:
    rows = [row(order_number=number(n), buyer=f"B{n}", buyer_email=f"b{n}@people.example") for n in range(20)]
    load_rows(*rows)
    with CaptureQueriesContext(connection) as few:
        load_rows(*rows[:2])
    with CaptureQueriesContext(connection) as many:
        load_rows(*rows)
    savepoints = 2 * (20 - 2)
    assert len(many) - len(few) == savepoints


@pytest.mark.rule("ORD-4")
def test_the_command_reports_in_words_and_in_json(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(as_csv([row(), row(order_number="1")]).encode() + b"\xff\xfe\r\n")
    out = io.StringIO()
    call_command("import_orders", str(path), stdout=out)
    assert "line 3: order_number: Write it like 123-1234567-1234567." in out.getvalue()
    assert "3 rows read, 2 bad; orders: 1 created, 0 updated, 0 unchanged" in out.getvalue()
    out = io.StringIO()
    with pytest.raises(CommandError, match="Nothing was kept"):
        call_command("import_orders", str(path), "--strict", "--json", stdout=out)
    report = json.loads(out.getvalue())
    assert (report["kept"], report["bad_rows"], [bad["line"] for bad in report["bad"]]) == (False, 2, [3, 4])
    young = datetime.now(UTC).isoformat()
    path.write_text(as_csv([row(order_number=number(5), placed_at=young, delivered_at="", status="pending")]))
    call_command("import_orders", str(path), "--silent", stdout=out)
    assert OrderEvent.objects.get(order__number=number(5)).taken_at is not None


@pytest.mark.rule("ORD-4")
def test_a_file_that_cannot_be_read_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_orders", str(tmp_path / "none.csv"))
    (tmp_path / "bad.csv").write_text("a,b\n")
    with pytest.raises(CommandError, match="missing"):
        call_command("import_orders", str(tmp_path / "bad.csv"))


def test_long_lists_of_bad_rows_are_cut_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "LISTED", 3)
    report = load_rows(*(row(order_number=str(n)) for n in range(5)))
    assert (report.bad_rows, len(report.bad)) == (5, 3)


class Terminal(io.StringIO):
    """Somebody looks at it."""

    def isatty(self) -> bool:
        return True


def rows_in(path: Path, rows: int) -> str:
    """The name of a file of so many orders."""
    people = [{"buyer": f"B{n}", "buyer_email": f"b{n}@people.example"} for n in range(rows)]
    said = [row(order_number=number(n), **person) for n, person in enumerate(people)]
    path.write_text(as_csv(said), encoding="utf-8")
    return str(path)


@pytest.mark.rule("UX-5", "ORD-4")
@pytest.mark.parametrize("options", [[], ["--strict"]])
def test_a_terminal_shows_how_far_an_import_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    monkeypatch.setattr(imports, "BATCH_ROWS", 40)
    out, terminal = io.StringIO(), Terminal()
    call_command("import_orders", rows_in(tmp_path / "a.csv", 100), *options, stdout=out, stderr=terminal)
    *told, last = [line.removesuffix("\x1b[K") for line in terminal.getvalue().split("\r")[1:]]
    counted = [re.fullmatch(r"(\d+) rows, (\d+)% of the file", line) for line in told]
    assert [found and found[1] for found in counted] == ["40", "80", "100"]
    shares = [int(found[2]) for found in counted if found]
    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[-1] == 100
    assert last == ""  # the report stands alone
    assert out.getvalue() == "100 rows read, 0 bad; orders: 100 created, 0 updated, 0 unchanged\n"


@pytest.mark.rule("UX-5", "ORD-4")
@pytest.mark.parametrize(
    ("err", "options"),
    [(Terminal, ["--json"]), (Terminal, ["--verbosity", "0"]), (io.StringIO, [])],
    ids=["json", "quiet", "no-terminal"],
)
def test_where_nobody_looks_an_import_counts_nothing_aloud(
    tmp_path: Path, err: type[io.StringIO], options: list[str]
) -> None:
    told = err()
    call_command("import_orders", rows_in(tmp_path / "a.csv", 3), *options, stdout=io.StringIO(), stderr=told)
    assert told.getvalue() == ""
    assert Order.objects.count() == 3


@pytest.mark.rule("UX-5", "ORD-4")
def test_the_count_is_taken_away_before_a_complaint(tmp_path: Path) -> None:
    terminal = Terminal()
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    with pytest.raises(CommandError, match=r"bad\.csv"):
        call_command("import_orders", str(tmp_path / "bad.csv"), stdout=io.StringIO(), stderr=terminal)
    assert terminal.getvalue().endswith("\r\x1b[K")

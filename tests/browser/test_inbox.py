"""The mailbox in panes: what a wide window, a tablet and a phone show, by mouse, thumb and keyboard (BOX-2,
BOX-12, UX-1 to UX-3, UX-7)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from messages_app.models import MailboxEntry
from messages_app.policy.facts import Side
from tests.browser.conftest import Visitor, VisitorMaker
from tests.factories import OrderFactory, PairFactory
from tests.messages_app.views.world import World, make_world, write

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db: None, installation_keys: None) -> World:
    """Besides the thread of everybody three more wait for the seller: Ada soonest, then Bert, then Cleo."""
    world = make_world()
    for name, hours in (("Ada", 23), ("Bert", 20), ("Cleo", 2)):
        pair = PairFactory.create(seller=world.pair.seller, buyer__display_name=name)
        order = OrderFactory.create(pair=pair)
        write(pair, Side.BUYER, user=pair.buyer.user, order=order, hours_ago=hours, text=f"A word of {name}.")
    return world


def row(visitor: Visitor, name: str) -> Locator:
    return visitor.page.locator(".row").filter(has_text=name)


def pane(visitor: Visitor, name: str) -> Locator:
    return visitor.page.locator({"list": "#list", "thread": "#conversation", "order": "#order"}[name])


@pytest.mark.rule("BOX-2", "UX-3")
def test_a_wide_window_shows_all_and_loads_no_page_anew(visitors: VisitorMaker, world: World) -> None:
    seller = visitors()
    seller.sign_in(world.owner.email)
    page = seller.page
    expect(page.locator("#rail")).to_be_visible()
    expect(pane(seller, "thread")).to_contain_text("No conversation is open")
    page.evaluate("window.sameWindow = true")
    row(seller, "Bert").get_by_role("link").click()
    expect(pane(seller, "thread")).to_contain_text("A word of Bert.")
    for part in ("list", "thread", "order"):
        expect(pane(seller, part)).to_be_visible()
    expect(page).to_have_title(f"(3) Bert: Other · {world.pair.seller.trade_name}")
    expect(row(seller, "Bert").get_by_role("link")).to_have_attribute("aria-current", "true")
    expect(page.locator(".row--unread")).to_have_count(2)
    expect(page.locator("#views a").filter(has_text="Unread")).to_contain_text("3")
    assert "/messages/0" in page.url
    assert page.evaluate("window.sameWindow") is True
    page.go_back()
    expect(pane(seller, "thread")).to_contain_text("No conversation is open")
    assert seller.complaints == []


@pytest.mark.rule("BOX-5", "UX-3")
def test_archiving_happens_at_once_with_undo_and_the_list_keeps_its_place(
    visitors: VisitorMaker, world: World
) -> None:
    seller = visitors()
    seller.sign_in(world.owner.email, leads_to="")
    seller.open("/messages/?view=all")
    page = seller.page
    page.evaluate("window.sameWindow = true")
    row(seller, "Bert").get_by_role("link").click()
    expect(pane(seller, "thread")).to_contain_text("A word of Bert.")
    page.get_by_role("button", name="Delete").or_(page.get_by_label("More about this thread")).first.click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("status").filter(has_text="Deleted. It can be restored")).to_be_visible()
    expect(row(seller, "Bert")).to_have_count(0)
    assert MailboxEntry.objects.filter(side="seller", place="deleted").count() == 1
    assert page.evaluate("window.sameWindow") is True
    page.get_by_role("button", name="Undo").click()
    expect(row(seller, "Bert")).to_have_count(1)
    assert MailboxEntry.objects.filter(place="deleted").count() == 0
    assert seller.complaints == []


@pytest.mark.rule("BOX-12", "UX-2")
def test_a_sellers_work_by_keyboard(visitors: VisitorMaker, world: World) -> None:
    seller = visitors()
    seller.sign_in(world.owner.email)
    page, press = seller.page, seller.page.keyboard.press
    press("j")
    expect(row(seller, "Ada").get_by_role("link")).to_be_focused()
    press("j")
    press("k")
    expect(row(seller, "Ada").get_by_role("link")).to_be_focused()
    press("Enter")
    expect(pane(seller, "thread")).to_contain_text("A word of Ada.")
    press("r")
    text = page.get_by_role("textbox", name="Reply to Ada")
    expect(text).to_be_focused()
    page.keyboard.type("jr#e?")  # only letters while one writes
    expect(text).to_have_value("jr#e?")
    text.fill("")
    page.locator("#conversation h2").focus()
    press("n")
    expect(pane(seller, "thread")).to_contain_text("A word of Bert.")
    press("e")
    expect(page.get_by_role("status").filter(has_text="Archived.")).to_be_visible()
    assert MailboxEntry.objects.get(side="seller", place="archived").thread.buyer.display_name == "Bert"
    press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    press("Escape")
    expect(keys).to_be_hidden()
    press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    assert seller.complaints == []


@pytest.mark.rule("BOX-12", "BOX-5")
def test_a_row_is_deleted_by_its_key_without_being_opened(visitors: VisitorMaker, world: World) -> None:
    seller = visitors()
    seller.sign_in(world.owner.email, leads_to="")
    seller.open("/messages/?view=all")
    row(seller, "Cleo").get_by_role("link").focus()
    seller.page.keyboard.press("#")
    expect(row(seller, "Cleo")).to_have_count(0)
    expect(seller.page.get_by_role("button", name="Undo")).to_be_visible()
    entry = MailboxEntry.objects.get(side="seller", place="deleted")
    assert (entry.thread.buyer.display_name, entry.unread) == ("Cleo", 1)
    assert seller.complaints == []


@pytest.mark.rule("UX-1", "UX-7")
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_tablet_has_drawers_for_views_and_order(
    visitors: VisitorMaker, world: World, scripts: bool
) -> None:
    seller = visitors(width=820, scripts=scripts)
    seller.sign_in(world.owner.email)
    page = seller.page
    expect(page.locator("#rail")).to_be_hidden()
    page.get_by_role("link", name="Views").click()
    expect(page.locator("#rail")).to_be_visible()
    page.locator("#rail").get_by_role("link", name="All").click()
    row(seller, "Ada").get_by_role("link").click()
    expect(pane(seller, "list")).to_be_visible()
    expect(pane(seller, "thread")).to_contain_text("A word of Ada.")
    expect(pane(seller, "order")).to_be_hidden()
    page.get_by_role("link", name="Show the order").click()
    expect(pane(seller, "order")).to_be_visible()
    if scripts:
        page.keyboard.press("Escape")
        expect(page.get_by_role("link", name="Show the order")).to_be_focused()
    else:
        pane(seller, "order").get_by_role("link", name="Close").click()
    expect(pane(seller, "order")).to_be_hidden()
    assert seller.complaints == []


@pytest.mark.rule("UX-1", "UX-7", "BOX-3")
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("side", ["seller", "buyer"])
def test_a_phone_shows_one_pane_at_a_time(
    visitors: VisitorMaker, world: World, scripts: bool, side: str
) -> None:
    visitor = visitors(width=390, scripts=scripts)
    visitor.sign_in(world.owner.email if side == "seller" else world.buyer.email, leads_to="")
    visitor.open(f"/messages/?view={'all' if side == 'seller' else 'conversations'}")
    expect(pane(visitor, "thread")).to_be_hidden()
    visitor.page.locator(".row__link").first.click()
    expect(pane(visitor, "thread")).to_be_visible()
    expect(pane(visitor, "list")).to_be_hidden()
    expect(visitor.page.locator(".topbar")).to_be_hidden()
    if scripts:  # a page without scripts cannot be asked for its next frame
        assert visitor.sideways() == 0
    visitor.page.get_by_role("link", name="Back to the list").click()
    expect(pane(visitor, "list")).to_be_visible()
    expect(pane(visitor, "thread")).to_be_hidden()
    assert "view=" in visitor.page.url
    assert visitor.complaints == []


@pytest.mark.rule("BOX-2", "UX-7")
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_filters_are_set_and_taken_off(visitors: VisitorMaker, world: World, scripts: bool) -> None:
    seller = visitors(scripts=scripts)
    seller.sign_in(world.owner.email)
    page = seller.page
    page.get_by_label("Filters", exact=True).first.click()
    page.get_by_label("Buyer's name").fill("bert")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".row")).to_have_count(1)
    assert "who=bert" in page.url
    page.get_by_role("link", name="Buyer bert: remove").click()
    expect(page.locator(".row")).to_have_count(3)


@pytest.mark.rule("BOX-13")
def test_who_is_signed_out_meanwhile_is_led_to_sign_in(visitors: VisitorMaker, world: World) -> None:
    seller = visitors()
    seller.sign_in(world.owner.email)
    seller.page.context.clear_cookies()
    row(seller, "Ada").get_by_role("link").click()
    seller.page.wait_for_url("**/sign-in/**")


@pytest.mark.rule("UX-2")
# Light on a wide window, dark on a phone: what axe finds hangs on theme or on width, not on both.
@pytest.mark.parametrize(
    ("dark", "widths"), [(False, (1440, 820)), (True, (1200, 390))], ids=["light", "dark"]
)
@pytest.mark.parametrize("side", ["seller", "buyer"])
def test_axe_finds_nothing_in_any_state(
    visitors: VisitorMaker, world: World, dark: bool, widths: tuple[int, ...], side: str
) -> None:
    visitor = visitors(dark=dark)
    visitor.sign_in(world.owner.email if side == "seller" else world.buyer.email)
    paths = [
        "/messages/",
        "/messages/?view=archived",
        "/messages/?who=nobody&after=2026-01-01",
        f"/messages/{world.thread.pk}/",
        f"/messages/{world.thread.pk}/#order",
        "/messages/#rail",
    ]
    faults = []
    for path in paths:
        for width in widths:
            visitor.page.set_viewport_size({"width": width, "height": 900})
            visitor.open(path)
            if sideways := visitor.sideways():
                faults.append(f"{path} at {width}: scrolls sideways by {sideways}")
            faults += [f"{path} at {width}: {fault}" for fault in visitor.faults()]
    assert faults == []
    assert visitor.complaints == []

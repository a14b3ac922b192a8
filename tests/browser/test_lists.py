"""Other lists and searches come without a new page; what is slow shows its shape, what fails says so at once
(UX-3, UX-5, BOX-13)."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from accounts.models import Pair
from messages_app.models import MailboxEntry
from messages_app.policy.facts import Side
from tests.browser.conftest import VisitorMaker
from tests.browser.visitor import Visitor
from tests.factories import OrderFactory, PairFactory
from tests.messages_app.views.world import World, make_world, write

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db: None, installation_keys: None) -> World:
    """Besides the thread of everybody Ada and Bert wait for the seller, Ada soonest due."""
    world = make_world()
    for name, hours in (("Ada", 23), ("Bert", 20)):
        pair = PairFactory.create(seller=world.pair.seller, buyer__display_name=name)
        order = OrderFactory.create(pair=pair)
        write(pair, Side.BUYER, user=pair.buyer.user, order=order, hours_ago=hours, text=f"A word of {name}.")
    return world


def at_mailbox(visitors: VisitorMaker, email: str, *, width: int = 1440) -> Visitor:
    """That person at the mailbox; the window is marked, so that a new page would be noticed."""
    visitor = visitors(width=width)
    visitor.sign_in(email)
    visitor.page.evaluate("window.sameWindow = true")
    return visitor


def is_same_window(page: Page) -> bool:
    return page.evaluate("window.sameWindow") is True


def row(page: Page, name: str) -> Locator:
    return page.locator(".row").filter(has_text=name).locator(".row__link")


def held_up(page: Page) -> list[Route]:
    """Conversations that are asked for from now on, none answered until the test does it."""
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route("**/messages/0*/**", hold)
    return waiting


@pytest.mark.rule("BOX-6", "BOX-12", "UX-3")
def test_a_search_by_keyboard_brings_no_new_page_and_leads_on_to_what_was_found(
    visitors: VisitorMaker, world: World
) -> None:
    seller = at_mailbox(visitors, world.owner.email)
    page = seller.page
    page.keyboard.press("/")
    page.keyboard.type("Bert")
    page.keyboard.press("Enter")
    expect(page.locator("#list h2")).to_have_text("Search results")
    expect(row(page, "Bert")).to_be_focused()
    expect(page).to_have_title(f"(3) Search results · {world.pair.seller.trade_name}")
    assert page.url.endswith("/messages/?q=Bert")
    page.keyboard.press("/")
    page.keyboard.type("zzzz")
    page.keyboard.press("Enter")
    expect(page.locator("#list").get_by_role("link", name="Leave the search")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#list h2")).to_have_text("Response needed")
    expect(page.get_by_role("searchbox")).to_have_value("")
    assert is_same_window(page)
    assert seller.complaints == []


@pytest.mark.rule("BOX-2", "BOX-3", "UX-3")
def test_views_and_filters_change_the_list_alone(visitors: VisitorMaker, world: World) -> None:
    seller = at_mailbox(visitors, world.owner.email)
    page = seller.page
    page.locator("#views").get_by_role("link", name="All").click()
    expect(page.locator("#list h2")).to_have_text("All")
    expect(page.locator("#views").get_by_role("link", name="All")).to_be_focused()
    page.get_by_label("Filters", exact=True).first.click()
    page.get_by_label("Buyer's name").fill("bert")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".row")).to_have_count(1)
    assert page.url.endswith("/messages/?view=all&who=bert")
    page.get_by_role("link", name="Buyer bert: remove").click()
    expect(page.locator(".row")).to_have_count(3)
    assert is_same_window(page)
    buyer = at_mailbox(visitors, world.buyer.email, width=390)
    buyer.page.get_by_role("link", name="Sent").click()
    expect(buyer.page.locator(".tabs [aria-current]")).to_have_text("Sent")
    assert is_same_window(buyer.page)
    assert seller.complaints + buyer.complaints == []


@pytest.mark.rule("BOX-13", "BOX-5", "UX-5")
@pytest.mark.parametrize("broken", ["server", "network"])
def test_an_archive_that_fails_keeps_the_row_and_can_be_tried_again(
    visitors: VisitorMaker, world: World, broken: str
) -> None:
    seller = at_mailbox(visitors, world.owner.email)
    page = seller.page

    def fail(route: Route) -> None:
        if broken == "network":
            route.abort()
        else:
            route.fulfill(status=500, body="broken", headers={"X-Request-ID": "0123456789abcdef"})

    page.route("**/place/**", fail)
    row(page, "Bert").focus()
    page.keyboard.press("e")
    failed = page.get_by_role("alert").filter(has_text="This did not get through")
    expect(failed).to_be_visible()
    expect(failed.get_by_text("Reference: 01234567")).to_be_visible(visible=broken == "server")
    expect(row(page, "Bert")).to_be_visible()
    page.unroute("**/place/**")
    failed.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("status").filter(has_text="Archived.")).to_be_visible()
    expect(page.locator(".row").filter(has_text="Bert")).to_contain_text("Archived")
    expect(failed).to_have_count(0)
    assert MailboxEntry.objects.get(side="seller", place="archived").thread.buyer.display_name == "Bert"
    assert is_same_window(page)


@pytest.mark.rule("UX-5", "UX-1")
@pytest.mark.parametrize("width", [1440, 390])
def test_what_is_slow_shows_the_shape_of_what_comes(visitors: VisitorMaker, world: World, width: int) -> None:
    seller = at_mailbox(visitors, world.owner.email, width=width)
    page = seller.page
    waiting = held_up(page)
    row(page, "Ada").click()
    expect(page.locator("#conversation .skeletons")).to_be_visible()
    expect(page.locator("#conversation")).to_have_attribute("aria-busy", "true")
    assert seller.sideways() == 0
    waiting.pop().continue_()
    expect(page.locator("#conversation")).to_contain_text("A word of Ada.")
    expect(page.locator(".skeletons")).to_have_count(0)
    assert seller.complaints == []


@pytest.mark.rule("BOX-12", "UX-3")
def test_who_types_before_the_conversation_is_there_types_an_answer(
    visitors: VisitorMaker, world: World
) -> None:
    seller = at_mailbox(visitors, world.owner.email)
    page = seller.page
    waiting = held_up(page)
    row(page, "Ada").click()
    page.keyboard.press("r")
    page.keyboard.type("See 3 jars, e.g. #2")
    waiting.pop().continue_()
    text = page.get_by_role("textbox", name="Reply to Ada")
    expect(text).to_be_focused()
    expect(text).to_have_value("See 3 jars, e.g. #2")
    assert not MailboxEntry.objects.exclude(place="inbox").exists()
    assert seller.complaints == []


@pytest.mark.rule("UX-3")
def test_of_two_rows_the_later_one_opens(visitors: VisitorMaker, world: World) -> None:
    seller = at_mailbox(visitors, world.owner.email)
    page = seller.page
    waiting = held_up(page)
    row(page, "Ada").click()
    row(page, "Bert").click()
    expect(page.locator(".skeletons")).to_be_visible()
    assert len(waiting) == 2
    waiting[1].continue_()
    expect(page.locator("#conversation")).to_contain_text("A word of Bert.")
    expect(row(page, "Bert")).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("alert")).to_have_count(0)
    assert MailboxEntry.objects.get(thread__buyer__display_name="Ada", side="seller").unread == 1


@pytest.mark.rule("UX-1", "UX-3")
@pytest.mark.parametrize("what", ["row", "view"])
def test_a_link_opens_in_a_tab_of_its_own(visitors: VisitorMaker, world: World, what: str) -> None:
    seller = at_mailbox(visitors, world.owner.email)
    page = seller.page
    link = row(page, "Bert") if what == "row" else page.locator("#views").get_by_role("link", name="All")
    with page.context.expect_page() as opened:
        link.click(modifiers=["Control"])
    shown = "#conversation" if what == "row" else "#list h2"
    expect(opened.value.locator(shown)).to_contain_text("Bert" if what == "row" else "All")
    expect(page.locator("#conversation")).to_contain_text("No conversation is open")
    expect(page.locator("#list h2")).to_have_text("Response needed")


@pytest.mark.rule("BOX-13")
def test_a_row_that_does_not_open_leaves_a_phone_at_its_list(visitors: VisitorMaker, world: World) -> None:
    seller = at_mailbox(visitors, world.owner.email, width=390)
    page = seller.page
    waiting = held_up(page)
    row(page, "Ada").click()
    expect(page.locator(".skeletons")).to_be_visible()
    waiting.pop().fulfill(status=500, body="broken")
    expect(page.get_by_role("alert").filter(has_text="This did not get through")).to_be_visible()
    expect(row(page, "Ada")).to_be_visible()


@pytest.mark.rule("UX-2")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_on_a_phone_the_edge_past_which_there_are_more_tabs_is_shaded(
    visitors: VisitorMaker, world: World, dark: bool
) -> None:
    phone = visitors(width=390, dark=dark)
    phone.sign_in(world.buyer.email)
    tabs = phone.page.locator(".threads-pane .tabs")

    def shaded() -> tuple[bool, bool]:
        """At the left and at the right edge, above the words."""
        with Image.open(BytesIO(tabs.screenshot())) as picture:
            row = [
                picture.convert("RGB").getpixel((x, 3)) for x in (0, picture.width // 2, picture.width - 1)
            ]
        return row[0] != row[1], row[2] != row[1]

    assert shaded() == (False, True)
    tabs.evaluate("tabs => tabs.scrollTo({ left: tabs.scrollWidth })")
    assert shaded() == (True, False)
    tabs.evaluate("tabs => tabs.scrollTo({ left: 40 })")
    assert shaded() == (True, True)


@pytest.mark.rule("BOX-11", "BOX-12", "UX-2")
@pytest.mark.parametrize("who", ["Ada", "Bert"], ids=["the-same-row", "a-changed-row"])
def test_what_arrives_leaves_the_focus_on_its_row(visitors: VisitorMaker, world: World, who: str) -> None:
    page = at_mailbox(visitors, world.owner.email).page
    row(page, who).focus()
    bert = Pair.objects.get(buyer__display_name="Bert")
    write(bert, Side.BUYER, user=bert.buyer.user, thread_id=bert.threads.get().pk, text="One more of Bert.")
    expect(page.get_by_text("One more of Bert.")).to_be_visible(timeout=15_000)
    expect(row(page, who)).to_be_focused()

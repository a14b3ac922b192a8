"""An answer goes without a new page, and nothing typed is lost where it does not get through (UX-3, UX-5)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from messages_app.models import Message
from messages_app.policy.facts import Side
from tests.browser.conftest import VisitorMaker
from tests.browser.visitor import Visitor
from tests.factories import PASSWORD, OrderFactory, PairFactory
from tests.messages_app.views.world import World, make_world, write

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db: None, installation_keys: None) -> World:
    """Besides the thread of everybody Ada, Bert and Cleo wait for the seller, Ada soonest due."""
    world = make_world()
    for name, hours in (("Ada", 23), ("Bert", 20), ("Cleo", 2)):
        pair = PairFactory.create(seller=world.pair.seller, buyer__display_name=name)
        order = OrderFactory.create(pair=pair)
        write(pair, Side.BUYER, user=pair.buyer.user, order=order, hours_ago=hours, text=f"A word of {name}.")
    return world


def at_row(visitors: VisitorMaker, world: World, name: str, view: str = "needed") -> Visitor:
    """The seller at that buyer's thread, opened from its row; the window is marked."""
    seller = visitors()
    seller.sign_in(world.owner.email, leads_to="")
    seller.open(f"/messages/?view={view}")
    seller.page.evaluate("window.sameWindow = true")
    row(seller.page, name).click()
    expect(seller.page.locator("#conversation h2")).to_contain_text(name)
    return seller


def row(page: Page, name: str) -> Locator:
    return page.locator(".row").filter(has_text=name).locator(".row__link")


def answer(page: Page, text: str) -> None:
    page.locator("#reply textarea").fill(text)
    page.keyboard.press("Control+Enter")


@pytest.mark.rule("UX-3", "UX-2")
@pytest.mark.parametrize("view", ["needed", "all"])
def test_after_an_answer_the_focus_is_on_the_thread_due_next(
    visitors: VisitorMaker, world: World, view: str
) -> None:
    seller = at_row(visitors, world, "Bert", view)
    page = seller.page
    answer(page, "It leaves today.")
    expect(page.locator(".message--own").filter(has_text="It leaves today.")).to_be_visible()
    expect(row(page, "Ada")).to_be_focused()
    expect(row(page, "Bert")).to_have_count(0 if view == "needed" else 1)
    expect(page.get_by_role("status").filter(has_text="Your message was sent.")).to_be_visible()
    expect(page.locator("#reply textarea")).to_have_value("")
    page.keyboard.press("Enter")
    expect(page.locator("#conversation h2")).to_contain_text("Ada")
    answer(page, "Tomorrow.")  # the form that came with the answer works like the first
    expect(row(page, "Cleo")).to_be_focused()
    assert page.evaluate("window.sameWindow") is True
    assert seller.complaints == []


@pytest.mark.rule("UX-3", "GATE-2")
def test_a_refusal_comes_back_in_its_place_with_the_focus(visitors: VisitorMaker, world: World) -> None:
    seller = at_row(visitors, world, "Bert")
    page = seller.page
    answer(page, "Write to ana@outside.example")
    expect(page.locator("#reply .objections")).to_be_focused()
    expect(page.locator("#reply textarea")).to_have_value("Write to ana@outside.example")
    answer(page, "It leaves today.")
    expect(row(page, "Ada")).to_be_focused()
    assert page.evaluate("window.sameWindow") is True


@pytest.mark.rule("UX-5", "BOX-13")
@pytest.mark.parametrize("failure", ["no network", "broken server"])
def test_what_did_not_get_through_stays_and_can_be_sent_again(
    visitors: VisitorMaker, world: World, failure: str
) -> None:
    before = Message.objects.count()
    seller = at_row(visitors, world, "Bert")
    page = seller.page
    address = f"**{page.evaluate('location.pathname')}*"
    page.route(address, lambda route: route.abort() if failure == "no network" else route.fulfill(status=503))
    answer(page, "It leaves today.")
    told = page.get_by_role("alert").filter(has_text="Your text is still here.")
    expect(told).to_be_visible()
    expect(page.locator("#reply textarea")).to_have_value("It leaves today.")
    expect(page.locator("#reply textarea")).to_be_focused()
    assert Message.objects.count() == before
    page.unroute(address)
    page.keyboard.press("Control+Enter")
    expect(row(page, "Ada")).to_be_focused()
    expect(told).to_have_count(0)
    assert Message.objects.count() == before + 1
    assert page.evaluate("window.sameWindow") is True


@pytest.mark.rule("UX-5", "ACC-1")
def test_who_is_signed_out_meanwhile_signs_in_with_the_text_kept(
    visitors: VisitorMaker, world: World
) -> None:
    seller = at_row(visitors, world, "Bert")
    seller.page.context.clear_cookies(name="sessionid")
    answer(seller.page, "Do not lose me.")
    expect(seller.page.get_by_role("alert")).to_contain_text("Nothing was sent or saved yet.")
    seller.page.get_by_label("E-mail").fill(world.owner.email)
    seller.page.get_by_label("Password").fill(PASSWORD)
    seller.page.keyboard.press("Enter")
    expect(seller.page.locator("#reply textarea")).to_have_value("Do not lose me.")


@pytest.mark.rule("BOX-12", "BOX-5", "UX-2")
def test_archiving_and_taking_it_back_by_keys_keeps_window_place_and_focus(
    visitors: VisitorMaker, world: World
) -> None:
    seller = at_row(visitors, world, "Bert", "received")
    page, press = seller.page, seller.page.keyboard.press
    names = page.locator("#threads .row__link")
    place = [name.strip() for name in names.all_inner_texts()].index("Bert")
    press("e")
    expect(row(page, "Bert")).to_have_count(0)
    expect(names.nth(place)).to_be_focused()  # the one beneath took its place
    press("z")
    expect(page.locator("#conversation h2")).to_be_focused()
    expect(page.locator("#conversation h2")).to_contain_text("Bert")
    press("r")
    press("Escape")
    expect(page.locator("#conversation h2")).to_be_focused()
    press("u")
    expect(row(page, "Bert")).to_be_focused()
    press("o")
    expect(page.locator("#order a[href^='/orders/']").first).to_be_focused()
    page.get_by_role("button", name="Close").first.click()  # of the toast
    expect(page.locator(".toast")).to_have_count(0)
    expect(page.locator("#main")).to_be_focused()
    assert page.evaluate("window.sameWindow") is True
    assert seller.complaints == []

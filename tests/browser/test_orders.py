"""Orders, writing about them and sellers' pages in a real browser, desk and phone (UX-2, UX-3, UX-7)."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from messages_app.models import Message, Thread
from messages_app.policy.facts import Side
from orders.models import OrderLine
from tests.browser.conftest import VisitorMaker
from tests.factories import BuyerFactory, OrderFactory, PairFactory, ProductFactory
from tests.messages_app.views.world import World, make_world, write

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


@pytest.fixture
def world(transactional_db: None, installation_keys: None) -> World:
    return make_world()


@pytest.mark.rule("ORD-2", "ALI-6", "UX-7")
@SCRIPTS
def test_a_seller_finds_an_order_and_writes_to_its_buyer(
    visitors: VisitorMaker, world: World, scripts: bool
) -> None:
    other = PairFactory.create(seller=world.pair.seller, buyer=BuyerFactory.create(display_name="Zoë G."))
    wanted = OrderFactory.create(pair=other, status="unshipped")
    seller = visitors(scripts=scripts)
    seller.sign_in(world.owner.email)
    page = seller.page
    seller.open("/orders/")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    page.get_by_label("Order number, buyer's name or alias").fill("zoe")
    page.get_by_role("button", name="Show").click()
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile(r"q=zoe"))
    page.get_by_role("link", name="Shipped", exact=True).click()
    expect(page.get_by_role("heading", name="No order matches")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Clear filters").last.click()
    expect(rows).to_have_count(2)
    page.get_by_role("link", name="Zoë G.").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Contact Zoë G.")
    page.get_by_role("radio", name=re.compile("A question about the order")).check()
    page.get_by_label("Your text").fill("Which colour should it be?")
    page.get_by_role("button", name="Send to Zoë G.").click()
    page.wait_for_url(re.compile(r"/messages/[0-9a-f-]{36}/"))
    sent = Message.objects.get(reason="order_question")
    assert (sent.thread.order, sent.state) == (wanted, "delivered")
    assert seller.complaints == []


@pytest.mark.rule("RSN-3", "UX-7")
@SCRIPTS
def test_a_seller_sees_what_the_buyer_gets(visitors: VisitorMaker, world: World, scripts: bool) -> None:
    world.buyer.language = "de"
    world.buyer.save()
    seller = visitors(scripts=scripts)
    seller.sign_in(world.owner.email)
    seller.open(f"/messages/new/?order={world.order.number}")
    page = seller.page
    shown = page.locator(".preview")
    expect(shown).to_contain_text("Choose why you are writing")
    page.get_by_role("radio", name=re.compile("Arranging the delivery")).check()
    page.get_by_label("Your text").fill("Would Saturday suit you?")
    if not scripts:
        page.get_by_role("button", name="Show what the buyer gets").click()
    expect(shown).to_contain_text("Nachricht von")
    expect(page.locator(".preview__yours")).to_have_text("Would Saturday suit you?")
    expect(page.get_by_label("Your text")).to_have_value("Would Saturday suit you?")
    if scripts:
        expect(page.locator("[data-contact-count]")).to_have_text("24 of 2,000 characters")
        expect(page.get_by_role("button", name="Show what the buyer gets")).to_be_hidden()
        expect(page.locator("[data-saved]")).to_contain_text("Saved")
        with page.expect_response("**/messages/drafts/**"):  # so that nothing is under way in the end
            page.get_by_role("radio", name=re.compile("Invoice")).check()
        expect(page.get_by_label("Your text")).to_be_hidden()
        expect(page.get_by_text("This reason takes no text of yours")).to_be_visible()
    assert not Message.objects.filter(reason="delivery_scheduling").exists()
    assert seller.complaints == []


@pytest.mark.rule("GATE-3", "BOX-9", "RSN-1")
def test_a_text_put_aside_by_its_reason_is_not_held_against_a_draft(
    visitors: VisitorMaker, world: World
) -> None:
    """The draft comes back with text and reason; the field is aside, so there is nothing to take out."""
    seller = visitors()
    seller.sign_in(world.owner.email)
    seller.open(f"/messages/new/?order={world.order.number}")
    page = seller.page
    page.get_by_label("Your text").fill("Some words of mine.")
    with page.expect_response("**/messages/drafts/**"):
        page.get_by_role("radio", name=re.compile("Invoice")).check()
    with page.expect_response("**/messages/new/preview/**"):
        page.reload()
    expect(page.get_by_role("radio", name=re.compile("Invoice"))).to_be_checked()
    expect(page.get_by_label("Your text")).to_be_hidden()
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-hints-here]")).to_be_empty()


@pytest.mark.rule("RSN-3", "RSN-1", "UX-7")
@SCRIPTS
def test_in_ones_own_thread_a_seller_sees_what_the_buyer_gets(
    visitors: VisitorMaker, world: World, scripts: bool
) -> None:
    """The days of a warranty are asked for while that reason is chosen, and stand in the preview."""
    OrderLine.objects.create(order=world.order, product=ProductFactory.create(warranty=True), quantity=1)
    begun = write(
        world.pair, Side.SELLER, user=world.owner, order=world.order, reason="other", text="One thing more."
    )
    seller = visitors(scripts=scripts)
    seller.sign_in(world.owner.email)
    seller.open(f"/messages/{begun.thread_id}/")
    page = seller.page
    shown, button = page.locator(".preview"), page.get_by_role("button", name="Show what the buyer gets")
    expect(shown).to_contain_text("Choose why you are writing")
    reasons = page.get_by_label("Why are you writing?")
    first = page.get_by_label("First day of the warranty")
    expect(first).to_be_hidden()
    reasons.select_option("warranty")
    first.fill("2026-03-01")
    last = page.get_by_label("Last day of the warranty")
    if scripts:
        last.fill("2026-02-28")
        expect(page.locator("[data-hints-here]")).to_contain_text("would end on 28 February 2026")
    last.fill("2028-02-29")
    if not scripts:
        button.click()
    expect(shown).to_contain_text("The warranty runs from 1 March 2026 to 29 February 2028.")
    expect(first).to_have_value("2026-03-01")
    reasons.select_option("other")
    expect(first).to_be_hidden()
    page.get_by_role("textbox", name=re.compile("Reply to")).fill("It comes on Monday.")
    if not scripts:
        button.click()
    expect(page.locator(".preview__yours")).to_have_text("It comes on Monday.")
    expect(shown).not_to_contain_text("The warranty runs")
    expect(button).to_be_visible(visible=not scripts)
    page.get_by_role("button", name="Send", exact=True).last.click()
    expect(page.locator(".message--own").filter(has_text="It comes on Monday.")).to_be_visible()
    assert seller.complaints == []


@pytest.mark.rule("UX-3", "RSN-8", "UX-7")
@SCRIPTS
@pytest.mark.parametrize("width", [390, 1440])
def test_from_the_order_to_a_sent_question_in_two_clicks(
    visitors: VisitorMaker, world: World, width: int, scripts: bool
) -> None:
    """Beside the choice of what it is about: Contact Seller, Send."""
    order = OrderFactory.create(pair=world.pair)
    buyer = visitors(width=width, scripts=scripts)
    buyer.sign_in(world.buyer.email)
    buyer.open(f"/orders/{order.number}/")
    page = buyer.page
    page.get_by_role("link", name="Contact Seller").click()
    page.get_by_role("radio", name="Product question").check()
    page.get_by_label("Your message").fill("Is it dishwasher safe?")
    page.get_by_role("button", name="Send to").last.click()
    page.wait_for_url(re.compile(r"/messages/[0-9a-f-]{36}/"))
    assert Thread.objects.get(order=order).topic == "product_question"
    assert buyer.complaints == []


@pytest.mark.rule("ORD-2", "UX-1")
@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_an_order_is_a_card_within_the_screen(
    visitors: VisitorMaker, world: World, width: int
) -> None:
    for user in (world.owner, world.buyer):
        visitor = visitors(width=width)
        visitor.sign_in(user.email)
        for path in paths_of(world):
            visitor.open(path)
            assert visitor.sideways() == 0, path
        visitor.open("/orders/")
        expect(visitor.page.locator("tbody tr").first).to_have_css("display", "block")


@pytest.mark.rule("GATE-6", "UX-7")
@SCRIPTS
def test_a_buyer_asks_a_seller_from_its_page(visitors: VisitorMaker, world: World, scripts: bool) -> None:
    buyer = visitors(width=390, scripts=scripts)
    buyer.sign_in(world.stranger.email)
    buyer.open(f"/stores/{world.pair.seller.slug}/")
    buyer.page.get_by_label("Your question").fill("Do you ship to Jersey?")
    buyer.page.get_by_role("button", name="Send to").last.click()
    buyer.page.wait_for_url(re.compile(r"/messages/[0-9a-f-]{36}/"))
    assert Thread.objects.get(buyer__user=world.stranger).order is None
    assert buyer.complaints == []


@pytest.mark.rule("GATE-6", "UX-5")
def test_who_is_signed_out_is_asked_to_sign_in_and_finds_the_text_again(
    visitors: VisitorMaker, world: World
) -> None:
    buyer = visitors(width=390)
    buyer.sign_in(world.stranger.email)
    buyer.page.context.clear_cookies(name="sessionid")
    buyer.open(f"/stores/{world.pair.seller.slug}/")
    buyer.page.get_by_label("Your question").fill("Do you ship to Jersey?")
    buyer.page.get_by_role("button", name="Sign in and send").click()
    buyer.page.get_by_label("E-mail").fill(world.stranger.email)
    buyer.page.get_by_label("Password").fill("demo")
    buyer.page.get_by_role("main").get_by_role("button", name="Sign in").click()
    buyer.page.wait_for_url(re.compile("/stores/"))
    expect(buyer.page.get_by_label("Your question")).to_have_value("Do you ship to Jersey?")


def paths_of(world: World) -> list[str]:
    """Every page of this file, for whoever may open it."""
    return [
        "/orders/",
        "/orders/?q=nobody&from=2026-01-01",
        f"/orders/{world.order.number}/",
        f"/messages/new/?order={world.order.number}",
        f"/stores/{world.pair.seller.slug}/",
    ]


@pytest.mark.rule("UX-2")
@pytest.mark.parametrize("who", ["owner", "buyer", "nobody"])
# Light on a wide window, dark on a phone: what axe finds hangs on theme or on width, not on both.
@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_axe_finds_nothing(visitors: VisitorMaker, world: World, who: str, width: int, dark: bool) -> None:
    visitor = visitors(width=width, dark=dark)
    if who != "nobody":
        visitor.sign_in(getattr(world, who).email)
    for path in paths_of(world) if who != "nobody" else paths_of(world)[-1:]:
        visitor.open(path)
        assert visitor.faults() == [], path
    if who == "owner":
        visitor.open(f"/messages/new/?order={world.order.number}")
        visitor.page.get_by_role("radio", name=re.compile("An unexpected problem")).check()
        expect(visitor.page.locator(".preview__body")).to_be_visible()
        assert visitor.faults() == []


@pytest.mark.rule("UX-2", "ACC-8", "OPT-1")
def test_axe_finds_nothing_where_something_is_in_the_way(visitors: VisitorMaker, world: World) -> None:
    world.pair.opted_out_at = world.pair.blocked_by_buyer_at = timezone.now()
    world.pair.save()
    for user in (world.owner, world.buyer):
        visitor = visitors()
        visitor.sign_in(user.email)
        for path in paths_of(world)[-2:]:
            visitor.open(path)
            assert visitor.faults() == [], path

"""The seller's day and the buyer's question in a real browser, with scripts and without (UX-3, UX-7)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from accounts.models import User
from messages_app.models import Message
from messages_app.policy.facts import Side
from tests.browser.conftest import VisitorMaker
from tests.factories import OrderFactory, PairFactory
from tests.messages_app.views.world import World, make_world, write

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db: None, installation_keys: None) -> World:
    return make_world()


@pytest.mark.rule("UX-3", "UX-7", "BOX-2")
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_seller_answers_what_is_due_first(visitors: VisitorMaker, world: World, scripts: bool) -> None:
    for hours in (3, 22):
        pair = PairFactory.create(seller=world.pair.seller, buyer__display_name=f"Waiting {hours}")
        order = OrderFactory.create(pair=pair)
        write(pair, Side.BUYER, user=pair.buyer.user, order=order, hours_ago=hours, text=f"Since {hours} h.")
    seller = visitors(scripts=scripts)
    seller.sign_in(world.owner.email)
    rows = seller.page.locator(".row")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Waiting 22")
    expect(rows.first).to_contain_text("Due in 1 h")
    rows.first.get_by_role("link").click()
    expect(seller.page.locator("#conversation h2")).to_contain_text("Waiting 22")
    expect(seller.page.get_by_role("complementary")).to_contain_text("Enamel casserole")

    seller.page.get_by_role("textbox", name="Reply to Waiting 22").fill(
        "Write to ana@outside.example please."
    )
    seller.page.get_by_role("button", name="Send").click()
    expect(seller.page.get_by_role("alert")).to_contain_text("gives an e-mail address")
    expect(seller.page.get_by_role("textbox", name="Reply to Waiting 22")).to_have_value(
        "Write to ana@outside.example please."
    )

    seller.page.get_by_role("textbox", name="Reply to Waiting 22").fill("It leaves us today.")
    seller.page.get_by_role("button", name="Send").click()
    expect(seller.page.get_by_role("status").filter(has_text="Your message was sent.")).to_be_visible()
    expect(seller.page.get_by_text("Answered in 22 h")).to_be_visible()
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("Waiting 3")
    assert seller.complaints == []


@pytest.mark.rule("UX-3", "UX-7", "RSN-8")
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_buyer_asks_from_an_order(visitors: VisitorMaker, world: World, scripts: bool) -> None:
    order = OrderFactory.create(pair=world.pair)
    buyer = visitors(scripts=scripts, width=390)
    buyer.sign_in(world.buyer.email)
    buyer.page.get_by_role("link", name="Your Orders").first.click()
    buyer.page.get_by_role("link", name=order.number, exact=True).click()
    buyer.page.get_by_role("link", name="Contact Seller").click()
    buyer.page.get_by_text("Damaged or wrong item").click()
    buyer.page.get_by_label("Your message").fill("The lid is cracked.")
    buyer.page.get_by_label("Attach files").set_input_files(
        {"name": "lid.txt", "mimeType": "text/plain", "buffer": b"A picture of words."}
    )
    buyer.page.get_by_role("button", name=re.compile("Send to")).click()
    expect(buyer.page.locator(".message--own")).to_contain_text("The lid is cracked.")
    expect(buyer.page.get_by_role("link", name="lid.txt")).to_be_visible()
    message = Message.objects.latest("accepted_at")
    assert (message.reason, message.thread.order_id) == ("damaged_or_wrong_item", order.pk)
    assert buyer.complaints == []


@pytest.mark.rule("GATE-5")
def test_an_impatient_double_click_sends_once(visitors: VisitorMaker, world: World) -> None:
    before = Message.objects.count()
    seller = visitors()
    seller.sign_in(world.owner.email, leads_to="")
    seller.open(f"/messages/{world.thread.pk}/")
    seller.page.locator("textarea").fill("Only once.")
    seller.page.get_by_role("button", name="Send").dblclick()
    expect(seller.page.locator(".message--own").filter(has_text="Only once.")).to_have_count(1)
    assert Message.objects.count() == before + 1


@pytest.mark.rule("MAIL-18", "SEC-3")
def test_mail_html_opens_in_its_frame_and_runs_nothing(visitors: VisitorMaker, world: World) -> None:
    html = "<p>In <b>bold</b> words</p><script>parent.document.title='taken'</script>"
    write(
        world.pair, Side.BUYER, user=world.buyer, thread_id=world.thread.pk, text="In bold words", html=html
    )
    seller = visitors()
    seller.sign_in(world.owner.email, leads_to="")
    seller.open(f"/messages/{world.thread.pk}/")
    seller.page.get_by_text("As it was written, with its layout").click()
    expect(seller.page.frame_locator("iframe").locator("b")).to_have_text("bold")
    assert "taken" not in seller.page.title()
    assert seller.complaints == []


def test_menus_close_on_escape_and_outside_and_the_theme_changes_in_place(
    visitors: VisitorMaker, world: World
) -> None:
    seller = visitors()
    seller.sign_in(world.owner.email, leads_to="")
    seller.open(f"/messages/{world.thread.pk}/")
    seller.page.locator("textarea").fill("Half a sentence")
    account = seller.page.locator("details.menu").filter(has_text="Sign out")
    button = account.locator("summary")
    button.click()
    seller.page.keyboard.press("Escape")
    expect(account).not_to_have_attribute("open", "")
    expect(button).to_be_focused()
    button.click()
    with seller.page.expect_response("**/theme/"):
        seller.page.get_by_role("button", name="Dark").click()
    expect(seller.page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(seller.page.locator("textarea")).to_have_value("Half a sentence")
    seller.page.locator("#conversation h2").click()
    expect(account).not_to_have_attribute("open", "")
    seller.open("/messages/")
    expect(seller.page.locator("html")).to_have_attribute("data-theme", "dark")
    assert seller.complaints == []


PAGES = {
    "seller": (
        "/messages/",
        "/messages/?view=refused",
        "/messages/{thread}/",
        "/messages/trace/{answered}/",
        "/messages/new/?order={order}",
        "/messages/held/",
        "/orders/",
        "/orders/{order}/",
        "/settings/profile/",
        "/settings/notifications/",
        "/settings/addresses/",
        "/nowhere/",
    ),
    "buyer": (
        "/messages/",
        "/messages/{thread}/",
        "/messages/new/?order={order}",
        "/orders/",
        "/orders/{order}/",
        "/settings/privacy/",
        "/settings/notifications/",
    ),
    "nobody": ("/sign-in/", "/sign-up/", "/claim/"),
}


@pytest.mark.rule("UX-1", "UX-2")
@pytest.mark.parametrize("who", PAGES)
# Light on a wide window, dark on a phone: what axe finds hangs on theme or on width, not on both.
@pytest.mark.parametrize(
    ("dark", "widths"), [(False, (1440, 820)), (True, (390, 320))], ids=["light", "dark"]
)
def test_every_page_is_accessible_and_fits_its_window(
    visitors: VisitorMaker, world: World, who: str, dark: bool, widths: tuple[int, ...]
) -> None:
    visitor = visitors(dark=dark)
    if who != "nobody":
        visitor.sign_in(world.owner.email if who == "seller" else world.buyer.email)
    faults: list[str] = []
    for path in PAGES[who]:
        visitor.open(
            path.format(thread=world.thread.pk, answered=world.answered.pk, order=world.order.number)
        )
        for width in widths:
            visitor.page.set_viewport_size({"width": width, "height": 900})
            if sideways := visitor.sideways():
                faults.append(f"{path} at {width}: scrolls sideways by {sideways}")
            if width in (1440, 390):
                faults += [f"{path} at {width}: {fault}" for fault in visitor.faults()]
    assert faults == []
    assert visitor.complaints == []


@pytest.mark.long
@pytest.mark.rule("UX-1", "ACC-10")
@pytest.mark.parametrize("language", ["fr", "it", "pl", "de", "es"])
def test_pages_fit_in_every_language(visitors: VisitorMaker, world: World, language: str) -> None:
    User.objects.update(language=language)
    visitor = visitors(width=320)
    faults: list[str] = []
    for who, user in (("seller", world.owner), ("buyer", world.buyer)):
        visitor.page.context.clear_cookies()
        visitor.sign_in(user.email)
        for path in PAGES[who]:
            visitor.open(
                path.format(thread=world.thread.pk, answered=world.answered.pk, order=world.order.number)
            )
            assert visitor.page.locator("html").get_attribute("lang") == language
            for width in (320, 820):
                visitor.page.set_viewport_size({"width": width, "height": 900})
                if sideways := visitor.sideways():
                    faults.append(f"{path} at {width}: scrolls sideways by {sideways}")
    assert faults == []
    assert visitor.complaints == []

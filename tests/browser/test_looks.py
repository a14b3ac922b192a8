"""What only a browser can tell of the look: that words stay in their column, that what is wrong is seen
first, and that nothing lies over a control (UX-1, UX-2)."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from messages_app.policy.facts import Side
from tests.browser.conftest import Visitor, VisitorMaker
from tests.factories import OrderFactory
from tests.messages_app.views.world import World, make_world, write

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.django_db(transaction=True)]

WORD = "Donaudampfschifffahrt" * 10
LINK = "https://www.marketplace.example/" + "long/" * 60
CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary"


@pytest.fixture
def world(transactional_db: None, installation_keys: None) -> World:
    return make_world()


@pytest.mark.rule("UX-1")
@pytest.mark.parametrize("width", [320, 390, 820, 1440])
def test_a_long_word_and_a_long_link_break_in_their_column(
    visitors: VisitorMaker, world: World, width: int
) -> None:
    for side, user in ((Side.BUYER, world.buyer), (Side.SELLER, world.owner)):
        write(world.pair, side, user=user, thread_id=world.thread.pk, text=f"{WORD}\n{LINK}\nThe end of it.")
    for user in (world.owner, world.buyer):
        visitor = visitors(width=width)
        visitor.sign_in(user.email, leads_to="")
        visitor.open(f"/messages/{world.thread.pk}/")
        expect(visitor.page.get_by_text("The end of it.").last).to_be_in_viewport()
        assert wider_than_their_column(visitor.page.locator(".conversation__scroll")) == []
        assert visitor.sideways() == 0


@pytest.mark.rule("UX-1", "GATE-2")
@pytest.mark.parametrize("width", [320, 390, 1440])
def test_a_verdict_about_a_long_word_breaks_in_its_column(
    visitors: VisitorMaker, world: World, width: int
) -> None:
    visitor = visitors(width=width)
    visitor.sign_in(world.owner.email, leads_to="")
    visitor.open(f"/messages/{world.thread.pk}/")
    visitor.page.locator("textarea").fill(f"{WORD.lower()}@outside.example")
    visitor.page.get_by_role("button", name="Send").click()
    box = visitor.page.locator(".objections")
    expect(box).to_be_focused()
    assert wider_than_their_column(box) == []
    assert wider_than_their_column(visitor.page.locator(".conversation__scroll")) == []
    expect(visitor.page.get_by_role("button", name="Send")).to_be_in_viewport(ratio=1)


@pytest.mark.rule("UX-2", "GATE-2")
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("width", [390, 1440])
def test_what_is_wrong_is_seen_first_and_has_the_focus(
    visitors: VisitorMaker, world: World, width: int, scripts: bool
) -> None:
    order = OrderFactory.create(pair=world.pair)
    seller = visitors(width=width, scripts=scripts)
    seller.sign_in(world.owner.email, leads_to="")
    seller.open(f"/messages/new/?order={order.number}")
    seller.page.locator("input[name=reason]").first.check()
    seller.page.get_by_label("Your text").fill("Write to ana@outside.example")
    seller.page.get_by_role("button", name="Send to").click()
    seen_first(seller.page, "gives an e-mail address")


@pytest.mark.rule("UX-2")
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_refused_sign_in_leads_to_the_emptied_password(
    visitors: VisitorMaker, world: World, scripts: bool
) -> None:
    visitor = visitors(width=390, scripts=scripts)
    visitor.open("/sign-in/")
    visitor.page.get_by_label("E-mail").fill(world.owner.email)
    visitor.page.get_by_label("Password").fill("not this one")
    visitor.page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(visitor.page.get_by_role("alert")).to_be_in_viewport()
    expect(visitor.page.get_by_label("Password")).to_be_focused()


@pytest.mark.rule("UX-2")
def test_a_form_that_comes_back_leads_to_its_first_wrong_field(visitors: VisitorMaker, world: World) -> None:
    buyer = visitors(width=390)
    buyer.sign_in(world.buyer.email, leads_to="")
    buyer.open("/settings/profile/")
    buyer.page.get_by_label("Display name").fill("me@outside.example")
    buyer.page.get_by_role("button", name="Save").click()
    expect(buyer.page.get_by_label("Display name")).to_be_focused()
    expect(buyer.page.locator(".field__error")).to_be_in_viewport()


@pytest.mark.rule("UX-2", "MOD-4")
def test_a_held_answer_is_not_shown_as_blocked(visitors: VisitorMaker, world: World) -> None:
    for _ in range(4):
        write(
            world.pair, Side.SELLER, user=world.owner, thread_id=world.thread.pk, text="One more day, please."
        )
    seller = visitors()
    seller.sign_in(world.owner.email, leads_to="")
    seller.open(f"/messages/{world.thread.pk}/")
    held = seller.page.locator(".message--held").last
    expect(held.locator(".message__meta")).to_contain_text("Held")
    expect(held).not_to_contain_text("Not sent")
    seller.page.locator("textarea").fill("One more day, please.")
    seller.page.get_by_role("button", name="Send").click()
    box = seller.page.locator(".objections")
    expect(box).to_contain_text("A moderator")
    expect(box.locator(".hint--danger")).to_have_count(0)
    expect(box.locator('use[href$="#held"]')).not_to_have_count(0)
    seller.open("/messages/?view=refused")
    expect(seller.page.locator(".row__labels").first).to_have_text("Held")


@pytest.mark.rule("UX-2")
@pytest.mark.parametrize("width", [320, 390, 820, 1440])
def test_what_the_last_action_said_lies_over_no_control(
    visitors: VisitorMaker, world: World, width: int
) -> None:
    buyer = visitors(width=width)
    buyer.sign_in(world.buyer.email, leads_to="")
    buyer.open(f"/messages/{world.thread.pk}/")
    buyer.page.locator("textarea").fill("Thank you.")
    buyer.page.get_by_role("button", name="Send").click()
    toast = buyer.page.get_by_role("status").filter(has_text="Your message was sent.")
    expect(toast).to_be_in_viewport(ratio=1)
    assert covered_by(toast) == []
    buyer.open("/settings/profile/")
    buyer.page.get_by_role("button", name="Save").click()
    assert covered_by(buyer.page.locator(".toast")) == []


@pytest.mark.rule("UX-1")
@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_shows_order_numbers_tables_and_tabs_whole(
    visitors: VisitorMaker, world: World, width: int
) -> None:
    seller = visitors(width=width)
    seller.sign_in(world.owner.email, leads_to="")
    seller.open(f"/messages/{world.thread.pk}/")
    whole(seller, seller.page.locator(".conversation__title .whole"))
    for path in ("/orders/", "/settings/addresses/"):
        seller.open(path)
        table = seller.page.get_by_role("table")
        expect(table.get_by_role("row").last).to_be_visible()
        assert wider_than_their_column(seller.page.locator(".table-wrap tbody")) == []
    buyer = visitors(width=width)
    buyer.sign_in(world.buyer.email)
    for view in ("conversations", "archived"):
        buyer.open(f"/messages/?view={view}")
        whole(buyer, buyer.page.locator(".tabs [aria-current]"))


@pytest.mark.rule("UX-1", "ACC-10")
@pytest.mark.parametrize("language", ["fr", "it", "pl", "de", "es"])
def test_the_navigation_of_a_small_phone_is_whole(
    visitors: VisitorMaker, world: World, language: str
) -> None:
    User.objects.update(language=language)
    for user in (world.owner, world.buyer):
        visitor = visitors(width=320)
        visitor.sign_in(user.email)
        links = visitor.page.locator(".mainnav a")
        expect(links).to_have_count(3)
        for link in links.all():
            expect(link).to_be_in_viewport(ratio=1)


@pytest.mark.rule("UX-1", "CAP-4")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_an_almost_unused_cap_does_not_look_used_up(visitors: VisitorMaker, world: World, dark: bool) -> None:
    seller = visitors(dark=dark)
    seller.sign_in(world.owner.email, leads_to="")
    seller.open(f"/messages/new/?order={world.order.number}")
    bar = Image.open(BytesIO(seller.page.locator("meter").screenshot())).convert("RGB")
    end = bar.getpixel((bar.width - 3, bar.height // 2))
    assert distance(end, colour_of(seller, "html")) < distance(end, colour_of(seller, ".button--primary"))


Colour = tuple[int, ...]


def colour_of(visitor: Visitor, selector: str) -> Colour:
    """The background, which browsers name "rgb(1, 2, 3)"."""
    name = visitor.page.locator(selector).evaluate("one => getComputedStyle(one).backgroundColor")
    return tuple(int(part) for part in name[4:-1].split(","))


def distance(one: object, other: Colour) -> int:
    assert isinstance(one, tuple)
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


def seen_first(page: Page, words: str) -> None:
    """The box says so, has the focus and stands in the window beneath the heading."""
    box = page.get_by_role("alert")
    expect(box).to_contain_text(words)
    expect(box).to_be_focused()
    expect(box).to_be_in_viewport(ratio=1)
    heading, first = page.get_by_role("heading", level=1).bounding_box(), box.bounding_box()
    assert heading
    assert first
    assert heading["y"] < first["y"] < 300


def whole(visitor: Visitor, element: Locator) -> None:
    """On one line, neither cut nor beyond the edges of the window or of what it stands in."""
    expect(element).to_be_in_viewport(ratio=1)
    assert element.evaluate(
        "one => one.getClientRects().length === 1 && (!one.clientWidth || one.scrollWidth <= one.clientWidth)"
    )
    assert visitor.sideways() == 0


def wider_than_their_column(column: Locator) -> list[str]:
    """The parts that reach beyond the column's sides, also where they are clipped."""
    found: list[str] = column.evaluate(
        """column => {
            const sides = column.getBoundingClientRect();
            const beyond = [...column.querySelectorAll("*")].filter(one => {
                const box = one.getBoundingClientRect();
                return box.width && (box.right > sides.right + 1 || box.left < sides.left - 1);
            });
            const names = beyond.map(one => `${one.tagName}.${one.className}`);
            return column.scrollWidth > column.clientWidth + 1 ? [...names, "it scrolls sideways"] : names;
        }"""
    )
    return found


def covered_by(element: Locator) -> list[str]:
    """The controls outside of it that its box touches."""
    found: list[str] = element.evaluate(
        """(element, controls) => {
            const over = element.getBoundingClientRect();
            return [...document.querySelectorAll(controls)].filter(one => {
                const box = one.getBoundingClientRect();
                return !element.contains(one) && one.checkVisibility() && box.width > 1 && box.height > 1
                    && box.left < over.right && box.right > over.left
                    && box.top < over.bottom && box.bottom > over.top;
            }).map(one => one.outerHTML.slice(0, 100));
        }""",
        CONTROLS,
    )
    return found

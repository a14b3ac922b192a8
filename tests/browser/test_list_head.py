"""What hangs in the head of a list stays within it, on a tablet too (UX-1)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from accounts.models import User
from tests.browser.conftest import VisitorMaker
from tests.messages_app.views.world import World, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db: None, installation_keys: None) -> World:
    return make_world()


@pytest.mark.rule("UX-1", "BOX-2")
@pytest.mark.parametrize("width", [720, 820, 1440])
def test_the_filters_stay_within_the_list(visitors: VisitorMaker, world: World, width: int) -> None:
    for user in (world.owner, world.buyer):
        visitor = visitors(width=width)
        visitor.sign_in(user.email)
        page = visitor.page
        page.locator("summary[aria-label=Filters]").click()
        form = page.get_by_role("form", name="Filters")
        assert is_within(page.locator(".threads-pane"), form)
        assert fields_sticking_out(form) == []


def is_within(outer: Locator, inner: Locator) -> bool:
    """From left to right."""
    left, right = edges(outer)
    first, last = edges(inner)
    return left <= first and last <= right


def edges(part: Locator) -> tuple[float, float]:
    box = part.bounding_box()
    assert box is not None
    return box["x"], box["x"] + box["width"]


def fields_sticking_out(form: Locator) -> list[str]:
    """Names of the fields that reach over the form's padding."""
    found: list[str] = form.evaluate(
        """form => {
            const style = getComputedStyle(form);
            const end = form.getBoundingClientRect().right - parseFloat(style.paddingRight);
            const fields = [...form.querySelectorAll(".input")];
            return fields.filter(one => one.getBoundingClientRect().right > end).map(one => one.name);
        }"""
    )
    return found


@pytest.mark.rule("BOX-3", "UX-1")
@pytest.mark.parametrize("width", [820, 1440])
def test_with_a_mouse_every_mailbox_is_in_sight(visitors: VisitorMaker, world: World, width: int) -> None:
    visitor = visitors(width=width)
    visitor.sign_in(world.buyer.email)
    page = visitor.page
    tabs = page.locator(".threads-pane .tabs a")
    expect(tabs).to_have_count(6)
    assert all(is_within(page.locator(".threads-pane"), tab) for tab in tabs.all())


@pytest.mark.rule("UX-1", "ACC-10")
@pytest.mark.parametrize("width", [320, 820])
@pytest.mark.parametrize("language", ["en", "de", "pl"])
def test_the_name_of_a_mailbox_is_not_cut(
    visitors: VisitorMaker, world: World, language: str, width: int
) -> None:
    User.objects.update(language=language)
    for user, view in ((world.owner, "refused"), (world.buyer, "conversations")):
        visitor = visitors(width=width)
        visitor.sign_in(user.email, leads_to="")
        visitor.open(f"/messages/?view={view}")
        name = visitor.page.locator(".threads-pane .pane-head h2")
        assert name.evaluate("name => name.scrollWidth - name.clientWidth") == 0

"""Second factor, invitation, new address and every page of accounts in a real browser."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from accounts.links import invitation_token, new_address_token, person_token
from accounts.models import Invitation, NewAddress, Permission, User
from accounts.services.invitations import invite
from accounts.services.new_address import ask_for_address
from tests.accounts.codes import app_code, secret_of_key
from tests.browser.conftest import Visitor, VisitorMaker
from tests.factories import PASSWORD, UserFactory
from tests.messages_app.views.world import World, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEW = "a-quite-long-passphrase"


@pytest.fixture
def world(transactional_db: None, installation_keys: None) -> World:
    return make_world()


@pytest.fixture
def visitors(chromium: Browser, live_server: LiveServer) -> Iterator[VisitorMaker]:
    """Signing in is a subject here."""
    maker = VisitorMaker(chromium, live_server.url, by_form=True)
    yield maker
    maker.close()


def password_in(visitor: Visitor, email: str, password: str = PASSWORD) -> None:
    visitor.page.get_by_label("E-mail").fill(email)
    visitor.page.get_by_label("Password").fill(password)
    visitor.page.get_by_role("main").get_by_role("button", name="Sign in").click()


def set_up(visitor: Visitor) -> tuple[bytes, list[str]]:
    """Sets the second factor up as a person would; returns the app's key and the recovery codes."""
    page = visitor.page
    visitor.open("/settings/security/")
    page.get_by_role("link", name="Set up the second factor").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    secret = secret_of_key(page.locator(".key").inner_text())
    page.get_by_label("Code from the app").fill(app_code(secret, time.time()))
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    return secret, page.locator(".codes code").all_inner_texts()


@pytest.mark.rule("ACC-1", "UX-7")
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_second_factor_from_setting_up_to_signing_in(
    visitors: VisitorMaker, world: World, scripts: bool, tmp_path: Path
) -> None:
    visitor = visitors(scripts=scripts)
    visitor.sign_in(world.buyer.email)
    secret, codes = set_up(visitor)
    assert len(codes) == 10
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("link", name="Save as a file").click()
    assert Path(download.value.path()).read_text().split() == codes
    other = visitors(scripts=scripts, width=390)
    other.open("/orders/")
    password_in(other, world.buyer.email)
    expect(other.page.get_by_role("heading", name="Your code")).to_be_visible()
    other.page.get_by_label("Code").fill("000000")
    other.page.keyboard.press("Enter")
    expect(other.page.get_by_text("This code does not fit")).to_be_visible()
    expect(other.page.get_by_label("Code")).to_be_focused()
    other.page.get_by_label("Code").fill(app_code(secret, time.time() + 30))  # the next one: not used yet
    other.page.keyboard.press("Enter")
    other.page.wait_for_url("**/orders/")
    third = visitors(scripts=scripts)
    third.open("/sign-in/")
    password_in(third, world.buyer.email)
    third.page.get_by_label("Code").fill(codes[4])
    third.page.keyboard.press("Enter")
    third.page.wait_for_url("**/messages/")
    assert [*visitor.complaints, *other.complaints, *third.complaints] == []


@pytest.mark.rule("ACC-3")
def test_an_invitation_between_two_browsers(visitors: VisitorMaker, world: World) -> None:
    owner = visitors()
    owner.sign_in(world.owner.email)
    owner.open("/settings/team/")
    form = owner.page.get_by_role("region", name="Invite somebody")
    form.get_by_label("E-mail").fill("nora@people.example")
    form.get_by_label("Reply").check()
    form.get_by_role("button", name="Send the invitation").click()
    expect(owner.page.get_by_text("The invitation was sent to nora@people.example.")).to_be_visible()
    invited = visitors(width=390)
    invited.open(f"/invitation/{invitation_token(Invitation.objects.get())}/")
    expect(invited.page.get_by_text("Read messages and orders")).to_be_visible()
    invited.page.get_by_label("Full name").fill("Nora Field")
    invited.page.get_by_label("New password", exact=True).fill(NEW)
    invited.page.get_by_label("New password confirmation").fill(NEW)
    invited.page.get_by_role("button", name="Join the team").click()
    password_in(invited, "nora@people.example", NEW)
    invited.page.wait_for_url("**/messages/")
    owner.open("/settings/team/")
    expect(owner.page.get_by_role("heading", name="Nora Field")).to_be_visible()
    expect(owner.page.get_by_role("region", name="Invited")).to_have_count(0)
    member = owner.page.locator(".member").filter(has_text="Nora Field")
    member.get_by_text("Remove from the team").click()
    member.get_by_role("button", name="Remove now").click()
    expect(owner.page.get_by_text("their access has ended")).to_be_visible()
    invited.page.reload()
    expect(invited.page.get_by_role("heading", name="Inbox")).to_have_count(0)


@pytest.mark.rule("ACC-12")
def test_a_new_address_is_asked_for_and_confirmed(visitors: VisitorMaker, world: World) -> None:
    visitor = visitors(width=390)
    visitor.sign_in(world.buyer.email)
    visitor.open("/settings/security/")
    visitor.page.get_by_role("link", name="Change the address").click()
    visitor.page.get_by_label("New address").fill("new@people.example")
    visitor.page.get_by_label("Your password").fill(PASSWORD)
    visitor.page.get_by_role("button", name="Send the link").click()
    expect(visitor.page.get_by_text("takes its place once you have opened the link")).to_be_visible()
    row = NewAddress.objects.select_related("user").get()
    visitor.open(f"/confirm-new-address/{new_address_token(row)}/")
    visitor.page.get_by_role("button", name="Confirm the address").click()
    expect(visitor.page.get_by_text("Your address is changed.")).to_be_visible()
    assert User.objects.get(pk=world.buyer.pk).email == "new@people.example"


@pytest.mark.rule("UX-1", "UX-5")
def test_a_password_can_be_looked_at_and_unsaved_changes_show(visitors: VisitorMaker, world: World) -> None:
    visitor = visitors()
    visitor.open("/sign-in/")
    field = visitor.page.get_by_label("Password")
    field.fill("something")
    visitor.page.get_by_role("button", name="Show what is typed").click()
    expect(field).to_have_attribute("type", "text")
    visitor.page.get_by_role("button", name="Show what is typed").click()
    expect(field).to_have_attribute("type", "password")
    visitor.sign_in(world.buyer.email)
    visitor.open("/settings/profile/")
    words = visitor.page.get_by_text("Not saved yet.")
    expect(words).to_have_count(0)
    visitor.page.get_by_label("Display name").fill("Ann of Old")
    expect(words).to_be_visible()
    visitor.page.get_by_role("button", name="Save").click()
    expect(visitor.page.get_by_text("Your profile is saved.")).to_be_visible()
    expect(words).to_have_count(0)


def pages_of(world: World) -> dict[str, list[str]]:
    """Every page of accounts, by who looks at it."""
    asked = invite(
        seller=world.pair.seller,
        email="nora@people.example",
        permissions=(Permission.READ, Permission.REPLY),
        by=world.owner,
        now=timezone.now(),
    )
    assert asked is not None
    ask_for_address(user=world.buyer, address="new@people.example", now=timezone.now())
    wish = new_address_token(NewAddress.objects.select_related("user").get())
    unclaimed = UserFactory.create(unclaimed=True)
    invitation = f"/invitation/{invitation_token(asked.row)}/"
    mine = [
        "/settings/",
        "/settings/profile/",
        "/settings/security/",
        "/settings/notifications/",
        "/messages/not-receiving/",
    ]
    security = [f"/settings/security/{name}/" for name in ("password", "address", "second-factor")]
    return {
        "": [
            "/sign-in/", "/sign-up/", "/claim/", invitation, "/set-password/x/",
            f"/set-password/{person_token(unclaimed)}/",
        ],
        world.owner.email: [*mine, "/settings/addresses/", "/settings/team/", invitation],
        world.buyer.email: [*mine, *security, "/settings/privacy/", f"/confirm-new-address/{wish}/"],
    }  # fmt: skip


@pytest.mark.rule("UX-2", "UX-1")
# Light on a wide window, dark on a phone: what axe finds hangs on theme or on width, not on both.
@pytest.mark.parametrize(("width", "dark"), [(1440, False), (320, True)], ids=["light", "phone-dark"])
def test_axe_finds_nothing_on_any_page_of_accounts(
    visitors: VisitorMaker, world: World, width: int, dark: bool
) -> None:
    for email, paths in pages_of(world).items():
        visitor = visitors(width=width, dark=dark)
        if email:
            visitor.sign_in(email)
        for path in paths:
            visitor.open(path)
            assert visitor.faults() == [], path
            assert visitor.sideways() == 0, path
            assert visitor.page.locator("h1").count() == 1, path
        if email == world.buyer.email:
            set_up(visitor)
            assert visitor.faults() == []
            assert visitor.sideways() == 0
            visitor.open("/settings/security/second-factor/")
            assert visitor.faults() == []
            signing = visitors(width=width, dark=dark)
            signing.open("/sign-in/")
            password_in(signing, email)
            signing.page.wait_for_url(re.compile("/sign-in/code/"))
            assert signing.faults() == []
        assert visitor.complaints == []

"""A moderator’s ten items in a real browser; the administration in light, dark and on a phone (UX-8)."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import AuditRecord, User
from accounts.queries.pairs import alias_of
from messages_app.models import Case, InboundMail, Message
from messages_app.policy.facts import Side
from messages_app.relay.receive import MAX_ATTEMPTS, process_waiting
from tests.browser.conftest import Visitor, VisitorMaker
from tests.factories import PASSWORD, PairFactory, UserFactory
from tests.messages_app.admin.staff_world import SECRET, hold, make_moderator
from tests.messages_app.relay.inbound_world import arrive, mail_from, take_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WHY = "Looked at it."


@pytest.fixture
def moderator(transactional_db: None, installation_keys: None) -> User:
    return make_moderator()


def sign_in(visitor: Visitor, user: User) -> None:
    visitor.open("/sign-in/")
    visitor.page.get_by_label("E-mail").fill(user.email)
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.page.get_by_role("main").get_by_role("button", name="Sign in").click()
    visitor.page.wait_for_url("**/admin/")


def ten_items() -> None:
    """Five held messages, three unproven mails, two that could not be read."""
    pairs = [PairFactory.create() for _ in range(5)]
    for pair in pairs:
        hold(pair)
    for pair in pairs[:3]:
        arrive(mail_from(pair.buyer.user.email), alias_of(pair, Side.SELLER), loopback=False)
    for pair in pairs[3:]:
        taken = take_in(mail_from(pair.buyer.user.email), alias_of(pair, Side.SELLER))
        InboundMail.objects.filter(pk=taken.pk).update(attempts=MAX_ATTEMPTS)
    process_waiting(10)
    assert Case.objects.filter(closed_at=None).count() == 10


def decide(visitor: Visitor, action: str) -> None:
    visitor.page.get_by_role("group", name="Decide").get_by_role("link", name=action).click()
    visitor.page.get_by_label("Your reason").fill(WHY)
    visitor.page.get_by_role("main").get_by_role("button", name=action).click()


@pytest.mark.rule("UX-8", "UX-7", "MOD-3", "MOD-6")
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_moderator_works_through_ten_items(visitors: VisitorMaker, moderator: User, scripts: bool) -> None:
    ten_items()
    staff = visitors(scripts=scripts)
    sign_in(staff, moderator)
    staff.page.get_by_role("link", name="Held messages").first.click()
    staff.page.get_by_role("list", name="Held messages").get_by_role("link").first.click()
    expect(staff.page.get_by_text(SECRET)).to_have_count(0)
    staff.page.get_by_label("Your reason").fill(WHY)
    staff.page.get_by_role("button", name="Show it").click()
    expect(staff.page.get_by_text(SECRET)).to_be_visible()
    decide(staff, "Release")
    expect(staff.page.get_by_text("Decided. Here is the next one.")).to_be_visible()
    decide(staff, "Reject")

    staff.open("/admin/messages_app/case/?kind=held_message")
    for box in staff.page.get_by_role("list", name="Held messages").get_by_role("checkbox").all():
        box.check()
    staff.page.get_by_role("button", name="Release").click()
    staff.page.get_by_label("Your reason").fill(WHY)
    staff.page.get_by_role("main").get_by_role("button", name="Release").click()
    expect(staff.page.get_by_text("3 cases are decided.")).to_be_visible()

    staff.open("/admin/messages_app/case/?kind=unproven_mail")
    staff.page.get_by_role("list", name="Unproven mail").get_by_role("link").first.click()
    for _ in range(3):
        decide(staff, "Discard")
    expect(staff.page.get_by_text("Nothing else of this kind waits.")).to_be_visible()
    staff.open("/admin/messages_app/case/?kind=quarantined_mail")
    staff.page.get_by_role("list", name="Unreadable mail").get_by_role("link").first.click()
    for _ in range(2):
        decide(staff, "Try again")
    expect(staff.page.get_by_role("heading", name="Nothing waits")).to_be_visible()

    assert not Case.objects.filter(closed_at=None).exists()
    assert Message.objects.filter(state="delivered", author="seller").count() == 4
    assert AuditRecord.objects.filter(actor=moderator).count() == 11
    assert staff.complaints == []


PAGES = (
    "/admin/",
    "/admin/messages_app/case/",
    "/admin/messages_app/case/?kind=held_message",
    "/admin/messages_app/case/{case}/",
    "/admin/messages_app/case/{case}/release/",
    "/admin/messages_app/thread/{thread}/read/",
    "/admin/messages_app/message/",
    "/admin/messages_app/thread/{thread}/change/",
    "/admin/messages_app/case/addresses/{pair}/",
    "/admin/accounts/auditrecord/",
)


@pytest.mark.rule("UX-1", "UX-2", "UX-8")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_administration_is_accessible_and_fits_its_window(
    visitors: VisitorMaker, moderator: User, dark: bool
) -> None:
    admin = UserFactory.create(is_staff=True, is_superuser=True)
    held = hold(PairFactory.create())
    case = Case.objects.get(message=held)
    Case.objects.update(opened_at=timezone.now())
    staff = visitors(dark=dark)
    sign_in(staff, admin)
    names = {"case": case.pk, "thread": held.thread_id, "pair": held.pair_id}
    faults: list[str] = []
    for visit, path in enumerate((*PAGES, PAGES[3])):
        staff.open(path.format(**names))
        if visit == 3:  # the second time with its words
            staff.page.get_by_label("Your reason").fill(WHY)
            staff.page.get_by_role("button", name="Show it").click()
        for width in (1440, 390, 320):
            staff.page.set_viewport_size({"width": width, "height": 900})
            if sideways := staff.sideways():
                faults.append(f"{path} at {width}: scrolls sideways by {sideways}")
            if width == (390 if dark else 1440):
                faults += [f"{path} at {width}: {fault}" for fault in staff.faults()]
    assert faults == []
    assert staff.complaints == []

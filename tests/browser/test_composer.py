"""The composer in a real browser: drafts, files, hints, and what comes in meanwhile."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, Route, expect

from messages_app.models import Attachment, Draft, MailboxEntry, Message, Upload
from messages_app.policy.facts import Side
from tests.browser.conftest import Visitor, VisitorMaker
from tests.factories import OrderFactory
from tests.messages_app.files.samples import pdf
from tests.messages_app.views.world import World, make_world, write

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db: None, installation_keys: None) -> World:
    return make_world()


def at_thread(visitor: Visitor, world: World) -> Visitor:
    visitor.sign_in(world.owner.email, leads_to="")
    visitor.open(f"/messages/{world.thread.pk}/")
    return visitor


def at_thread_with_a_stopped_clock(visitors: VisitorMaker, world: World) -> Visitor:
    """The page's own time passes only when the test says so."""
    desk = visitors()
    desk.page.clock.install()
    at_thread(desk, world)
    desk.page.clock.pause_at(timezone.now() + timedelta(seconds=1))
    return desk


def text_of(page: Page) -> Locator:
    return page.get_by_role("textbox", name=re.compile("Reply to"))


def note(name: str = "note.txt", content: bytes = b"A note of words.") -> dict[str, object]:
    return {"name": name, "mimeType": "text/plain", "buffer": content}


def choose(page: Page, *files: dict[str, object]) -> None:
    page.get_by_label("Attach files").set_input_files(list(files))  # type: ignore[arg-type]


def held_uploads(page: Page) -> list[Route]:
    """Uploads that do not get there until the test lets them."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/messages/uploads/?*", hold)
    return held


# ---------------------------------------------------------------- drafts


@pytest.mark.rule("BOX-9")
def test_a_draft_survives_a_reload_and_another_browser(visitors: VisitorMaker, world: World) -> None:
    desk = at_thread(visitors(), world)
    text_of(desk.page).press_sequentially("It leaves to")
    expect(desk.page.get_by_text(re.compile(r"^Saved \d\d:\d\d$"))).to_be_visible(timeout=3000)
    desk.page.reload()
    expect(text_of(desk.page)).to_have_value("It leaves to")
    phone = at_thread(visitors(width=390), world)
    expect(text_of(phone.page)).to_have_value("It leaves to")
    assert desk.complaints == phone.complaints == []


@pytest.mark.rule("BOX-9")
def test_a_draft_is_saved_within_3_seconds_by_one_who_never_rests(
    visitors: VisitorMaker, world: World
) -> None:
    desk = at_thread_with_a_stopped_clock(visitors, world)
    with desk.page.expect_request(lambda asked: asked.method == "POST" and "/drafts/" in asked.url):
        for letter in "It le":
            text_of(desk.page).press_sequentially(letter)
            desk.page.clock.run_for(600)  # ms of the page's own clock: 3 s in all


@pytest.mark.rule("BOX-9")
def test_what_was_typed_last_goes_along_when_the_window_moves_on(
    visitors: VisitorMaker, world: World
) -> None:
    desk = at_thread(visitors(), world)
    text_of(desk.page).fill("Half a sen")
    desk.open("/orders/")
    desk.open(f"/messages/{world.thread.pk}/")
    expect(text_of(desk.page)).to_have_value("Half a sen")


@pytest.mark.rule("BOX-9")
def test_two_windows_that_disagree_keep_both_texts(visitors: VisitorMaker, world: World) -> None:
    desk, phone = at_thread(visitors(), world), at_thread(visitors(), world)
    text_of(phone.page).fill("From the phone")
    expect(phone.page.get_by_text(re.compile("^Saved"))).to_be_visible()
    text_of(desk.page).fill("From the desk")
    clash = desk.page.get_by_role("alert").filter(has_text="changed elsewhere")
    expect(clash).to_be_visible()
    expect(clash.get_by_role("textbox")).to_have_value("From the phone")
    expect(text_of(desk.page)).to_have_value("From the desk")
    clash.get_by_role("button", name="Keep mine").click()
    expect(desk.page.get_by_text(re.compile("^Saved"))).to_be_visible()
    phone.page.reload()
    expect(text_of(phone.page)).to_have_value("From the desk")


@pytest.mark.rule("BOX-9", "UX-3")
def test_ctrl_and_enter_sends_and_the_draft_is_gone(visitors: VisitorMaker, world: World) -> None:
    other = OrderFactory.create(pair=world.pair)
    write(world.pair, Side.BUYER, user=world.buyer, order=other, hours_ago=1, text="And this one?")
    desk = at_thread(visitors(), world)
    text_of(desk.page).fill("It leaves today.")
    expect(desk.page.get_by_text(re.compile("^Saved"))).to_be_visible()
    text_of(desk.page).press("Control+Enter")
    expect(desk.page.locator(".message--own").filter(has_text="It leaves today.")).to_be_visible()
    expect(text_of(desk.page)).to_have_value("")
    expect(desk.page.locator("a.row__link").last).to_be_focused()  # the next thread's
    assert not Draft.objects.exists()
    assert desk.complaints == []


@pytest.mark.rule("BOX-9", "UX-7")
def test_without_scripts_a_button_saves_text_and_files(visitors: VisitorMaker, world: World) -> None:
    desk = at_thread(visitors(scripts=False), world)
    text_of(desk.page).fill("By hand")
    choose(desk.page, note())
    desk.page.get_by_role("button", name="Save draft").click()
    expect(desk.page.get_by_text("Your draft is saved.")).to_be_visible()
    expect(text_of(desk.page)).to_have_value("By hand")
    expect(desk.page.get_by_role("list", name="Files to send")).to_contain_text("note.txt")
    text_of(desk.page).fill("By hand, more")
    desk.page.get_by_role("button", name="Remove note.txt").click()
    expect(text_of(desk.page)).to_have_value("By hand, more")
    expect(desk.page.get_by_text("note.txt")).to_have_count(1)  # the buyer's own, in the conversation


# ---------------------------------------------------------------- files


@pytest.mark.rule("UX-5", "ATT-2")
def test_a_picked_file_goes_up_at_once_and_with_the_message(visitors: VisitorMaker, world: World) -> None:
    desk = at_thread(visitors(), world)
    choose(desk.page, note("one.txt"), note("two.txt"))
    waiting = desk.page.get_by_role("list", name="Files to send")
    expect(waiting.get_by_role("button", name="Remove one.txt")).to_be_visible()
    expect(waiting.get_by_role("button", name="Remove two.txt")).to_be_visible()
    expect(desk.page.get_by_text("2 of 20 files")).to_be_visible()
    waiting.get_by_role("button", name="Remove one.txt").click()
    expect(waiting.get_by_text("one.txt")).to_have_count(0)
    text_of(desk.page).fill("The note is here.")
    desk.page.get_by_role("button", name="Send").click()
    expect(desk.page.locator(".message--own").filter(has_text="two.txt")).to_be_visible()
    sent = Message.objects.latest("accepted_at")
    assert Attachment.objects.filter(message=sent).count() == 1
    assert not Upload.objects.exists()
    assert desk.complaints == []


@pytest.mark.rule("ATT-2", "UX-5")
def test_a_bad_file_says_why_at_once_and_the_others_stay(visitors: VisitorMaker, world: World) -> None:
    desk = at_thread(visitors(), world)
    choose(desk.page, note("tool.pdf", b"MZ\x90\0" * 20), note("fine.txt"))
    refused = desk.page.locator(".file--bad")
    expect(refused).to_contain_text("tool.pdf")
    expect(refused).to_contain_text("Not attached.")
    expect(desk.page.get_by_role("button", name="Remove fine.txt")).to_be_visible()
    refused.get_by_role("button").click()
    expect(refused).to_have_count(0)


@pytest.mark.rule("UX-5", "ATT-2", "POL-9")
def test_contact_buyer_shows_its_files_and_says_why_one_is_not_taken(
    visitors: VisitorMaker, world: World
) -> None:
    desk = visitors()
    desk.sign_in(world.owner.email, leads_to="")
    desk.open(f"/messages/new/?order={world.order.number}")
    page = desk.page
    page.get_by_role("radio", name=re.compile("^Other")).check()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/messages/uploads/?*", hold, times=1)
    choose(page, note("tool.pdf", b"MZ\x90\0" * 20), note("guide.pdf", pdf()))
    expect(page.get_by_role("progressbar", name="Uploading tool.pdf")).to_be_visible()
    held[0].continue_()
    refused = page.locator(".file--bad")
    expect(refused).to_contain_text("tool.pdf")
    expect(refused).to_contain_text("Not attached.")
    waiting = page.get_by_role("list", name="Files to send")
    expect(waiting.get_by_role("button", name="Remove guide.pdf")).to_be_visible()
    expect(page.get_by_text("1 of 5 files")).to_be_visible()  # as many as the reason takes
    refused.get_by_role("button").click()
    expect(waiting.get_by_role("listitem")).to_have_count(1)
    waiting.get_by_role("button", name="Remove guide.pdf").click()
    expect(page.get_by_text("guide.pdf")).to_have_count(0)
    assert not Upload.objects.exists()
    assert desk.complaints == []


@pytest.mark.rule("UX-5")
def test_an_upload_shows_its_progress_and_can_be_stopped(visitors: VisitorMaker, world: World) -> None:
    desk = at_thread(visitors(), world)
    held = held_uploads(desk.page)
    choose(desk.page, note("slow.txt", b"x" * 300_000), note("next.txt"))
    bar = desk.page.get_by_role("progressbar", name="Uploading slow.txt")
    expect(bar).to_be_visible()
    desk.page.get_by_role("button", name="Cancel slow.txt").click()
    expect(desk.page.get_by_text("slow.txt")).to_have_count(0)
    expect(desk.page.get_by_role("progressbar", name="Uploading next.txt")).to_be_visible()
    held[-1].continue_()
    expect(desk.page.get_by_role("button", name="Remove next.txt")).to_be_visible()
    assert Upload.objects.count() == 1


@pytest.mark.rule("UX-5", "REL-2")
def test_sending_waits_for_files_on_their_way(visitors: VisitorMaker, world: World) -> None:
    desk = at_thread(visitors(), world)
    held = held_uploads(desk.page)
    choose(desk.page, note("late.txt"))
    expect(desk.page.get_by_role("progressbar", name="Uploading late.txt")).to_be_visible()
    text_of(desk.page).fill("With a file.")
    desk.page.get_by_role("button", name="Send").click()
    expect(desk.page.get_by_role("button", name="Waiting for the files")).to_be_visible()
    held[0].continue_()
    expect(desk.page.locator(".message--own").filter(has_text="late.txt")).to_be_visible()


DROP = """(target, name) => {
  const data = new DataTransfer();
  data.items.add(new File(["Words."], name, { type: "text/plain" }));
  const how = { bubbles: true, cancelable: true, dataTransfer: data };
  for (const kind of ["dragenter", "dragover", "drop"]) target.dispatchEvent(new DragEvent(kind, how));
}"""
PASTE = """(target, name) => {
  const data = new DataTransfer();
  data.items.add(new File(["Words."], name, { type: "text/plain" }));
  target.dispatchEvent(new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData: data }));
}"""


@pytest.mark.rule("UX-5")
def test_files_are_taken_by_drag_and_by_paste(visitors: VisitorMaker, world: World) -> None:
    desk = at_thread(visitors(), world)
    text_of(desk.page).evaluate(DROP, "dropped.txt")
    text_of(desk.page).evaluate(PASTE, "pasted.txt")
    expect(desk.page.get_by_role("button", name="Remove dropped.txt")).to_be_visible()
    expect(desk.page.get_by_role("button", name="Remove pasted.txt")).to_be_visible()
    expect(desk.page.locator(".is-dropping")).to_have_count(0)
    assert desk.complaints == []


# ---------------------------------------------------------------- hints


@pytest.mark.rule("GATE-3")
def test_a_hint_comes_while_typing_and_one_click_mends_it(visitors: VisitorMaker, world: World) -> None:
    before = Message.objects.count()
    desk = at_thread(visitors(), world)
    text_of(desk.page).press_sequentially("Ask ana@outside.example for it")
    hint = desk.page.get_by_role("status", name="What the checks say")
    expect(hint).to_contain_text("“ana@outside.example”")
    expect(hint).to_contain_text("The message would be blocked.")
    hint.get_by_role("button", name="Take it out").click()
    expect(text_of(desk.page)).to_have_value("Ask  for it")
    expect(hint).to_contain_text("Nothing found that would stop this message.")
    assert Message.objects.count() == before
    assert desk.complaints == []


# ---------------------------------------------------------------- live


@pytest.mark.rule("BOX-11")
def test_a_message_arrives_without_a_reload_and_nothing_typed_is_lost(
    visitors: VisitorMaker, world: World
) -> None:
    desk = at_thread(visitors(), world)
    desk.page.evaluate("window.sameWindow = true")
    text_of(desk.page).fill("I am still writ")
    text_of(desk.page).evaluate("box => box.setSelectionRange(3, 3)")
    write(world.pair, Side.BUYER, user=world.buyer, thread_id=world.thread.pk, text="One more thing.")
    expect(desk.page.locator(".message").filter(has_text="One more thing.")).to_be_visible(timeout=15_000)
    expect(desk.page.get_by_role("status").filter(has_text="New message from")).to_be_attached()
    expect(text_of(desk.page)).to_have_value("I am still writ")
    expect(text_of(desk.page)).to_be_focused()
    assert text_of(desk.page).evaluate("box => box.selectionStart") == 3
    assert desk.page.evaluate("window.sameWindow")
    assert desk.complaints == []


@pytest.mark.rule("BOX-11")
def test_an_open_page_asks_within_15_seconds(visitors: VisitorMaker, world: World) -> None:
    desk = at_thread_with_a_stopped_clock(visitors, world)
    with desk.page.expect_request("**/messages/live/?mark=*"):
        desk.page.clock.run_for(15_000)  # ms of the page's own clock


@pytest.mark.rule("BOX-11")
def test_the_list_and_the_title_follow(visitors: VisitorMaker, world: World) -> None:
    desk = visitors()
    desk.sign_in(world.owner.email, leads_to="")
    desk.open("/messages/?view=received")
    write(world.pair, Side.BUYER, user=world.buyer, thread_id=world.thread.pk, text="Knock, knock.")
    row = desk.page.locator(".row--unread").filter(has_text="Knock, knock.")
    expect(row).to_be_visible(timeout=15_000)
    assert desk.page.title().startswith("(1)")
    row.get_by_role("link").click()
    expect(desk.page.locator(".message").filter(has_text="Knock, knock.")).to_be_visible()
    assert desk.complaints == []


@pytest.mark.rule("BOX-11", "UX-4")
def test_a_due_time_goes_on_while_nothing_else_does(visitors: VisitorMaker, world: World) -> None:
    write(world.pair, Side.BUYER, user=world.buyer, thread_id=world.thread.pk, text="And now?")
    desk = at_thread_with_a_stopped_clock(visitors, world)
    chip = desk.page.locator("#threads .due")
    expect(chip).to_have_text("Due in 23 h")
    entry = MailboxEntry.objects.filter(thread=world.thread, side=Side.SELLER)
    entry.update(due_at=timezone.now() + timedelta(hours=21, minutes=59))  # two hours later
    desk.page.clock.run_for(15_000)  # ms of the page's own clock
    expect(chip).to_have_text("Due in 23 h")
    desk.page.clock.fast_forward(2 * 60 * 60 * 1000)
    desk.page.clock.run_for(15_000)
    expect(chip).to_have_text("Due in 21 h")


@pytest.mark.rule("BOX-11", "UX-5")
def test_a_session_that_ended_says_so_and_keeps_the_text(visitors: VisitorMaker, world: World) -> None:
    desk = at_thread(visitors(), world)
    desk.page.context.clear_cookies(name="sessionid")
    text_of(desk.page).fill("Do not lose me")
    expect(desk.page.get_by_role("link", name="Sign in again").first).to_be_visible(timeout=15_000)
    expect(desk.page.get_by_role("alert").filter(has_text="You are signed out.")).to_be_visible(
        timeout=15_000
    )
    expect(text_of(desk.page)).to_have_value("Do not lose me")


@pytest.mark.rule("BOX-11")
def test_who_reads_further_up_stays_there_and_is_told(visitors: VisitorMaker, world: World) -> None:
    long = "\n\n".join(f"Line {number} of a long story." for number in range(60))
    write(world.pair, Side.BUYER, user=world.buyer, thread_id=world.thread.pk, text=long)
    desk = at_thread(visitors(), world)
    conversation = desk.page.locator(".conversation__scroll")
    conversation.evaluate("box => box.scrollTo(0, -600)")
    line = desk.page.get_by_text("Line 40 of a long story.")
    before = line.bounding_box()
    write(world.pair, Side.BUYER, user=world.buyer, thread_id=world.thread.pk, text="One more thing.")
    chip = desk.page.get_by_role("button", name="New message")
    expect(chip).to_be_visible(timeout=15_000)
    after = line.bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) <= 2  # pixels
    chip.click()
    expect(desk.page.locator(".message").filter(has_text="One more thing.")).to_be_in_viewport()
    expect(chip).to_be_hidden()

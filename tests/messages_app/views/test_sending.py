"""From the form to the gate and back: reasons told, text kept, one message a click (GATE-1, GATE-5)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from messages_app.models import Message, ResponseContact, Thread
from messages_app.models.usage import DailyUsage
from messages_app.policy.facts import Side
from messages_app.policy.reasons import BUYER_TOPICS, REASONS
from orders.models import Order
from orders.queries import local_day
from tests.factories import OrderFactory, PairFactory, seller_owner
from tests.messages_app.views.world import World, signed_in, write

pytestmark = pytest.mark.django_db


def token_on(page: Any) -> str:
    found = re.search(r'name="token" value="([0-9a-f]{32})"', page.content.decode())
    assert found
    return found.group(1)


def reply(client: Client, thread: Thread, text: str, **fields: object) -> Any:
    path = reverse("thread", args=[thread.pk])
    token = fields.pop("token", None) or token_on(client.get(path))
    return client.post(path, {"text": text, "token": token, **fields})


@pytest.mark.rule("BOX-1")
def test_an_answer_is_delivered_and_shown(world: World) -> None:
    client = signed_in(world.owner)
    answer = reply(client, world.thread, "It comes on Friday.\r\n\r\nAna")
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "<p>It comes on Friday.</p>" in page
    assert "Your message was sent." in page
    assert "It comes on Friday." in signed_in(world.buyer).get(answer["Location"]).content.decode()


@pytest.mark.rule("GATE-1", "GATE-2")
def test_a_blocked_answer_comes_back_with_its_reason_and_its_text(world: World) -> None:
    client = signed_in(world.owner)
    first = token_on(client.get(reverse("thread", args=[world.thread.pk])))
    answer = reply(client, world.thread, "Please write to ana@outside.example <now>", token=first)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Please write to ana@outside.example &lt;now&gt;</textarea>" in page
    assert "Your message gives an e-mail address" in page
    assert "contact_email" in page
    assert token_on(answer) != first  # the next click is another message


@pytest.mark.rule("GATE-1", "MOD-4")
def test_a_held_answer_is_told_and_not_offered_to_be_sent_again(world: World) -> None:
    client = signed_in(world.owner)
    answers = [reply(client, world.thread, "Please wait one more day.") for _ in range(4)]
    held = next(answer for answer in answers if answer.status_code == 422)
    page = held.content.decode()
    assert "A moderator" in page
    assert "Please wait one more day.</textarea>" not in page


@pytest.mark.rule("GATE-5")
def test_a_double_click_makes_one_message(world: World) -> None:
    client = signed_in(world.owner)
    token = token_on(client.get(reverse("thread", args=[world.thread.pk])))
    before = Message.objects.count()
    first = reply(client, world.thread, "On its way.", token=token)
    second = reply(client, world.thread, "On its way.", token=token)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert Message.objects.count() == before + 1


@pytest.mark.rule("GATE-5", "REL-1")
def test_other_words_under_the_same_ticket_are_another_message(world: World) -> None:
    """Some browsers fill a form anew as it was, its ticket too."""
    client = signed_in(world.owner)
    token = token_on(client.get(reverse("thread", args=[world.thread.pk])))
    before = Message.objects.count()
    file = SimpleUploadedFile("one.txt", b"first file")
    for text, files in (("On its way.", []), ("It comes on Friday.", []), ("On its way.", [file])):
        assert reply(client, world.thread, text, token=token, files=files).status_code == 302
    assert Message.objects.count() == before + 3


@pytest.mark.rule("GATE-5")
def test_the_second_click_on_a_blocked_message_says_so_too(world: World) -> None:
    client = signed_in(world.owner)
    token = token_on(client.get(reverse("thread", args=[world.thread.pk])))
    before = Message.objects.count()
    assert reply(client, world.thread, "ana@outside.example", token=token).status_code == 422
    again = reply(client, world.thread, "ana@outside.example", token=token)
    page = (
        client.get(again["Location"]).content.decode() if again.status_code == 302 else again.content.decode()
    )
    assert "Your message was sent." not in page
    assert "Your message was not sent" in page
    assert Message.objects.count() == before + 1


@pytest.mark.rule("GATE-1")
@pytest.mark.parametrize("token", ["", "x" * 32, "0" * 31], ids=["none", "letters", "short"])
def test_a_form_without_its_ticket_keeps_the_text(world: World, token: str) -> None:
    client = signed_in(world.owner)
    before = Message.objects.count()
    answer = client.post(reverse("thread", args=[world.thread.pk]), {"text": "Kept words", "token": token})
    assert answer.status_code == 422
    assert "Kept words</textarea>" in answer.content.decode()
    assert token_on(answer)
    assert Message.objects.count() == before


@pytest.mark.rule("ATT-2")
def test_files_go_with_the_answer_and_come_back_as_attachments(world: World) -> None:
    files = [SimpleUploadedFile("one.txt", b"first file"), SimpleUploadedFile("two.txt", b"second file")]
    client = signed_in(world.owner)
    assert reply(client, world.thread, "Two files.", files=files).status_code == 302
    page = signed_in(world.buyer).get(reverse("thread", args=[world.thread.pk])).content.decode()
    links = re.findall(r'class="file" href="([^"]+)"', page)
    assert "10 bytes" in page
    answers: list[Any] = [signed_in(world.buyer).get(link) for link in links[-2:]]
    assert [b"".join(answer.streaming_content) for answer in answers] == [b"first file", b"second file"]
    assert [answer["Content-Disposition"] for answer in answers] == [
        'attachment; filename="one.txt"',
        'attachment; filename="two.txt"',
    ]


@pytest.mark.rule("ATT-2", "GATE-1")
def test_a_refused_file_is_named_and_has_to_be_chosen_again(world: World) -> None:
    program = SimpleUploadedFile("invoice.pdf", b"MZ\x90\x00" + b"\0" * 60)
    answer = reply(signed_in(world.owner), world.thread, "The invoice.", files=[program])
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "invoice.pdf" in page
    assert "attach them again" in page


@pytest.mark.rule("ATT-1")
@pytest.mark.parametrize(
    ("size", "status"), [(99, 302), (100, 302), (101, 422), (150, 422), (151, 422), (152, 422), (1000, 422)]
)
def test_a_page_takes_as_much_as_a_message_may_hold(
    world: World, settings: Any, size: int, status: int
) -> None:
    """Past MAX_WIRE_BYTES the bytes are not even kept: the page knows the size alone."""
    settings.MAX_MESSAGE_BYTES, settings.MAX_WIRE_BYTES = 100, 150
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
    files = [SimpleUploadedFile("long.txt", b"x" * (size - 1))]
    answer = reply(signed_in(world.owner), world.thread, "y", files=files)
    page = answer.content.decode()
    assert answer.status_code == status
    if status == 422:
        told = size if size - 1 <= 150 else size - 1  # the gate counts the text too, the form files alone
        assert f"{told:,} bytes" in page
        assert "at most 100" in page
        assert "y</textarea>" in page


@pytest.mark.rule("POL-2", "GATE-2")
def test_a_masked_message_is_delivered_and_its_author_told(world: World) -> None:
    buyer = signed_in(world.buyer)
    answer = reply(buyer, world.thread, "My address is hannah@outside.example, thanks.")
    assert answer.status_code == 302
    seen_by_buyer = buyer.get(answer["Location"]).content.decode()
    seen_by_seller = signed_in(world.owner).get(answer["Location"]).content.decode()
    assert "hannah@outside.example, thanks" in seen_by_buyer
    assert "It was masked in what the seller gets" in seen_by_buyer
    assert "hannah@outside.example" not in seen_by_seller
    assert "[e-mail address removed], thanks" in seen_by_seller
    assert "It was masked" not in seen_by_seller


# ---------------------------------------------------------------- contact from an order


def new_message(user: User, order: Order, **fields: object) -> Any:
    client = signed_in(user)
    path = f"{reverse('new_message')}?order={order.number}"
    return client.post(path, {"token": token_on(client.get(path)), **fields})


@pytest.mark.rule("RSN-8")
@pytest.mark.parametrize("topic", BUYER_TOPICS)
def test_a_buyer_picks_what_it_is_about(world: World, topic: str) -> None:
    order = OrderFactory.create(pair=world.pair)
    answer = new_message(world.buyer, order, topic=topic, text="A question.")
    assert answer.status_code == 302
    thread = Thread.objects.get(order=order)
    assert answer["Location"] == reverse("thread", args=[thread.pk])
    assert (thread.topic, thread.started_by) == (topic, Side.BUYER)


@pytest.mark.rule("RSN-8")
@pytest.mark.parametrize("topic", ["", "free money"])
def test_a_buyer_has_to_pick_one_of_them(world: World, topic: str) -> None:
    order = OrderFactory.create(pair=world.pair)
    answer = new_message(world.buyer, order, topic=topic, text="A question.")
    assert answer.status_code == 422
    assert "A question.</textarea>" in answer.content.decode()
    assert not Thread.objects.filter(order=order).exists()


@pytest.mark.rule("RSN-1", "RSN-4")
def test_the_page_offers_what_the_order_allows_and_says_why_not_the_rest(world: World) -> None:
    page = signed_in(world.owner).get(f"{reverse('new_message')}?order={world.order.number}").content.decode()
    offered = set(re.findall(r'name="reason" value="(\w+)"', page))
    assert offered == set(
        "delivery_scheduling unexpected_problem legal_disclosure invoice problem_with_order other".split()
    )
    off = re.findall(r'reason--off.*?<span class="why">([^<]+)</span>', page, flags=re.DOTALL)
    assert len(off) == len(REASONS) - len(offered)
    assert "No product in this order comes with a warranty." in off
    assert "Only after delivery." in off


@pytest.mark.rule("RSN-4")
def test_a_closed_window_says_since_when(world: World) -> None:
    delivered_at = timezone.now() - timedelta(days=31)
    order = OrderFactory.create(pair=world.pair, status="delivered", delivered_at=delivered_at)
    page = signed_in(world.owner).get(f"{reverse('new_message')}?order={order.number}").content.decode()
    assert re.findall(r'name="reason" value="(\w+)"', page) == ["legal_disclosure"]
    assert "Was possible until" in page


@pytest.mark.rule("RSN-1", "GATE-1")
def test_a_reason_that_is_not_offered_gets_the_gates_sentence(world: World) -> None:
    answer = new_message(world.owner, world.order, reason="review_request", text="")
    assert answer.status_code == 422
    assert "does not fit the order&#x27;s present state" in answer.content.decode()


@pytest.mark.rule("RSN-1", "RSN-5")
def test_a_seller_writes_with_a_reason_and_the_reason_decides_what_is_critical(world: World) -> None:
    answer = new_message(world.owner, world.order, reason="delivery_scheduling", text="Is Friday fine?")
    assert answer.status_code == 302
    message = Message.objects.order_by("-accepted_at").first()
    assert message is not None
    assert (message.reason, message.critical, message.proactive) == ("delivery_scheduling", True, True)
    assert message.thread_id != world.thread.pk  # Contact Buyer opens a new thread (BOX-1)


@pytest.mark.rule("RSN-1")
def test_writing_on_unasked_needs_a_reason_in_the_thread_too(world: World) -> None:
    began = write(
        world.pair, Side.SELLER, user=world.owner, order=world.order, reason="other", text="About it."
    )
    thread = Thread.objects.get(pk=began.thread_id)
    client = signed_in(world.owner)
    without = reply(client, thread, "And another thing.")
    assert without.status_code == 422
    assert "And another thing.</textarea>" in without.content.decode()
    assert reply(client, thread, "And another thing.", reason="other").status_code == 302
    write(world.pair, Side.BUYER, user=world.buyer, thread_id=thread.pk)
    assert reply(client, thread, "A reply needs none.").status_code == 302


# ---------------------------------------------------------------- the daily cap


@pytest.mark.rule("CAP-4")
@pytest.mark.parametrize(
    ("used", "cap", "warned", "spent"),
    [
        (79, 100, False, False),
        (80, 100, True, False),
        (99, 100, True, False),
        (100, 100, True, True),
        (80, 101, False, False),  # 79.2 %
        (81, 101, True, False),
    ],
)
def test_use_and_cap_are_shown_with_a_warning_from_80_percent(
    world: World, settings: object, used: int, cap: int, warned: bool, spent: bool
) -> None:
    setattr(settings, "DAILY_CAP_FACTOR", 0)  # noqa: B010 - the fixture takes any name
    setattr(settings, "DAILY_CAP_BASE", cap)  # noqa: B010
    day = local_day(world.pair.seller.marketplace, timezone.now())
    DailyUsage.objects.update_or_create(seller=world.pair.seller, day=day, defaults={"used": used})
    page = signed_in(world.owner).get(f"{reverse('new_message')}?order={world.order.number}").content.decode()
    assert f"{used} of {cap} messages today" in page
    assert ("At least 80 %" in page) is (warned and not spent)
    assert ("messages are used up" in page) is spent


# ---------------------------------------------------------------- what stands between the two


@pytest.mark.rule("ACC-8")
def test_who_blocks_a_seller_is_asked_to_unblock_first(world: World) -> None:
    world.pair.blocked_by_buyer_at = timezone.now()
    world.pair.save()
    for path in (
        reverse("thread", args=[world.thread.pk]),
        f"{reverse('new_message')}?order={world.order.number}",
    ):
        page = signed_in(world.buyer).get(path).content.decode()
        assert "unblock it first" in page
        assert "<textarea" not in page
        assert reverse("settings_privacy") in page


@pytest.mark.rule("ACC-6")
@pytest.mark.parametrize(("status", "form"), [("shipped", True), ("delivered", False)])
def test_a_seller_who_takes_no_messages_takes_those_about_open_orders(
    world: World, status: str, form: bool
) -> None:
    world.pair.seller.messaging_enabled = False
    world.pair.seller.save()
    order = OrderFactory.create(pair=world.pair, status=status, delivered_at=timezone.now())
    page = signed_in(world.buyer).get(f"{reverse('new_message')}?order={order.number}").content.decode()
    assert ("<textarea" in page) is form
    assert ("takes no messages" in page) is not form


@pytest.mark.rule("ACC-6", "GATE-3")
def test_a_buyer_may_answer_a_seller_who_takes_no_messages() -> None:
    """The page asks the gate, which lets replies in a thread that the seller began pass."""
    pair = PairFactory.create()
    order = OrderFactory.create(pair=pair, status="delivered", delivered_at=timezone.now())
    write(pair, Side.SELLER, user=seller_owner(pair.seller), order=order, reason="other", hours_ago=1)
    pair.seller.messaging_enabled = False
    pair.seller.save()
    path = f"{reverse('new_message')}?order={order.number}"
    assert "<textarea" in signed_in(pair.buyer.user).get(path).content.decode()
    assert new_message(pair.buyer.user, order, topic="other", text="A word.").status_code == 302


@pytest.mark.rule("OPT-1", "OPT-2")
def test_an_opted_out_buyer_gets_only_what_is_critical() -> None:
    pair = PairFactory.create(opted_out_at=timezone.now())
    order = OrderFactory.create(pair=pair)
    owner = seller_owner(pair.seller)
    refused = new_message(owner, order, reason="other", text="A word.")
    assert refused.status_code == 422
    assert "opted_out" in refused.content.decode()
    assert new_message(owner, order, reason="delivery_scheduling", text="Friday?").status_code == 302


# ---------------------------------------------------------------- the clock


@pytest.mark.rule("RSP-3")
def test_no_response_needed_and_its_undo_keep_the_due_time() -> None:
    pair = PairFactory.create()
    asked = write(pair, Side.BUYER, user=pair.buyer.user, order=OrderFactory.create(pair=pair), hours_ago=3)
    client = signed_in(seller_owner(pair.seller))
    contact = ResponseContact.objects.get(thread_id=asked.thread_id)
    args = [asked.thread_id]
    page = client.get(reverse("thread", args=args)).content.decode()
    assert "Due in 20 h" in page  # 24 h less the 3 that have passed, rounded down
    assert client.get(reverse("no_response_needed", args=args)).status_code == 405

    done = client.post(reverse("no_response_needed", args=args), follow=True).content.decode()
    assert "Marked as no response needed." in done
    assert reverse("response_needed", args=args) in done
    assert "Nobody is waiting for you" in client.get(reverse("inbox")).content.decode()

    undone = client.post(reverse("response_needed", args=args), follow=True).content.decode()
    assert "Due in 20 h" in undone
    again = ResponseContact.objects.get(pk=contact.pk)
    assert (again.outcome, again.due_at) == ("open", contact.due_at)


@pytest.mark.rule("RSP-3")
def test_marking_twice_and_undoing_nothing_say_so(world: World) -> None:
    client = signed_in(world.owner)
    args = [world.thread.pk]  # answered already
    marked = client.post(reverse("no_response_needed", args=args), follow=True).content.decode()
    undone = client.post(reverse("response_needed", args=args), follow=True).content.decode()
    assert "No response was due" in marked
    assert "nothing to undo" in undone


@pytest.mark.rule("SEC-3", "UX-5")
def test_a_form_of_another_sign_in_keeps_the_text(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.owner, backend="django.contrib.auth.backends.ModelBackend")
    before = Message.objects.count()
    path = reverse("thread", args=[world.thread.pk])
    answer = client.post(path, {"text": "Kept <words>", "token": "0" * 32})
    assert answer.status_code == 403
    assert "Kept &lt;words&gt;</textarea>" in answer.content.decode()
    assert Message.objects.count() == before

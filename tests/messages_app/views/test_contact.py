"""Contact Buyer and Contact Seller: what is offered and why not, what the other side gets (RSN-3, RSN-4)."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import Seller
from messages_app.models import Delivery, Message, Thread
from messages_app.policy.facts import Side
from messages_app.policy.reasons import REASONS
from orders.models import Order, Product
from tests.factories import (
    BuyerFactory,
    MembershipFactory,
    OrderFactory,
    PairFactory,
    SellerFactory,
    UserFactory,
    seller_owner,
)
from tests.messages_app.files.samples import pdf
from tests.messages_app.relay.mail_world import finished
from tests.messages_app.views.world import World, signed_in, write
from tests.visitors import visitor

pytestmark = pytest.mark.django_db


def new(world: World) -> str:
    return f"/messages/new/?order={world.order.number}"


def preview(world: World) -> str:
    return f"/messages/new/preview/?order={world.order.number}"


def offered(page: str) -> set[str]:
    return set(re.findall(r'name="reason" value="(\w+)"', page))


def words_of(page: str) -> str:
    """What stands in a page, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.mark.rule("UX-3", "RSN-8")
@pytest.mark.parametrize("status", Order.Status.values)
def test_a_buyer_sends_a_question_about_any_order_in_two_clicks(world: World, status: str) -> None:
    """One topic is chosen already, so that after Contact Seller only Send is left."""
    likely = {"cancelled": "refund", "returned": "refund", "delivered": "product_question"}
    Order.objects.filter(pk=world.order.pk).update(status=status)
    page = signed_in(world.buyer).get(new(world)).content.decode()
    assert re.findall(r'name="topic" value="(\w+)"[^>]* checked', page) == [likely.get(status, "where_is_it")]


@pytest.mark.rule("RSN-4", "RSN-1")
@pytest.mark.parametrize(
    ("fields", "off"),
    [
        ({"status": "pending"}, {"return_question": "Only after delivery", "invoice": "Unshipped"}),
        ({"status": "shipped"}, {"order_question": "Only before shipping", "warranty": "warranty"}),
        ({"status": "delivered"}, {"digital_access_key": "No product in this order is digital"}),
        ({"status": "cancelled"}, {"other": "Only"}),
    ],
    ids=["pending", "shipped", "delivered", "cancelled"],
)
def test_each_reason_is_offered_or_says_why_not(fields: dict[str, str], off: dict[str, str]) -> None:
    moments = {"delivered_at": timezone.now() - timedelta(days=2), "cancelled_at": timezone.now()}
    order = OrderFactory.create(pair=PairFactory.create(), **fields, **moments)
    answer = visitor(seller_owner(order.seller)).get(f"/messages/new/?order={order.number}")
    page = answer.content.decode()
    there = {found.reason.name for found in answer.context["form"].reasons if found.offered}
    assert offered(page) == there
    missing = page.split("reasons--after")[1]
    assert missing.count('class="why"') == len(REASONS) - len(there)
    for name, words in off.items():
        assert name not in there
        assert words in missing
    assert page.count("tag--warn") >= sum(
        found.reason.critical for found in answer.context["form"].reasons if found.offered
    )


@pytest.mark.rule("RSN-3", "ACC-10")
@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "An unexpected problem with the order"),
        ("fr", "Problème imprévu avec la commande"),
        ("it", "Problema imprevisto con l’ordine"),
        ("pl", "Nieoczekiwany problem z zamówieniem"),
        ("de", "Unerwartetes Problem mit der Bestellung"),
        ("es", "Problema inesperado con el pedido"),
    ],
    ids=["en", "fr", "it", "pl", "de", "es"],
)
def test_the_preview_is_the_mail_that_goes_out(world: World, language: str, title: str) -> None:
    """Whatever the author's language: every part that the preview shows stands in the finished mail."""
    world.buyer.language = language
    world.buyer.save()
    owner = signed_in(world.owner)
    said = {"reason": "unexpected_problem", "text": "Dear Hannah,\r\nthe last one is <b>gone</b>."}
    shown = owner.post(preview(world), said)
    found = shown.context["preview"]
    assert shown.status_code == 200
    assert f'lang="{language}"' in shown.content.decode()
    Delivery.objects.all().delete()
    sent = owner.post(new(world), {**said, "token": uuid.uuid4().hex})
    assert sent.status_code == 302, sent.content
    (one,) = finished()
    mail = message_from_bytes(one.mail, policy=policy.default)
    assert mail["Subject"] == found.subject == f"{title}, {world.order.number}"
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    page = found.page
    for words in (page.title, page.brand, page.about, *(line for line in page.small_print)):
        assert words in text
    assert "the last one is <b>gone</b>." in text
    assert page.words["text"] == "Dear Hannah,\nthe last one is <b>gone</b>."
    assert "&lt;b&gt;gone&lt;/b&gt;" in shown.content.decode()


@pytest.mark.rule("RSN-8", "ACC-10")
@pytest.mark.parametrize(
    ("about_order", "subject"), [(True, "Wo bleibt die Bestellung?, {}"), (False, "Frage zum Produkt")]
)
def test_a_buyers_words_reach_a_seller_under_a_subject_in_the_sellers_language(
    world: World, about_order: bool, subject: str
) -> None:
    seller = world.pair.seller
    Seller.objects.filter(pk=seller.pk).update(language="de")
    world.buyer.language = "fr"
    world.buyer.save()
    Delivery.objects.all().delete()
    path = new(world) if about_order else reverse("ask_question", args=[seller.slug])
    said = {"topic": "where_is_it" if about_order else "product_question", "text": "Bonjour, merci."}
    sent = signed_in(world.buyer).post(path, {**said, "token": uuid.uuid4().hex})
    assert sent.status_code == 302
    (one,) = finished()
    mail = message_from_bytes(one.mail, policy=policy.default)
    assert mail["Subject"] == subject.format(world.order.number)


@pytest.mark.rule("SEC-1", "ACC-3")
@pytest.mark.parametrize(("own", "status"), [(True, 403), (False, 404)])
def test_who_may_not_write_learns_nothing_of_others_orders(world: World, own: bool, status: int) -> None:
    order = world.order if own else OrderFactory.create()
    path = f"/messages/new/preview/?order={order.number}"
    assert signed_in(world.reader).post(path, {"reason": "other", "text": "x"}).status_code == status


@pytest.mark.rule("RSN-3", "SEC-2", "ACC-9")
def test_a_preview_gives_nothing_of_the_buyers_away(world: World) -> None:
    """Neither the buyer's own links, nor whether a name or an address is theirs."""
    owner = signed_in(world.owner)
    secrets = f"{world.buyer.full_name} {world.buyer.email}"
    page = owner.post(preview(world), {"reason": "unexpected_problem", "text": secrets}).content.decode()
    assert secrets in page
    assert "<a " not in page
    assert "http" not in page
    assert not Message.objects.filter(reason="unexpected_problem").exists()
    no_guess = owner.get(new(world)).content.decode()
    assert world.buyer.full_name not in no_guess
    assert world.buyer.email not in no_guess


@pytest.mark.rule("RSN-3")
def test_a_preview_needs_a_reason_and_stores_nothing(world: World) -> None:
    owner = signed_in(world.owner)
    before = (Message.objects.count(), Thread.objects.count())
    for said in ({}, {"reason": "nonsense", "text": "x"}, {"reason": "", "text": "x"}):
        assert "Choose why you are writing" in owner.post(preview(world), said).content.decode()
    assert (
        "x" * 100 not in owner.post(preview(world), {"reason": "invoice", "text": "x" * 100}).content.decode()
    )
    assert (Message.objects.count(), Thread.objects.count()) == before


@pytest.mark.rule("RSN-3", "UX-7")
def test_without_scripts_a_button_shows_the_preview_and_keeps_the_text(world: World) -> None:
    said = {"reason": "other", "text": "Dear Hannah", "token": uuid.uuid4().hex, "preview": "yes"}
    answer = signed_in(world.owner).post(new(world), said)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "preview__body" in page
    assert re.search(r"<textarea[^>]*>Dear Hannah</textarea>", page)
    assert not Message.objects.filter(reason="other").exists()


@pytest.fixture
def warranted(world: World) -> World:
    """The order comes with a warranty, and a paper about it can be sent."""
    bought = world.order.lines.values("product")
    Product.objects.filter(pk__in=bought).update(warranty=True)
    return world


def warranty(begins: str, ends: str) -> dict[str, object]:
    paper = SimpleUploadedFile("warranty.pdf", pdf())
    days = {"covers_from": begins, "covers_until": ends}
    return {"reason": "warranty", "token": uuid.uuid4().hex, "files": [paper], **days}


@pytest.mark.rule("RSN-1", "RSN-3", "ACC-10")
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "The warranty runs from 1 March 2026 to 29 February 2028."),
        ("de", "Die Garantie gilt vom 1. März 2026 bis zum 29. Februar 2028."),
        ("es", "La garantía es válida desde el 1 de marzo de 2026 hasta el 29 de febrero de 2028."),
        ("fr", "La garantie court du 1er mars 2026 au 29 février 2028."),
        ("it", "Validità della garanzia: 1 marzo 2026 – 29 febbraio 2028."),
        ("pl", "Gwarancja obowiązuje od 1 marca 2026 do 29 lutego 2028."),
    ],
    ids=["en", "de", "es", "fr", "it", "pl"],
)
def test_a_warranty_says_from_when_to_when_it_runs(warranted: World, language: str, words: str) -> None:
    """Before it is sent, in the mail, and in the conversation; in the buyer's language."""
    warranted.buyer.language = language
    warranted.buyer.save()
    owner = signed_in(warranted.owner)
    said = warranty("2026-03-01", "2028-02-29")
    shown = owner.post(preview(warranted), {**said, "files": []}).content.decode()
    assert words in shown
    Delivery.objects.all().delete()
    sent = owner.post(new(warranted), said)
    assert sent.status_code == 302
    (one,) = finished()
    body = message_from_bytes(one.mail, policy=policy.default).get_body(("plain",))
    assert body is not None
    assert words in " ".join(body.get_content().split())
    assert words in signed_in(warranted.buyer).get(sent["Location"]).content.decode()


@pytest.mark.rule("RSN-1", "GATE-2")
@pytest.mark.parametrize(
    ("begins", "ends", "words"),
    [
        ("2026-03-01", "2026-02-28", "would end on 28 February 2026, before it begins on 1 March 2026"),
        ("", "2026-02-28", "needs the first and the last day of the warranty"),
        ("2026-03-01", "", "needs the first and the last day of the warranty"),
        ("", "", "needs the first and the last day of the warranty"),
        ("2026-02-29", "2026-03-01", "Enter a valid date"),
        ("2026-03-01", "2026-03-01", ""),
    ],
    ids=["reversed", "no-first-day", "no-last-day", "neither", "no-day-of-the-calendar", "one-day"],
)
def test_the_days_of_a_warranty_are_asked_for(warranted: World, begins: str, ends: str, words: str) -> None:
    owner = signed_in(warranted.owner)
    assert 'name="covers_from"' in owner.get(new(warranted)).content.decode()
    answer = owner.post(new(warranted), warranty(begins, ends))
    page = answer.content.decode()
    assert answer.status_code == (422 if words else 302)
    assert words in page
    if words:
        assert f'name="covers_from" value="{begins}"' in page
        assert f'name="covers_until" value="{ends}"' in page


@pytest.mark.rule("GATE-5", "RSN-1")
def test_other_days_under_the_same_ticket_are_another_message(warranted: World) -> None:
    """The same click again is none: a browser may fill a form anew with its ticket (test_sending)."""
    owner = signed_in(warranted.owner)
    ticket = uuid.uuid4().hex
    sent = [
        owner.post(new(warranted), {**warranty("2026-03-01", ends), "token": ticket})["Location"]
        for ends in ("2028-02-29", "2029-02-28", "2028-02-29")
    ]
    assert sent[0] == sent[2] != sent[1]
    assert Message.objects.filter(reason="warranty").count() == 2


@pytest.mark.rule("RSN-1")
def test_days_in_a_field_of_another_reason_say_nothing(warranted: World) -> None:
    owner = signed_in(warranted.owner)
    said = {
        **warranty("2026-03-01", "2026-02-28"),
        "reason": "other",
        "text": "It leaves today.",
        "files": [],
    }
    assert "The warranty runs" not in owner.post(preview(warranted), said).content.decode()
    sent = owner.post(new(warranted), said)
    assert sent.status_code == 302
    assert "The warranty" not in owner.get(sent["Location"]).content.decode().split("conversation-list")[1]


@pytest.mark.rule("RSN-1", "BOX-9", "GATE-3")
def test_the_days_of_a_warranty_wait_in_the_draft(warranted: World) -> None:
    owner = signed_in(warranted.owner)
    desk = f"?order={warranted.order.number}"
    days = {"reason": "warranty", "covers_from": "2026-03-01", "covers_until": "2026-02-28"}
    assert owner.post(reverse("draft") + desk, days, headers={"X-Requested-With": "fetch"}).status_code == 200
    page = owner.get(new(warranted)).content.decode()
    assert 'name="covers_from" value="2026-03-01"' in page
    assert 'name="covers_until" value="2026-02-28"' in page
    assert re.search(r'value="warranty"[^>]* checked', page)
    assert "dates_reversed" in owner.post(reverse("hints") + desk, days).content.decode()


@pytest.mark.rule("RSN-1", "RSN-3", "GATE-3")
@pytest.mark.parametrize(
    ("begins", "ends", "words"),
    [
        (
            "2026-03-01",
            "2026-02-28",
            "before it begins on 1 March 2026. Correct the days, then send the message.",
        ),
        (
            "",
            "2026-02-28",
            "needs the first and the last day of the warranty. Enter both, then send the message.",
        ),
        (
            "2026-03-01",
            "",
            "needs the first and the last day of the warranty. Enter both, then send the message.",
        ),
        ("", "", ""),
        ("2026-03-01", "2026-03-01", ""),
    ],
    ids=["reversed", "no-first-day", "no-last-day", "neither", "one-day"],
)
def test_days_that_are_no_coverage_are_told_without_text_and_make_no_letter(
    warranted: World, begins: str, ends: str, words: str
) -> None:
    """Nobody is warned of what they have not begun to fill in, nor told that all is well."""
    owner, desk = signed_in(warranted.owner), f"?order={warranted.order.number}"
    days = {"reason": "warranty", "covers_from": begins, "covers_until": ends}
    hinted = owner.post(reverse("hints") + desk, days).content.decode()
    shown = owner.post(preview(warranted), days).content.decode()
    assert bool(hinted.strip()) is bool(words)
    assert words in hinted
    assert words in shown
    assert ("preview__subject" in shown) is not bool(words)


@pytest.fixture
def begun(world: World) -> Thread:
    """A thread of the seller's in which the buyer has not written."""
    first = write(
        world.pair, Side.SELLER, user=world.owner, order=world.order, reason="other", text="One thing more."
    )
    return Thread.objects.get(pk=first.thread_id)


@pytest.mark.rule("RSN-3", "ACC-10")
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_preview_in_a_thread_is_the_mail_that_goes_out(
    world: World, begun: Thread, language: str
) -> None:
    world.buyer.language = language
    world.buyer.save()
    owner = signed_in(world.owner)
    path = f"/messages/{begun.pk}/"
    page = owner.get(path).content.decode()
    assert f'data-preview="/messages/new/preview/?thread={begun.pk}"' in page
    assert "Choose why you are writing" in page
    said = {"reason": "unexpected_problem", "text": "The last one is gone."}
    shown = owner.post(f"/messages/new/preview/?thread={begun.pk}", said)
    found = shown.context["preview"]
    Delivery.objects.all().delete()
    assert owner.post(path, {**said, "token": uuid.uuid4().hex}).status_code == 302
    (one,) = finished()
    mail = message_from_bytes(one.mail, policy=policy.default)
    assert mail["Subject"] == found.subject
    body = mail.get_body(("plain",))
    assert body is not None
    letter = found.page.words["letter"]
    for words in (
        found.page.title,
        letter.greeting,
        letter.opening,
        "The last one is gone.",
        letter.farewell,
    ):
        assert words in body.get_content()
        assert words in shown.content.decode()


@pytest.mark.rule("RSN-3", "UX-7")
def test_in_a_thread_a_button_shows_the_preview_without_scripts(world: World, begun: Thread) -> None:
    said = {"reason": "other", "text": "Dear Hannah", "token": uuid.uuid4().hex, "preview": "yes"}
    before = Message.objects.count()
    answer = signed_in(world.owner).post(f"/messages/{begun.pk}/", said)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "preview__body" in page
    assert re.search(r"<textarea[^>]*>Dear Hannah</textarea>", page)
    assert re.search(r'<option value="other" selected', page)
    assert Message.objects.count() == before


@pytest.mark.rule("RSN-3")
def test_an_answer_has_no_preview(world: World) -> None:
    owner = signed_in(world.owner)
    assert "data-preview" not in owner.get(f"/messages/{world.thread.pk}/").content.decode()
    assert (
        owner.post(f"/messages/new/preview/?thread={world.thread.pk}", {"reason": "other"}).status_code == 404
    )


@pytest.mark.rule("SEC-1", "ACC-3")
def test_who_may_ask_for_a_preview_in_a_thread(world: World, begun: Thread) -> None:
    path = f"/messages/new/preview/?thread={begun.pk}"
    people = [(world.owner, 200), (world.reader, 403), (world.buyer, 404), (world.stranger, 404)]
    for user, status in [*people, (world.rival, 404), (None, 302)]:
        assert signed_in(user).post(path, {"reason": "other", "text": "x"}).status_code == status


@pytest.mark.rule("SEC-1", "ACC-3")
def test_who_may_ask_for_a_preview(world: World) -> None:
    said = {"reason": "other", "text": "x"}
    for user, status in [
        (world.owner, 200),
        (world.reader, 403),
        (world.buyer, 404),
        (world.stranger, 404),
        (world.rival, 404),
        (None, 302),
    ]:
        assert signed_in(user).post(preview(world), said).status_code == status
    assert signed_in(world.owner).get(preview(world)).status_code == 405


@pytest.mark.rule("OPT-1", "ACC-7", "ACC-8")
@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("opted_out_at", "switched off unsolicited messages"),
        ("blocked_by_buyer_at", "has blocked your seller"),
    ],
)
def test_who_is_not_reached_is_told_before_anybody_writes(world: World, field: str, words: str) -> None:
    owner = signed_in(world.owner)
    assert words not in owner.get(new(world)).content.decode()
    setattr(world.pair, field, timezone.now())
    world.pair.save()
    assert words in owner.get(new(world)).content.decode()


@pytest.mark.rule("BOX-1", "RSN-8")
def test_contact_seller_says_that_it_goes_on_in_the_conversation(world: World) -> None:
    buyer = signed_in(world.buyer)
    page = buyer.get(new(world)).content.decode()
    assert "This goes on in your conversation" in page
    assert f"/messages/{world.thread.pk}/" in page
    buyer.post(new(world), {"topic": "refund", "text": "And the lid?", "token": uuid.uuid4().hex})
    assert Thread.objects.filter(order=world.order, kind="conversation").count() == 1
    other = OrderFactory.create(pair=world.pair)
    assert "This goes on" not in buyer.get(f"/messages/new/?order={other.number}").content.decode()


@pytest.mark.rule("RSN-8")
def test_a_thread_that_the_buyer_does_not_see_is_not_named() -> None:
    """What the gate blocked of the seller's is nothing to go on with."""
    pair = PairFactory.create()
    order = OrderFactory.create(pair=pair)
    write(
        pair, Side.SELLER, user=seller_owner(pair.seller), order=order, reason="other", text="me@shop.example"
    )
    page = signed_in(pair.buyer.user).get(f"/messages/new/?order={order.number}").content.decode()
    assert "This goes on" not in page


@pytest.mark.rule("ORD-2", "UX-3")
def test_lists_lead_to_writing_and_to_what_was_said(world: World) -> None:
    seller, buyer = signed_in(world.owner), signed_in(world.buyer)
    for client in (seller, buyer):
        for path in ("/orders/", f"/orders/{world.order.number}/"):
            page = client.get(path).content.decode()
            assert f'href="{new(world)}"' in page
            assert f"/messages/{world.thread.pk}/" in page
    write(world.pair, Side.BUYER, user=world.buyer, thread_id=world.thread.pk, text="Anybody?")
    for path in ("/orders/", f"/orders/{world.order.number}/"):
        assert "Due in 23 h" in words_of(seller.get(path).content.decode())
        assert "Due in" not in words_of(buyer.get(path).content.decode())
    assert "/messages/new/" not in signed_in(world.reader).get("/orders/").content.decode()


@pytest.mark.rule("ORD-2", "SEC-1")
def test_an_order_lists_what_its_reader_may_see(world: World) -> None:
    write(
        world.pair,
        Side.SELLER,
        user=world.owner,
        order=world.order,
        reason="other",
        text="Call 0163 2960 871 or me@x.example",
    )
    seller = signed_in(world.owner).get(f"/orders/{world.order.number}/")
    buyer = signed_in(world.buyer).get(f"/orders/{world.order.number}/")
    assert len(seller.context["threads"]) == 2
    assert "Not sent" in words_of(seller.content.decode())
    assert [thread.id for thread in buyer.context["threads"]] == [world.thread.pk]
    assert "me@x.example" not in buyer.content.decode()


@pytest.mark.rule("ORD-2", "GATE-2")
@pytest.mark.parametrize(
    ("state", "icon", "words"), [("held", "#held", "Held"), ("blocked", "#blocked", "Not sent")]
)
def test_an_order_says_what_became_of_a_message(world: World, state: str, icon: str, words: str) -> None:
    """What a moderator rejected waits for nobody any more."""
    begun = write(
        world.pair, Side.SELLER, user=world.owner, order=world.order, reason="other", text="me@x.example"
    )
    Message.objects.filter(pk=begun.message_id).update(state=state)
    page = signed_in(world.owner).get(f"/orders/{world.order.number}/").content.decode()
    listed = page.split(f'href="/messages/{begun.thread_id}/"')[1].split("</a>")[0]
    assert words in words_of(listed)
    assert f'{icon}"' in listed


@pytest.mark.rule("UX-5", "ACC-3")
@pytest.mark.parametrize("can_read", [True, False])
def test_who_may_answer_but_not_read_is_told_of_success_where_they_may_be(
    world: World, can_read: bool
) -> None:
    writer = UserFactory.create()
    MembershipFactory.create(user=writer, seller=world.pair.seller, can_read=can_read, can_reply=True)
    said = {"reason": "other", "text": "It leaves today.", "token": uuid.uuid4().hex}
    answer = signed_in(writer).post(new(world), said, follow=True)
    assert answer.status_code == 200
    assert "Your message was sent." in answer.content.decode()
    assert ("It leaves today." in answer.content.decode()) is can_read


def test_no_order_of_strangers_can_be_written_about() -> None:
    order = OrderFactory.create()
    reader = MembershipFactory.create(seller=order.seller)
    for client, status in [
        (visitor(BuyerFactory.create().user), 404),
        (visitor(seller_owner(SellerFactory.create())), 404),
        (visitor(reader.user), 403),
        (visitor(), 302),
    ]:
        assert client.get(f"/messages/new/?order={order.number}").status_code == status

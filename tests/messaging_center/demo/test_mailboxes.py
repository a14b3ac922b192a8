"""The demo mailboxes: the very bytes, shown harmlessly, and answers through a real mail door."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from email.message import Message as ParsedMessage

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Pair
from accounts.queries.pairs import alias_of
from messages_app.models import Delivery
from messages_app.policy.facts import Side
from messages_app.relay.send import send_due
from messages_app.services.sending import rendered_mail
from messages_app.services.submission import SubmittedFile
from messaging_center.demo_mailboxes import mailboxes
from messaging_center.demo_mailboxes.mailboxes import mailbox_key
from tests.factories import AuthorizedAddressFactory, PairFactory
from tests.messages_app.files.samples import image
from tests.messages_app.relay.mail_world import (
    BUYER_ADDRESS,
    SELLER_ADDRESS,
    Sink,
    body,
    header,
    order_for,
    pair_of_two,
    running,
    say,
)

pytestmark = pytest.mark.django_db

PICTURE = SubmittedFile(name="lid.png", content=image("PNG"), content_id="pic1", inline=True)


@pytest.fixture
def pair() -> Pair:
    return pair_of_two()


@pytest.fixture
def question(pair: Pair) -> Delivery:
    """A buyer's mail with a picture and a file, as it lies in the seller's mailbox."""
    say(
        pair,
        Side.BUYER,
        "My lid is cracked, see https://elsewhere.example/x.",
        html='<p>My lid is <b>cracked</b>: <img src="cid:pic1"> <img src="https://spy.example/p.png"></p>',
        files=(PICTURE, SubmittedFile(name="note.txt", content=b"Noted on Monday.\n")),
        order_id=order_for(pair).pk,
        now=timezone.now(),
    )
    return sent()


def sent() -> Delivery:
    """Sends what is due; the newest of it."""
    send_due(50)
    return Delivery.objects.select_related("key").latest("pk")


@pytest.fixture
def door(settings: Settings) -> Iterator[Sink]:
    """A real SMTP server where the mail door would be."""
    sink = Sink()
    with running(sink) as port:
        settings.SMTP_PORT = port
        yield sink


def page(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_everybody_has_a_mailbox_and_no_link_holds_an_address(client: Client, question: Delivery) -> None:
    shown = page(client, "demo_mailboxes")
    assert SELLER_ADDRESS in shown
    assert BUYER_ADDRESS in shown  # without mail so far
    links = re.findall(r'href="(/demo/[^"]*)"', shown)
    assert reverse("demo_mailbox", args=[mailbox_key(SELLER_ADDRESS)]) in links
    assert not any("@" in link or "%40" in link for link in links)
    box = page(client, "demo_mailbox", mailbox_key(SELLER_ADDRESS))
    assert reverse("demo_mail", args=[question.pk]) in box
    assert "Hannah W." in box


@pytest.mark.rule("MAIL-17")
def test_the_source_is_what_smtp_would_carry(client: Client, question: Delivery) -> None:
    stored = rendered_mail(question)
    assert stored
    downloaded = client.get(reverse("demo_mail_source", args=[question.pk]))
    assert downloaded.content == stored
    assert downloaded["Content-Disposition"].startswith("attachment")
    shown = page(client, "demo_mail", question.pk)
    assert f"Message-ID: {email.message_from_bytes(stored)['Message-ID']}".replace("<", "&lt;").replace(
        ">", "&gt;"
    ) in re.sub(r"\n\s+", " ", shown)
    assert BUYER_ADDRESS not in stored.decode("ascii")


@pytest.mark.rule("SEC-3", "MAIL-18")
def test_the_html_is_shown_in_a_sandbox_with_its_own_images_alone(client: Client, question: Delivery) -> None:
    answer = client.get(reverse("demo_mail_html", args=[question.pk]))
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "script" not in policy
    assert "http" not in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    html = answer.content.decode()
    assert '<base target="_blank">' in html
    assert "spy.example" not in html
    (link,) = re.findall(r'src="(/demo/mailboxes/mail/[^"]+)"', html)
    picture = client.get(link)
    assert (picture["Content-Type"], picture.content[:4]) == ("image/png", b"\x89PNG")
    frame = re.search(r"<iframe[^>]*>", page(client, "demo_mail", question.pk))
    assert frame
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in frame[0]


@pytest.mark.rule("ATT-6")
def test_files_are_downloads_that_nothing_can_run(client: Client, question: Delivery) -> None:
    shown = page(client, "demo_mail", question.pk)
    (link,) = re.findall(r'class="file" href="([^"]+)"', shown)
    file = client.get(link)
    assert file.content == b"Noted on Monday.\n"
    assert file["Content-Type"] == "application/octet-stream"
    assert file["Content-Disposition"] == 'attachment; filename="note.txt"'
    assert file["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert file["X-Content-Type-Options"] == "nosniff"
    assert client.get(link.replace("/parts/", "/parts/99")).status_code == 404


def test_a_reply_goes_over_tcp_as_a_mail_program_writes_it(
    client: Client, pair: Pair, question: Delivery, door: Sink
) -> None:
    stored = email.message_from_bytes(rendered_mail(question) or b"")
    note = SimpleUploadedFile("label.txt", b"Return label\n", "text/plain")
    data = {"sender": SELLER_ADDRESS, "text": "A new lid is on its way.\r\nAna", "file": note}
    answer = client.post(reverse("demo_mail", args=[question.pk]), data, follow=True)
    assert "The mail door took it: 250 2.0.0 taken as 4711" in answer.content.decode()
    (received,) = door.received
    assert (received.sender, received.recipient) == (SELLER_ADDRESS, alias_of(pair, "buyer"))
    reply = email.message_from_bytes(received.content)
    assert header(reply, "From").endswith(f"<{SELLER_ADDRESS}>") or header(reply, "From") == SELLER_ADDRESS
    assert header(reply, "Subject") == f"Re: {header(stored, 'Subject')}"
    assert reply["In-Reply-To"] == stored["Message-ID"]
    assert reply["References"].split()[-1] == stored["Message-ID"]
    text = body(reply, "plain")
    assert text.startswith("A new lid is on its way.\nAna\n\nOn ")
    assert f"Hannah W. <{alias_of(pair, 'buyer')}> wrote:\n> " in text
    assert "\n> My lid is cracked" in text
    assert "<blockquote" in body(reply, "html")
    assert file_of(reply) == ("label.txt", b"Return label\n")


def file_of(mail: ParsedMessage) -> tuple[str | None, bytes]:
    part = next(part for part in mail.walk() if part.get_filename())
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return part.get_filename(), content


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", " wrote:"),
        ("fr", " a écrit :"),
        ("it", " ha scritto:"),
        ("pl", " napisał(a):"),
        ("de", "schrieb "),
        ("es", " escribió:"),
    ],
)
def test_the_quote_is_introduced_in_the_writers_language(
    client: Client, pair: Pair, question: Delivery, door: Sink, language: str, words: str
) -> None:
    user = pair.buyer.user
    user.language = language
    user.save()
    say(pair, Side.SELLER, "A new lid leaves today.", thread_id=question.message.thread_id)  # type: ignore[union-attr]
    data = {"sender": BUYER_ADDRESS, "text": "Merci / Danke"}
    client.post(reverse("demo_mail", args=[sent().pk]), data)
    assert words in body(email.message_from_bytes(door.received[0].content), "plain")


def test_what_the_door_refuses_is_shown_and_the_text_kept(
    client: Client, question: Delivery, settings: Settings, door: Sink
) -> None:
    door.answer = lambda _recipient: "550 5.1.1 No such alias here"
    data = {"sender": SELLER_ADDRESS, "text": "Where did you buy it?"}
    refused = client.post(reverse("demo_mail", args=[question.pk]), data).content.decode()
    assert "550 5.1.1 No such alias here" in refused
    assert "Where did you buy it?" in refused
    settings.SMTP_PORT = 1
    silent = client.post(reverse("demo_mail", args=[question.pk]), data).content.decode()
    assert "The mail door does not answer." in silent
    assert door.received == []


def test_senders_to_choose_from_are_the_persons_own_and_a_stranger(
    client: Client, pair: Pair, question: Delivery, door: Sink
) -> None:
    AuthorizedAddressFactory.create(seller=pair.seller, address="second@alderpine.example")
    AuthorizedAddressFactory.create(seller=PairFactory.create().seller, address="other@shop.example")
    owner = pair.seller.memberships.get().user.email
    say(pair, Side.SELLER, "Hello", thread_id=question.message.thread_id)  # type: ignore[union-attr]
    shown = page(client, "demo_new_mail", mailbox_key(owner))
    offered = re.findall(r'<option value="([^"]+)"', shown)
    assert offered == [owner, SELLER_ADDRESS, "second@alderpine.example", "stranger@elsewhere.example"]
    data = {"sender": "ceo@bank.example", "text": "Hello"}
    client.post(reverse("demo_mail", args=[question.pk]), data)
    assert door.received == []


def test_a_new_mail_goes_to_any_alias(client: Client, pair: Pair, door: Sink) -> None:
    shown = page(client, "demo_new_mail", mailbox_key(BUYER_ADDRESS))
    assert alias_of(pair, "seller") in shown
    assert alias_of(pair, "buyer") not in shown
    url = reverse("demo_new_mail", args=[mailbox_key(BUYER_ADDRESS)])
    data = {
        "sender": BUYER_ADDRESS,
        "recipient": alias_of(pair, "seller"),
        "subject": "Żółta lampa",
        "text": "Is it in stock?",
    }
    assert client.post(url, data).status_code == 302
    mail = email.message_from_bytes(door.received[0].content)
    assert door.received[0].recipient == alias_of(pair, "seller")
    assert (header(mail, "Subject"), mail["In-Reply-To"]) == ("Żółta lampa", None)
    assert header(mail, "From") == f"Hannah Winter <{BUYER_ADDRESS}>"


def test_pages_go_on_where_the_last_one_ended(
    client: Client, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailboxes, "PAGE", 2)
    monkeypatch.setattr("messaging_center.demo_mailboxes.views.PAGE", 2)
    for number in range(5):
        say(pair, Side.BUYER, f"Question {number}", now=timezone.now())
    send_due(50)
    key, query = mailbox_key(SELLER_ADDRESS), dict[str, str]()
    seen: list[str] = []
    for _ in range(3):
        shown = page(client, "demo_mailbox", key, **query)
        seen += re.findall(r'href="/demo/mailboxes/mail/([0-9a-f-]+)/"', shown)
        older = re.search(r'href="\?before=([^"]+)"', shown)
        query = {"before": older[1]} if older else {}
    assert query == {}
    newest_first = Delivery.objects.order_by("-sent_at", "-pk").values_list("pk", flat=True)
    assert seen == [str(pk) for pk in newest_first]


def test_mailboxes_go_on_where_the_last_page_ended(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailboxes, "PAGE", 2)
    monkeypatch.setattr("messaging_center.demo_mailboxes.views.PAGE", 2)
    owners = set()
    for _ in range(5):
        one = PairFactory.create()
        say(one, Side.BUYER, "Hello", now=timezone.now())
        owners.add(one.seller.customer_service_address)
    send_due(50)  # all within one moment: the address decides between them
    seen, query = list[str](), dict[str, str]()
    for _ in range(3):
        found = mailboxes.mailboxes_with_mail(query.get("after", ""))
        seen += [box.address for box in found[:2]]
        query = {"after": found[1].key} if len(found) > 2 else {}
    assert (set(seen), len(seen), query) == (owners, 5, {})


def test_there_are_no_mailboxes_where_mail_goes_to_people(
    client: Client, question: Delivery, settings: Settings
) -> None:
    settings.DEMO_MAILBOXES = False
    key = mailbox_key(SELLER_ADDRESS)
    for name, args in (
        ("demo_mailboxes", []),
        ("demo_mailbox", [key]),
        ("demo_new_mail", [key]),
        ("demo_mail", [question.pk]),
        ("demo_mail_html", [question.pk]),
        ("demo_mail_source", [question.pk]),
        ("demo_mail_part", [question.pk, 1]),
    ):
        assert client.get(reverse(name, args=args)).status_code == 404
    assert client.post(reverse("demo_mail", args=[question.pk]), {}).status_code == 404


def test_what_is_no_mailbox_is_a_404(client: Client, question: Delivery) -> None:
    assert client.get(reverse("demo_mailbox", args=["00"])).status_code == 404
    box = reverse("demo_mailbox", args=[mailbox_key(SELLER_ADDRESS)])
    assert client.get(box, {"before": "no id"}).status_code == 404
    Delivery.objects.update(state=Delivery.State.HELD)  # by the leak gate: it never left
    assert client.get(reverse("demo_mail", args=[question.pk])).status_code == 404

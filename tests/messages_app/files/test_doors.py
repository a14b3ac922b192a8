"""Every kind of file, by form and by mail: the same answer, and nothing about its author reaches the other
side (ATT-2 to ATT-4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Pair
from accounts.queries.pairs import alias_of
from messages_app.files.kinds import Problem
from messages_app.mail.evidence import Evidence
from messages_app.models import Attachment, Delivery, Message
from messages_app.policy.facts import Side
from messages_app.services.submission import SubmittedFile
from messages_app.vault.keys import open_key
from messages_app.vault.values import open_json
from tests.factories import OrderFactory, PairFactory, seller_owner
from tests.messages_app.files import personal, samples
from tests.messages_app.files.personal import FILES, tells
from tests.messages_app.files.samples import SOUND, action, annotation, names, text_object
from tests.messages_app.relay.inbound_world import arrive
from tests.messages_app.relay.mail_world import mail_to
from tests.messages_app.services.gate import codes, mail, page, send
from tests.messages_app.views.world import signed_in, write

pytestmark = [pytest.mark.django_db, pytest.mark.rule("ATT-2", "ATT-3")]

FIELD = "<w:r><w:instrText>{}</w:instrText></w:r>"
BAD: dict[str, tuple[str, bytes, Problem]] = {
    "empty": ("empty.txt", b"", Problem.EMPTY),
    "program": ("invoice.pdf", b"MZ\x90\0" + bytes(600), Problem.NOT_ALLOWED_TYPE),
    "page": ("page.html", b"<html></html>", Problem.NOT_ALLOWED_TYPE),
    "web page as text": ("page.txt", b"<html><script>go()</script></html>", Problem.SCRIPT),
    "archive": ("files.docx", samples.zipped([("a.txt", b"text")]), Problem.NOT_ALLOWED_TYPE),
    "other type": ("photo.png", SOUND["photo.jpg"], Problem.NAME_MISMATCH),
    "hidden extension": ("manual.exe.pdf", SOUND["manual.pdf"], Problem.DANGEROUS_NAME),
    "two types": ("icon.gif", SOUND["icon.gif"] + samples.zipped([("a", b"b")]), Problem.TWO_TYPES),
    "cut": ("photo.jpg", SOUND["photo.jpg"][:-40], Problem.DAMAGED),
    "pixels": ("huge.png", samples.png_of_size(10_000, 5_001), Problem.TOO_MANY_PIXELS),
    "pdf password": ("a.pdf", samples.pdf(password="x"), Problem.ENCRYPTED),
    "pdf script": (
        "a.pdf",
        samples.pdf(catalog={"OpenAction": action("JavaScript", JS=text_object("go()"))}),
        Problem.SCRIPT,
    ),
    "pdf launch": (
        "a.pdf",
        samples.pdf(page={"AA": names(O=action("Launch", F=text_object("cmd")))}),
        Problem.ACTION,
    ),
    "pdf form": (
        "a.pdf",
        samples.pdf(page={"Annots": annotation("Link", A=action("SubmitForm"))}),
        Problem.ACTION,
    ),
    "pdf file": ("a.pdf", samples.pdf(attached={"a.exe": b"MZ"}), Problem.EMBEDDED),
    "docx macro": ("a.docx", samples.word_with({"word/vbaProject.bin": b"x"}), Problem.MACRO),
    "docx object": ("a.docx", samples.word_with({"word/embeddings/a.bin": b"x"}), Problem.EMBEDDED),
    "docx dde": (
        "a.docx",
        samples.word_with_field(FIELD.format("DD") + FIELD.format("EAUTO cmd")),
        Problem.ACTION,
    ),
    "docx picture": (
        "a.docx",
        samples.word_related("image", "https://example.test/a.png", outside=True),
        Problem.REMOTE,
    ),
    "docx template": (
        "a.docx",
        samples.word_related("attachedTemplate", "https://example.test/a.dotm", outside=True),
        Problem.REMOTE,
    ),
    "docx field picture": (
        "a.docx",
        samples.word_with_field(FIELD.format('INCLUDEPICTURE "https://example.test/a.png" \\d')),
        Problem.REMOTE,
    ),
    "docx dtd": (
        "a.docx",
        samples.word_with({"customXml/a.xml": b'<!DOCTYPE a SYSTEM "http://example.test/a"><a/>'}),
        Problem.REMOTE,
    ),
    "docx climbing": ("a.docx", samples.word_with({"../a.xml": b"<a/>"}), Problem.BOMB),
    "docx bomb": ("a.docx", samples.word_with({"word/media/a.png": bytes(105_000_000)}), Problem.BOMB),
    "doc password": ("a.doc", samples.old_word(flags=0x0300), Problem.ENCRYPTED),
    "doc macro": ("a.doc", samples.old_word({"Macros/VBA/dir": b"x"}), Problem.MACRO),
    "doc object": ("a.doc", samples.old_word({"ObjectPool/_1/\x01Ole10Native": b"x"}), Problem.EMBEDDED),
    "doc dde": ("a.doc", samples.old_word(text=b"\x13 DDEAUTO cmd \x14\x15"), Problem.ACTION),
}
GOOD = [*SOUND.items(), *FILES.items()]
AT_ONCE = 10  # files of one message

Files = list[tuple[str, bytes]]


def in_messages(files: list[Any]) -> list[list[Any]]:
    return [files[start : start + AT_ONCE] for start in range(0, len(files), AT_ONCE)]


@pytest.fixture
def pair() -> Pair:
    made = PairFactory.create()
    OrderFactory.create(pair=made, status="shipped")
    write(made, Side.BUYER, order=made.buyer.orders.get(), text="A question.", hours_ago=1)
    Delivery.objects.all().delete()
    return made


def by_form(pair: Pair, files: Files) -> Message:
    browser, path = signed_in(pair.buyer.user), reverse("thread", args=[pair.threads.get().pk])
    token = re.search(r'name="token" value="([0-9a-f]{32})"', browser.get(path).content.decode())
    assert token
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    browser.post(path, {"text": "See this.", "token": token[1], "files": sent})
    return Message.objects.latest("id")


def by_mail(pair: Pair, files: Files) -> Message:
    letter = EmailMessage(policy=SMTP)
    letter["From"], letter["Subject"] = pair.buyer.user.email, "A file"
    letter.set_content("See this.\n")
    for name, content in files:
        letter.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    inbound = arrive(bytes(letter), alias_of(pair, Side.SELLER), at=timezone.now().astimezone(UTC))
    assert inbound.message is not None
    return Message.objects.get(pk=inbound.message.pk)


DOORS: list[Callable[[Pair, Files], Message]] = [by_form, by_mail]


def problems(message: Message) -> list[str]:
    """Of each refused file, in their order; nothing else was said."""
    row = message.decisions.get()
    record = open_json(
        open_key(message.thread.key),
        row.record_sealed,
        table="decision",
        column="record_sealed",
        row_id=row.id,
    )
    (found,) = record["findings"]
    assert found["code"] == "file_type"
    return [file["problem"] for file in found["data"]["files"]]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("cases", in_messages(list(BAD)), ids=lambda cases: cases[0])
def test_bad_files_are_refused_at_every_door(
    pair: Pair, cases: list[str], door: Callable[[Pair, Files], Message]
) -> None:
    message = door(pair, [BAD[case][:2] for case in cases])
    assert message.state == "blocked"
    assert problems(message) == [BAD[case][2] for case in cases]
    file = Attachment.objects.filter(message=message).latest("position")
    for person in (pair.buyer.user, seller_owner(pair.seller)):
        assert signed_in(person).get(reverse("attachment", args=[file.pk])).status_code == 404


@pytest.mark.rule("ATT-4", "ATT-6")
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("files", in_messages(GOOD), ids=lambda files: files[0][0])
def test_good_files_arrive_clean_by_page_and_by_mail(
    pair: Pair, files: Files, door: Callable[[Pair, Files], Message]
) -> None:
    message = door(pair, files)
    assert message.state == "delivered"
    letter = mail_to(pair.seller.customer_service_address)
    mailed = {part.get_filename(): part.get_payload(decode=True) for part in letter.walk()}
    browsers = [signed_in(pair.buyer.user), signed_in(seller_owner(pair.seller))]
    rows = Attachment.objects.filter(message=message).order_by("position")
    for (name, content), row in zip(files, rows, strict=True):
        mine, theirs = (downloaded(browser, row) for browser in browsers)
        assert mine == theirs == mailed[name]
        assert tells(theirs) == []
        assert row.original_size == (None if mine == content else len(content))


def downloaded(browser: Client, file: Attachment) -> bytes:
    answer = browser.get(reverse("attachment", args=[file.pk]))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert answer["Content-Length"] == str(len(content))
    return content


OUT, OWN = "https://shop.example.net/offer", "https://marketplace.example/help"
CARRIER = "https://www.dhl.de/track?id=1"


@pytest.mark.rule("POL-1", "POL-3")
@pytest.mark.parametrize("made", [personal.pdf, personal.word])
@pytest.mark.parametrize(
    ("link", "state"),
    [
        (OUT, "blocked"),
        ("http://shop.example.net", "blocked"),
        ("www.shop-example.net/offer", "blocked"),
        (OWN, "delivered"),
        (CARRIER, "delivered"),
        (CARRIER.replace("https", "http"), "blocked"),
        ("#page=2", "delivered"),
    ],
)
@pytest.mark.parametrize("door", [page, mail])
def test_links_of_a_sellers_documents_are_judged(
    pair: Pair, made: Callable[..., bytes], link: str, state: str, door: Callable[..., object]
) -> None:
    kind = "pdf" if made is personal.pdf else "docx"
    file = SubmittedFile(name=f"manual.{kind}", content=made(link=link))
    values = {"thread_id": pair.threads.get().pk, "files": (file,)}
    if door is mail:
        values["evidence"] = Evidence.MESSAGE_ID
    sent = send(door(pair, Side.SELLER, **values))  # type: ignore[arg-type]
    assert (sent.state, codes(sent)) == (state, ["external_link"] if state == "blocked" else [])


@pytest.mark.rule("POL-2")
def test_links_of_a_buyers_documents_stop_nothing(pair: Pair) -> None:
    file = SubmittedFile(name="manual.pdf", content=personal.pdf(link=OUT))
    sent = send(page(pair, Side.BUYER, thread_id=pair.threads.get().pk, files=(file,)))
    assert sent.state == "delivered"

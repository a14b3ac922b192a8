"""Drafts, uploads and hints as pages and scripts ask for them; four visitors at each address."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Pair, TryCount, User
from accounts.rate_limit import Limit
from messages_app.models import Attachment, Decision, Draft, Message, Upload
from messages_app.models.usage import DailyUsage
from messages_app.queries.drafts import Target, draft_at
from messages_app.services import prepare
from messages_app.services.drafts import save_draft
from messages_app.views import hints as hints_view
from messages_app.views import upload_limit
from orders.models import Order
from orders.queries import local_day
from tests.factories import MembershipFactory, OrderFactory, UserFactory, seller_owner
from tests.messages_app.views.test_sending import reply, token_on
from tests.messages_app.views.world import World, signed_in

pytestmark = pytest.mark.django_db

SCRIPT = {"HTTP_X_REQUESTED_WITH": "fetch"}


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings: Settings) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "media"


def desk(name: str, world: World, **row: object) -> str:
    named = row or {"thread": world.thread.pk}
    return f"{reverse(name)}?{'&'.join(f'{key}={value}' for key, value in named.items())}"


def save(client: Client, world: World, text: str, saved_at: str = "", **row: object) -> Any:
    fields = {"text": text, "saved_at": saved_at}
    return client.post(desk("draft", world, **row), fields, **SCRIPT)  # type: ignore[arg-type]


def upload(client: Client, world: World, name: str = "note.txt", content: bytes = b"A note.") -> Any:
    fields = {"file": SimpleUploadedFile(name, content)}
    return client.post(desk("upload", world), fields, **SCRIPT)  # type: ignore[arg-type]


def page(client: Client, world: World) -> str:
    return client.get(reverse("thread", args=[world.thread.pk])).content.decode()


# ---------------------------------------------------------------- drafts


@pytest.mark.rule("BOX-9")
def test_a_saved_draft_stands_in_the_form_again(world: World) -> None:
    client = signed_in(world.owner)
    saved = save(client, world, "Half a sen <tence>")
    assert saved.status_code == 200
    assert saved.json()["words"].startswith("Saved ")
    assert "Half a sen &lt;tence&gt;</textarea>" in page(signed_in(world.owner), world)
    again = save(client, world, "Half a sentence", saved.json()["saved_at"])
    assert again.status_code == 200
    assert "Half a sentence</textarea>" in page(client, world)


@pytest.mark.rule("BOX-9")
def test_an_older_page_learns_what_is_stored_and_overwrites_nothing(world: World) -> None:
    client = signed_in(world.owner)
    first = save(client, world, "One").json()["saved_at"]
    save(client, world, "Two", first)
    late = save(client, world, "Three", first)
    assert late.status_code == 409
    assert late.json()["text"] == "Two"
    assert "changed elsewhere" in late.json()["words"]
    assert "Two</textarea>" in page(client, world)
    assert save(client, world, "Three", late.json()["saved_at"]).status_code == 200


@pytest.mark.rule("BOX-9", "SEC-1")
def test_nobody_else_reads_a_draft(world: World) -> None:
    colleague = UserFactory.create()
    MembershipFactory.create(user=colleague, seller=world.pair.seller, can_reply=True)
    save(signed_in(world.owner), world, "For my eyes")
    upload(signed_in(world.owner), world, "mine.txt")
    for user in (colleague, world.buyer, world.reader):
        seen = page(signed_in(user), world)
        assert "For my eyes" not in seen
        assert "mine.txt" not in seen


@pytest.mark.rule("BOX-9")
@pytest.mark.parametrize(
    ("text", "status", "kept"), [("On its way.", 302, 0), ("ana@outside.example", 422, 1)]
)
def test_a_draft_is_gone_once_the_message_is_out_and_waits_where_it_was_blocked(
    world: World, text: str, status: int, kept: int
) -> None:
    client = signed_in(world.owner)
    save(client, world, text)
    upload(client, world)
    assert reply(client, world.thread, text).status_code == status
    assert Draft.objects.count() == Upload.objects.count() == kept


@pytest.mark.rule("BOX-9", "GATE-1")
def test_a_held_message_needs_no_draft_any_more(world: World) -> None:
    client = signed_in(world.owner)
    for _ in range(3):
        save(client, world, "Please wait one more day.")
        last = reply(client, world.thread, "Please wait one more day.")
    assert last.status_code == 422
    assert Message.objects.filter(state="held").exists()
    assert not Draft.objects.exists()


@pytest.mark.rule("BOX-9")
def test_an_order_and_a_seller_asked_have_drafts_of_their_own(world: World) -> None:
    order = OrderFactory.create(pair=world.pair)
    buyer = signed_in(world.buyer)
    assert save(buyer, world, "About it", order=order.number).status_code == 200
    assert save(buyer, world, "A question", seller=world.pair.seller.slug).status_code == 200
    about = buyer.get(f"{reverse('new_message')}?order={order.number}").content.decode()
    asked = buyer.get(reverse("store", args=[world.pair.seller.slug])).content.decode()
    assert "About it</textarea>" in about
    assert "A question</textarea>" in asked
    assert save(signed_in(world.owner), world, "A word", seller=world.pair.seller.slug).status_code == 404


@pytest.mark.rule("BOX-9", "UX-7")
def test_the_button_saves_text_and_files_and_comes_back(world: World) -> None:
    client = signed_in(world.owner)
    fields = {
        "text": "By hand",
        "files": [SimpleUploadedFile("one.txt", b"1"), SimpleUploadedFile("x.exe", b"MZ")],
    }
    answer = client.post(desk("draft", world), fields, follow=True)
    seen = answer.content.decode()
    assert answer.redirect_chain == [(reverse("thread", args=[world.thread.pk]), 302)]
    assert "By hand</textarea>" in seen
    assert "Remove one.txt" in seen
    assert "Remove x.exe" not in seen
    assert "is of a type that is not accepted" in seen


@pytest.mark.rule("BOX-9")
def test_discarding_forgets_it(world: World) -> None:
    client = signed_in(world.owner)
    save(client, world, "Never mind")
    assert client.post(desk("draft_discard", world), follow=True).status_code == 200
    assert not Draft.objects.exists()


@pytest.mark.rule("BOX-9", "UX-5")
def test_the_address_leads_to_its_page_after_a_sign_in(world: World) -> None:
    answer = signed_in(world.owner).get(desk("draft", world))
    assert (answer.status_code, answer["Location"]) == (302, reverse("thread", args=[world.thread.pk]))
    assert not Draft.objects.exists()


# ---------------------------------------------------------------- files


@pytest.mark.rule("UX-4", "UX-5")
def test_one_file_is_one_in_french_too(world: World) -> None:
    User.objects.filter(pk=world.owner.pk).update(language="fr")
    client = signed_in(world.owner)
    used = [upload(client, world, name, b"Words.").json()["used"] for name in ("a.txt", "b.txt")]
    assert "1 fichier sur 20" in used[0].replace("{limit}", "20")
    assert "2 fichiers sur 20" in used[1].replace("{limit}", "20")


@pytest.mark.rule("ATT-2", "UX-5")
def test_an_uploaded_file_is_listed_and_goes_with_the_message(world: World) -> None:
    client = signed_in(world.owner)
    taken = upload(client, world, "über uns.txt", b"Words.")
    assert taken.status_code == 200
    assert "über uns.txt" in taken.json()["html"]
    assert "1 of {limit} files" in taken.json()["used"]
    ids = [str(pk) for pk in Upload.objects.values_list("pk", flat=True)]
    plain = SimpleUploadedFile("plain.txt", b"Plain.")
    assert reply(client, world.thread, "Both.", upload=ids, files=[plain]).status_code == 302
    sent = Message.objects.latest("accepted_at")
    seen = page(signed_in(world.buyer), world)
    assert Attachment.objects.filter(message=sent).count() == 2
    assert "über uns.txt" in seen
    assert "plain.txt" in seen


@pytest.mark.rule("GATE-5")
def test_a_double_click_with_uploaded_files_makes_one_message(world: World) -> None:
    client = signed_in(world.owner)
    upload(client, world)
    ids = [str(pk) for pk in Upload.objects.values_list("pk", flat=True)]
    token = token_on(client.get(reverse("thread", args=[world.thread.pk])))
    before = Message.objects.count()
    for _ in range(2):
        assert reply(client, world.thread, "Once.", token=token, upload=ids).status_code == 302
    assert Message.objects.count() == before + 1


@pytest.mark.rule("REL-2", "SEC-1")
def test_a_message_never_goes_without_a_file_that_it_names(world: World) -> None:
    theirs = signed_in(world.buyer)
    upload(theirs, world, "theirs.txt")
    foreign = [str(Upload.objects.get().pk)]
    before = Message.objects.count()
    for ids in (foreign, [str(uuid4())]):
        answer = reply(signed_in(world.owner), world.thread, "With a file.", upload=ids)
        assert answer.status_code == 422
        assert "A file that waited here is gone." in answer.content.decode()
        assert "With a file.</textarea>" in answer.content.decode()
    assert Message.objects.count() == before


@pytest.mark.rule("ATT-2", "GATE-2")
def test_a_refused_file_is_answered_with_its_reason(world: World) -> None:
    refused = upload(signed_in(world.owner), world, "<b>.pdf", b"MZ\x90\0" * 9)
    assert refused.status_code == 422
    assert "Not attached." in refused.json()["html"]
    assert "&lt;b&gt;.pdf" in refused.json()["html"]
    assert "attach it again" in refused.json()["html"]
    assert "send the message again" not in refused.json()["html"]  # nothing was sent
    assert not Upload.objects.exists()


@pytest.mark.rule("ATT-1")
def test_a_file_that_is_too_large_is_refused_with_both_figures(world: World, settings: Settings) -> None:
    settings.MAX_MESSAGE_BYTES = 100
    assert upload(signed_in(world.owner), world, content=b"x" * 100).status_code == 200
    html = upload(signed_in(world.owner), world, content=b"y").json()["html"]
    assert "101 bytes" in html
    assert "at most 100" in html


@pytest.mark.rule("SEC-4")
def test_uploads_are_limited_for_a_person(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_limit, "UPLOADS_PER_PERSON", Limit("upload-person", 2))
    client = signed_in(world.owner)
    assert [upload(client, world).status_code for _ in range(3)] == [200, 200, 429]
    by_hand = {"text": "By hand", "files": [SimpleUploadedFile("three.txt", b"3")]}
    assert "Too many files" in client.post(desk("draft", world), by_hand, follow=True).content.decode()
    assert Upload.objects.count() == 2
    assert upload(signed_in(world.buyer), world).status_code == 200


@pytest.mark.rule("SEC-4", "UX-5")
@pytest.mark.parametrize("where", ["thread", "order", "seller"])
def test_files_that_come_with_a_message_count_too(
    world: World, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Without a script files come with the form: the limit is the same, and the text stays."""
    monkeypatch.setattr(upload_limit, "UPLOADS_PER_PERSON", Limit("upload-person", 3))
    client = signed_in(world.buyer)
    path = {
        "thread": reverse("thread", args=[world.thread.pk]),
        "order": f"{reverse('new_message')}?order={world.order.number}",
        "seller": reverse("ask_question", args=[world.pair.seller.slug]),
    }[where]
    assert upload(client, world).status_code == 200
    before = Message.objects.count()

    def send(text: str, files: int, ticket: str) -> Any:
        brought = [SimpleUploadedFile(f"{number}.txt", b"A note.") for number in range(files)]
        return client.post(path, {"text": text, "topic": "other", "token": ticket, "files": brought})

    over = send("Three of them", 3, uuid4().hex)
    assert over.status_code == 422
    assert "too many files within the hour" in over.content.decode()
    assert "Three of them</textarea>" in over.content.decode()
    assert Message.objects.count() == before
    ticket = uuid4().hex
    assert send("Two of them", 2, ticket).status_code == 302  # three with the one before: the limit itself
    assert send("Two of them", 2, ticket).status_code == 302  # the second click of a message that is out
    assert send("One more", 1, uuid4().hex).status_code == 422
    assert send("And none", 0, uuid4().hex).status_code == 302
    assert upload(client, world).status_code == 429
    assert Message.objects.count() == before + 2


@pytest.mark.rule("SEC-4")
def test_files_that_wait_count_each_time_they_are_judged(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A blocked message leaves its files in the draft: sending it again and again is no way around."""
    monkeypatch.setattr(upload_limit, "UPLOADS_PER_PERSON", Limit("upload-person", 5))
    client = signed_in(world.owner)
    assert [upload(client, world).status_code for _ in range(2)] == [200, 200]
    waiting = [str(pk) for pk in Upload.objects.values_list("pk", flat=True)]
    blocked = {"text": "Write to me at ana@shop.example.", "upload": waiting}
    path = reverse("thread", args=[world.thread.pk])
    answers = [client.post(path, {**blocked, "token": uuid4().hex}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert "too many files within the hour" not in answers[0].content.decode()  # two and two: four of five
    assert "too many files within the hour" in answers[1].content.decode()
    assert Attachment.objects.filter(message__state="blocked").count() == 2


@pytest.mark.rule("SEC-4", "GATE-5")
def test_a_form_that_was_sent_is_not_judged_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(world.buyer)
    path, ticket = reverse("thread", args=[world.thread.pk]), uuid4().hex

    def send() -> Any:
        note = SimpleUploadedFile("note.txt", b"A note.")
        return client.post(path, {"text": "Here.", "token": ticket, "files": [note]})

    first = send()
    monkeypatch.setattr(prepare, "judge_file", lambda *_: pytest.fail("read once more"))
    assert (send()["Location"], first.status_code) == (first["Location"], 302)


@pytest.mark.rule("SEC-1", "ATT-6")
def test_a_waiting_file_is_its_owners_alone(world: World) -> None:
    colleague = UserFactory.create()
    MembershipFactory.create(user=colleague, seller=world.pair.seller, can_reply=True)
    upload(signed_in(world.owner), world)
    found = Upload.objects.get()
    picture = reverse("upload_picture", args=[found.pk])
    remove = f"{reverse('upload_remove', args=[found.pk])}?thread={world.thread.pk}"
    for user in (colleague, world.buyer, world.stranger, world.rival):
        assert signed_in(user).get(picture).status_code == 404
        assert signed_in(user).post(remove).status_code == 404
    assert signed_in(None).get(picture).status_code == 302
    assert signed_in(world.owner).get(picture).status_code == 404  # no image
    assert signed_in(world.owner).post(remove, **SCRIPT).status_code == 200  # type: ignore[arg-type]
    assert not Upload.objects.exists()


# ---------------------------------------------------------------- hints


def hint(user: User, world: World, text: str, **row: object) -> Any:
    return signed_in(user).post(desk("hints", world, **row), {"text": text, "reason": row.get("reason", "")})


@pytest.mark.rule("GATE-3")
def test_a_hint_names_what_would_stop_the_message_and_records_nothing(world: World) -> None:
    before = (Message.objects.count(), Decision.objects.count(), DailyUsage.objects.get().used)
    said = hint(world.owner, world, "Write to ana@outside.example please").content.decode()
    assert "“ana@outside.example”" in said
    assert "The message would be blocked." in said
    assert 'data-take-out="ana@outside.example"' in said
    assert "Nothing found" not in said
    assert before == (Message.objects.count(), Decision.objects.count(), DailyUsage.objects.get().used)


@pytest.mark.rule("GATE-3")
@pytest.mark.parametrize(
    "text",
    [
        "Write to ana@outside.example please",
        "Look at https://outside.example",
        "Ask nordic.green",
    ],
)
def test_a_hint_does_not_speak_as_if_the_message_had_been_sent(world: World, text: str) -> None:
    said = hint(world.owner, world, text).content.decode()
    assert "outside" in said or "nordic" in said
    assert "again" not in said


@pytest.mark.rule("GATE-3", "ACC-10")
@pytest.mark.parametrize(
    ("language", "quoted"), [("fr", "«\u00a0%s\u00a0»"), ("de", "„%s“")], ids=["french", "german"]
)
def test_a_hint_quotes_as_its_readers_language_does(world: World, language: str, quoted: str) -> None:
    User.objects.filter(pk=world.owner.pk).update(language=language)
    said = hint(world.owner, world, "Write to ana@outside.example please").content.decode()
    assert quoted % "ana@outside.example" in said
    assert "“" not in said.replace(quoted % "ana@outside.example", "")


@pytest.mark.rule("GATE-3", "POL-2")
def test_a_buyer_is_told_what_will_be_masked(world: World) -> None:
    said = hint(world.buyer, world, "I am hannah@outside.example").content.decode()
    assert "hint--info" in said
    assert "would be blocked" not in said
    assert "It will be masked in what the seller gets" in said
    assert "was masked" not in said


@pytest.mark.rule("GATE-3", "ACC-10")
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "wird sie unkenntlich gemacht"),
        ("es", "Se ocultará"),
        ("fr", "sera masquée"),
        ("it", "Sarà mascherato"),
        ("pl", "zostanie zakryty"),
    ],
)
def test_before_sending_a_hint_says_what_will_be(world: World, language: str, words: str) -> None:
    User.objects.filter(pk=world.buyer.pk).update(language=language)
    assert words in hint(world.buyer, world, "I am hannah@outside.example").content.decode()
    reply(signed_in(world.buyer), world.thread, "I am hannah@outside.example")
    assert words not in page(signed_in(world.buyer), world)


@pytest.mark.rule("GATE-3", "POL-2")
@pytest.mark.parametrize("where", ["seller", "order"])
def test_before_the_two_have_met_a_hint_says_what_will_be_masked(where: str) -> None:
    """A first question: on a seller's page, and about an order that nobody has written about."""
    order = OrderFactory.create()
    row = {"seller": order.seller.slug} if where == "seller" else {"order": order.number}
    address = f"{reverse('hints')}?{urlencode(row)}"
    said = signed_in(order.buyer.user).post(address, {"text": "I am hannah@outside.example"})
    assert "It will be masked" in said.content.decode()
    assert "Nothing found" not in said.content.decode()
    fine = signed_in(order.buyer.user).post(address, {"text": "Does it float?"})
    assert "Nothing found" in fine.content.decode()
    assert not Pair.objects.exists()


@pytest.mark.rule("GATE-3", "RSN-1", "ACC-7")
def test_before_the_two_have_met_a_seller_hears_what_would_stop_a_message() -> None:
    order = OrderFactory.create(status="shipped")
    seller = signed_in(seller_owner(order.seller))
    address = f"{reverse('hints')}?order={order.number}"

    def said(text: str, reason: str = "other") -> str:
        return seller.post(address, {"text": text, "reason": reason}).content.decode()

    assert "contact_email" in said("Write to ana@outside.example")
    assert "text_too_long" in said("x" * 2001)
    assert "Nothing found" in said("x" * 2000)
    order.buyer.opted_out_at = timezone.now()
    order.buyer.save()
    assert "opted_out" in said("It is late.")
    assert "Nothing found" in said("It is late.", "unexpected_problem")
    page = seller.get(f"{reverse('new_message')}?order={order.number}").content.decode()
    assert "switched off unsolicited messages" in page
    assert not Pair.objects.exists()


@pytest.mark.rule("GATE-3", "POL-9", "ATT-1", "ATT-3")
def test_a_hint_weighs_the_files_that_wait(world: World, settings: Settings) -> None:
    client = signed_in(world.owner)
    at_order = f"?order={world.order.number}"

    def said(reason: str, text: str = "It is late.", **fields: str) -> str:
        return client.post(
            reverse("hints") + at_order, {"text": text, "reason": reason, **fields}
        ).content.decode()

    assert "Nothing found" in said("unexpected_problem")
    paper = SimpleUploadedFile("ana@outside.example.txt", b"A note.")
    client.post(reverse("upload") + at_order, {"file": paper}, **SCRIPT)  # type: ignore[arg-type]
    assert "takes no attachments" in said("unexpected_problem")
    assert "takes no attachments" not in said("unexpected_problem", no_files="yes")
    assert "attachment_not_allowed" in said("invoice", text="")
    named = said("problem_with_order")
    assert "contact_email" in named  # its name shows an address, which is no part of the text
    assert "data-take-out" not in named
    settings.MAX_MESSAGE_BYTES = 10
    assert "too_large" in said("other", "Four")
    assert "too_large" not in said("other", "Two")
    assert "takes no attachments" not in hint(world.owner, world, "Another desk").content.decode()


@pytest.mark.rule("GATE-3", "ATT-3")
@pytest.mark.parametrize(("brought", "stopped"), [(5, False), (6, True)])
def test_a_hint_counts_the_files_that_wait(world: World, brought: int, stopped: bool) -> None:
    client, at_order = signed_in(world.owner), f"?order={world.order.number}"
    Order.objects.filter(pk=world.order.pk).update(status="delivered", delivered_at=timezone.now())
    for number in range(brought):
        paper = SimpleUploadedFile(f"{number}.txt", b"A note.")
        client.post(reverse("upload") + at_order, {"file": paper}, **SCRIPT)  # type: ignore[arg-type]
    fields = {"text": "Here it is.", "reason": "return_question"}
    said = client.post(reverse("hints") + at_order, fields).content.decode()
    assert ("attachment_not_allowed" in said) is stopped


@pytest.mark.rule("GATE-3")
@pytest.mark.parametrize(("text", "words"), [("It leaves today.", "Nothing found"), ("  ", "")])
def test_a_fine_text_and_none(world: World, text: str, words: str) -> None:
    said = hint(world.owner, world, text).content.decode().strip()
    assert words in said
    assert bool(said) is bool(words)


@pytest.mark.rule("GATE-3", "RSN-1")
def test_what_is_not_there_yet_is_no_warning(world: World) -> None:
    """Nor is it told that all is well."""
    assert not hint(world.owner, world, "About it.", order=world.order.number).content.decode().strip()


@pytest.mark.rule("CAP-4", "GATE-3")
@pytest.mark.parametrize(("used", "warned"), [(79, False), (80, True)])
def test_a_hint_warns_near_the_days_end(world: World, settings: Settings, used: int, warned: bool) -> None:
    settings.DAILY_CAP_FACTOR, settings.DAILY_CAP_BASE = 0, 100
    day = local_day(world.pair.seller.marketplace, timezone.now())
    DailyUsage.objects.update_or_create(seller=world.pair.seller, day=day, defaults={"used": used})
    said = hint(world.owner, world, "It leaves today.").content.decode()
    assert (f"{used} of 100 messages" in said) is warned


@pytest.mark.rule("SEC-4", "GATE-3")
def test_hints_are_limited_for_a_person(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hints_view, "HINTS_PER_PERSON", Limit("hints-person", 1))
    assert hint(world.owner, world, "One").status_code == 200
    assert hint(world.owner, world, "Two").status_code == 204
    assert TryCount.objects.count() >= 1


# ---------------------------------------------------------------- four visitors

NAMES = ("draft", "draft_discard", "upload", "hints")


@pytest.mark.rule("SEC-1", "ACC-3")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("where", ["thread", "order"])
def test_who_may_write_there(world: World, name: str, where: str) -> None:
    row = {"thread": world.thread.pk} if where == "thread" else {"order": world.order.number}
    nothing = {"thread": uuid4()} if where == "thread" else {"order": "999-9999999-9999999"}

    def post(user: User | None, named: dict[str, Any]) -> int:
        fields = {"text": "A word", "file": SimpleUploadedFile("a.txt", b"a")}
        return signed_in(user).post(desk(name, world, **named), fields, **SCRIPT).status_code  # type: ignore[arg-type]

    assert post(world.owner, row) == 200
    assert post(world.buyer, row) == 200
    assert post(world.reader, row) == post(world.blind, row) == 403
    for user in (world.owner, world.reader, world.stranger, world.rival):
        assert post(user, nothing) == 404
    for user in (world.stranger, world.rival):
        assert post(user, row) == 404
    assert post(None, row) == 401


@pytest.mark.rule("SEC-1")
@pytest.mark.parametrize("name", NAMES)
def test_a_strangers_look_up_costs_what_a_missing_row_costs(world: World, name: str) -> None:
    client = signed_in(world.rival)
    counts = []
    for row in (uuid4(), world.thread.pk):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.post(desk(name, world, thread=row), {"text": "A word"}, **SCRIPT)  # type: ignore[arg-type]
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.rule("BOX-9")
def test_a_system_thread_takes_no_drafts(world: World) -> None:
    target = Target(user_id=world.owner.pk, seller_id=world.pair.seller.pk, thread_id=world.thread.pk)
    save_draft(target=target, fields={"text": "Kept"}, base=None, now=timezone.now() - timedelta(days=1))
    assert draft_at(target)
    for row in ("nonsense", ""):
        assert signed_in(world.owner).post(desk("draft", world, thread=row), {"text": "A"}).status_code == 404

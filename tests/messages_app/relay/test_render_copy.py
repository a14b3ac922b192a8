"""What the copy of a message says, and to whom (MAIL-14 to MAIL-17, MAIL-29)."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from email.message import Message as ParsedMessage

import pytest
from PIL import Image

from accounts.models import Pair, User
from messages_app.mail.marker import REPLY_MARKER
from messages_app.mail.references import code_number, find_reference_codes, read_message_id
from messages_app.models import Delivery
from messages_app.policy.facts import Door, Side
from messages_app.services.links import NO_RESPONSE_PATH, OPT_OUT_PATH, read_no_response, read_opt_out
from messages_app.services.submission import SubmittedFile
from messages_app.vault.keys import installation_key
from tests.messages_app.files.samples import same_pixels
from tests.messages_app.relay.mail_world import (
    BUYER_ADDRESS,
    NOON,
    SELLER_ADDRESS,
    body,
    finished,
    header,
    only_mail,
    order_for,
    overlook_files,
    pair_of_two,
    say,
)

pytestmark = pytest.mark.django_db


def png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (2, 2), "teal").save(file, "PNG")
    return file.getvalue()


def alias(pair: Pair, side: Side) -> str:
    return pair.aliases.get(side=side).address


def token_of(mail: ParsedMessage, path: str) -> str:
    found = re.search(rf"/{path}([^/\s]+)/", body(mail, "plain"))
    assert found
    return found[1]


def parts(mail: ParsedMessage) -> list[str]:
    return [part.get_content_type() for part in mail.walk()]


@pytest.mark.rule("MAIL-14", "MAIL-29")
def test_a_buyers_message_goes_to_the_seller_under_the_buyers_alias() -> None:
    pair = pair_of_two()
    say(pair, Side.BUYER)
    mail = only_mail()
    assert header(mail, "From") == f'"Hannah W." <{alias(pair, Side.BUYER)}>'
    assert mail["To"] == SELLER_ADDRESS
    assert mail["Date"] == "Wed, 18 Nov 2026 11:22:00 +0000"


@pytest.mark.rule("MAIL-14", "MAIL-29")
def test_a_sellers_message_goes_to_the_buyer_under_the_trade_name() -> None:
    pair = pair_of_two(trade_name='Alder & "Pine" Home <x>')
    order = order_for(pair)
    say(pair, Side.SELLER, order_id=order.pk, reason="unexpected_problem")
    mail = only_mail()
    assert header(mail, "From") == f'"Alder & Pine Home x" <{alias(pair, Side.SELLER)}>'
    assert mail["To"] == BUYER_ADDRESS
    assert "Alder &amp; &quot;Pine&quot; Home &lt;x&gt;" in body(mail, "html")


@pytest.mark.rule("MAIL-14")
def test_nothing_but_the_allowed_headers_leaves() -> None:
    pair = pair_of_two()
    order = order_for(pair)
    say(pair, Side.SELLER, order_id=order.pk, reason="other", door=Door.MAIL, foreign_id="<a1@shop.example>")
    names = set(only_mail().keys())
    assert names == {
        *("From", "To", "Subject", "Date", "Message-ID", "Content-Language", "MIME-Version", "Content-Type"),
        *("List-Unsubscribe", "List-Unsubscribe-Post"),
    }


@pytest.mark.rule("MAIL-19")
def test_a_relayed_message_is_no_automatic_mail_and_seven_bits() -> None:
    pair = pair_of_two()
    say(pair, Side.BUYER, "Wo bleibt das Paket? Grüße, 小林")
    (one,) = finished()
    assert b"Auto-Submitted" not in one.mail
    assert one.mail.isascii()


@pytest.mark.rule("MAIL-15")
def test_the_sellers_mail_shows_due_time_reason_order_and_the_ways_to_answer() -> None:
    pair = pair_of_two()
    order = order_for(pair)
    message = say(pair, Side.BUYER, order_id=order.pk, reason="where_is_it")
    mail = only_mail()
    for text in (body(mail, "plain"), body(mail, "html")):
        assert "Answer by Thursday 19 November, 11:22" in text
        assert order.number in text
        assert "Where is it?" in text
    plain = body(mail, "plain")
    assert plain.index("Answer by") < plain.index("About: Where is it?") < plain.index("Where is it?\n\n")
    delivery = Delivery.objects.get(message=message)
    assert read_no_response(token_of(mail, NO_RESPONSE_PATH)) == delivery.id
    assert "Alder & Pine Home" in body(mail, "plain")


@pytest.mark.rule("MAIL-15")
def test_the_reference_code_in_both_bodies_spells_the_thread() -> None:
    pair = pair_of_two()
    message = say(pair, Side.BUYER)
    mail = only_mail()
    for text in (body(mail, "plain"), body(mail, "html")):
        (code,) = find_reference_codes(text)
        assert code_number(code, key=installation_key("reference_codes")) == message.thread.number
        assert text.index(REPLY_MARKER) < text.index("Marketplace")


@pytest.mark.rule("MAIL-15")
def test_only_the_buyer_of_an_unsolicited_message_is_offered_the_opt_out() -> None:
    pair = pair_of_two()
    order = order_for(pair)
    say(pair, Side.SELLER, order_id=order.pk, reason="order_question", text="Which colour?")
    order.status = "unshipped"
    order.save()
    say(pair, Side.SELLER, order_id=order.pk, reason="order_question", text="Which colour?")
    unsolicited = only_mail()
    assert read_opt_out(token_of(unsolicited, OPT_OUT_PATH)) == pair.pk
    assert unsolicited["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    question = say(pair, Side.BUYER, order_id=order.pk)
    assert OPT_OUT_PATH not in body(only_mail(), "plain")
    say(pair, Side.SELLER, "Tomorrow.", thread_id=question.thread_id)
    reply = only_mail()
    assert reply["List-Unsubscribe"] is None
    assert OPT_OUT_PATH not in body(reply, "plain")
    assert "one button" in body(unsolicited, "plain")  # said where a link of the mail leads to one
    assert "one button" not in body(reply, "plain")


@pytest.mark.rule("MAIL-14", "MAIL-11")
def test_references_name_only_ids_that_the_recipient_knows() -> None:
    pair = pair_of_two()
    first = say(pair, Side.BUYER, door=Door.MAIL, foreign_id="<first@mail.example>")
    only_mail()
    thread = {"thread_id": first.thread_id}
    answer = say(
        pair,
        Side.SELLER,
        "Soon.",
        door=Door.MAIL,
        foreign_id="<answer@alderpine.example>",
        now=NOON + timedelta(hours=1),
        **thread,
    )
    to_buyer = only_mail()
    assert to_buyer["In-Reply-To"] == "<first@mail.example>"
    say(pair, Side.BUYER, "When?", now=NOON + timedelta(hours=2), **thread)
    to_seller = only_mail()
    assert to_seller["In-Reply-To"] == "<answer@alderpine.example>"
    known = to_seller["References"].split()
    assert read_message_id(known[0], key=installation_key("message_ids")) == ("m", first.id)
    assert known[1:] == ["<answer@alderpine.example>"]
    assert read_message_id(to_buyer["Message-ID"], key=installation_key("message_ids")) == ("m", answer.id)


@pytest.mark.rule("MAIL-14")
def test_a_first_message_refers_to_nothing() -> None:
    say(pair_of_two(), Side.BUYER)
    mail = only_mail()
    assert mail["In-Reply-To"] is None
    assert mail["References"] is None


@pytest.mark.rule("MAIL-16")
def test_real_addresses_become_aliases_in_text_html_subject_and_file_names() -> None:
    pair = pair_of_two()
    text = f"Soon.\n\nOn Monday, Hannah Winter <{BUYER_ADDRESS}> wrote to {SELLER_ADDRESS.upper()}:\n> Where?"
    say(
        pair,
        Side.BUYER,
        text,
        html=f'<p>Soon.</p><blockquote><a href="mailto:{BUYER_ADDRESS}">Hannah Winter</a> Hm?</blockquote>',
        new=((0, 5),),
        subject="Re: what Hannah Winter asked",
        files=(SubmittedFile(name=f"{SELLER_ADDRESS}.txt", content=b"a list of things"),),
        door=Door.MAIL,
    )
    mail = only_mail()
    everything = "\n".join([header(mail, "Subject"), body(mail, "plain"), body(mail, "html")])
    assert BUYER_ADDRESS not in everything
    assert SELLER_ADDRESS not in everything.lower()
    assert "Hannah Winter" not in everything
    # The seller's real address is nothing that a buyer was ever shown: it goes like any other (POL-2).
    named = f"Hannah W. <{alias(pair, Side.BUYER)}> wrote to [e-mail address removed]:\n> Where?"
    assert named in body(mail, "plain")
    assert header(mail, "Subject") == "Re: what Hannah W. asked"
    attached = next(part for part in mail.walk() if part.get_filename())
    assert attached.get_filename() == "[e-mail address removed].txt"


@pytest.mark.rule("ATT-5", "MAIL-16")
def test_file_names_stay_apart_when_a_name_known_since_is_taken_out() -> None:
    pair = pair_of_two()
    names = ["Hannah W.txt", "Johanna Winterfeld.txt"]
    say(pair, Side.BUYER, files=tuple(SubmittedFile(name=name, content=b"some things") for name in names))
    User.objects.filter(pk=pair.buyer.user_id).update(other_full_name="Johanna Winterfeld")
    attached = [part.get_filename() for part in only_mail().walk() if part.get_filename()]
    assert attached == ["Hannah W.txt", "Hannah W (2).txt"]


@pytest.mark.rule("MAIL-16")
def test_the_authors_text_stays_as_it_was_written() -> None:
    pair = pair_of_two()
    text = "Hello,\n\n\n\n  two   spaces, <b>no tag</b> & {{ no_variable }}\n> a quote\n\nBye"
    say(pair, Side.BUYER, text)
    mail = only_mail()
    assert text in body(mail, "plain")
    assert "&lt;b&gt;no tag&lt;/b&gt; &amp; {{ no_variable }}<br>" in body(mail, "html")


@pytest.mark.rule("MAIL-18")
def test_an_inline_image_gets_a_content_id_of_this_copy() -> None:
    pair = pair_of_two()
    say(
        pair,
        Side.BUYER,
        html='<p>Broken:<img src="cid:pic@phone"></p>',
        files=(SubmittedFile(name="pic.png", content=png(), content_id="pic@phone", inline=True),),
        door=Door.MAIL,
    )
    mail = only_mail()
    image = next(part for part in mail.walk() if part.get_content_type() == "image/png")
    content_id = image["Content-ID"].strip("<>")
    assert f'src="cid:{content_id}"' in body(mail, "html")
    assert "pic@phone" not in mail.as_string()
    passed_on = image.get_payload(decode=True)
    assert isinstance(passed_on, bytes)
    assert same_pixels(passed_on, png())


@pytest.mark.rule("MAIL-16")
def test_what_was_left_out_is_said() -> None:
    pair = pair_of_two()
    say(pair, Side.BUYER, left_out=("signature", "calendar"), door=Door.MAIL)
    mail = only_mail()
    for text in (body(mail, "plain"), body(mail, "html")):
        assert "A digital signature was left out" in text
        assert "A calendar entry was left out" in text


@pytest.mark.rule("MAIL-14")
def test_the_same_delivery_renders_to_the_same_bytes() -> None:
    pair = pair_of_two()
    say(pair, Side.BUYER, files=(SubmittedFile(name="list.txt", content=b"one, two"),))
    (first,) = finished()
    Delivery.objects.update(state="queued", lease=None)
    (second,) = finished()
    # The links' tokens hold the moment of signing: what is rendered once is kept (see test_send.py).
    assert re.sub(rb"~[^/]+/", b"", first.mail) == re.sub(rb"~[^/]+/", b"", second.mail)


@pytest.mark.rule("MAIL-17")
@pytest.mark.parametrize("secret", [f"write to {BUYER_ADDRESS}", "I am Hannah Winter"])
def test_a_file_that_names_the_author_is_found_by_the_leak_gate(
    secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    overlook_files(monkeypatch)
    pair = pair_of_two()
    say(pair, Side.BUYER, files=(SubmittedFile(name="list.txt", content=secret.encode()),))
    (one,) = finished()
    assert one.leaks


@pytest.mark.rule("MAIL-17")
@pytest.mark.parametrize(("reason", "leaks"), [("invoice", False), ("unexpected_problem", True)])
def test_only_documents_may_name_the_customer_service_address(
    reason: str, leaks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    overlook_files(monkeypatch)
    pair = pair_of_two()
    order = order_for(pair)
    message = say(pair, Side.SELLER, "Hello", order_id=order.pk, reason="unexpected_problem")
    file = SubmittedFile(name="letter.txt", content=f"Questions: {SELLER_ADDRESS}".encode())
    question = say(pair, Side.BUYER, "Yes?", thread_id=message.thread_id, now=NOON + timedelta(minutes=1))
    Delivery.objects.all().delete()
    reply = say(
        pair,
        Side.SELLER,
        "Here",
        thread_id=question.thread_id,
        files=(file,),
        reason=reason,
        now=NOON + timedelta(minutes=2),
    )
    assert reply.is_delivered
    (one,) = finished()
    assert bool(one.leaks) is leaks


@pytest.mark.rule("ACC-10")
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "Répondez avant le jeudi 19 novembre"),
        ("it", "Risponda entro giovedì 19 novembre"),
        ("pl", "Odpowiedz do: czwartek 19 listopada"),
        ("de", "Antworten bis Donnerstag, 19. November"),
        ("es", "Responda antes del jueves 19 de noviembre"),
    ],
)
def test_the_frame_speaks_the_recipients_language(language: str, words: str) -> None:
    pair = pair_of_two(language=language)
    say(pair, Side.BUYER)
    mail = only_mail()
    assert words in body(mail, "plain")
    assert f'<html lang="{language}"' in body(mail, "html")

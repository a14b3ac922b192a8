"""What the other side gets of a message: no action link, no full name (MAIL-16, MAIL-30, ACC-7, ACC-9)."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.conf import settings

from accounts.models import Pair
from messages_app.models import Message
from messages_app.policy.facts import Door, Side
from messages_app.services.disguise import Disguise, disguise_for, hidden_names
from messages_app.services.links import no_response_link, opt_out_link, unsubscribe_link
from messages_app.vault.content import Content, shown_content
from messages_app.vault.keys import open_key
from tests.factories import BuyerFactory, UserFactory
from tests.messages_app.relay.mail_world import body, header, only_mail, order_for, pair_of_two, say

pytestmark = pytest.mark.django_db

CONTACT = UUID("01a200b3-dce6-71ea-9ab1-96636d710559")
SIGNATURE = re.compile(r"~[A-Za-z0-9_-]{43}")


def disguise(pair: Pair, to_side: Side, *, own: bool = True) -> Disguise:
    return disguise_for(
        pair,
        to_side=to_side,
        buyer_alias="b@marketplace.example",
        seller_alias="s@marketplace.example",
        seller_addresses=["desk@alderpine.example"],
        own=own,
    )


def shown(message: Message) -> Content:
    return shown_content(open_key(message.thread.key), message)


def quoted(*lines: str) -> str:
    """As mail programs quote, with lines of at most 76 characters."""
    cut = [line[at : at + 74] for line in lines for at in range(0, len(line), 74)]
    return "".join(f"\n> {line}" for line in cut)


@pytest.mark.rule("MAIL-16", "MAIL-30", "ACC-7")
@pytest.mark.parametrize("side", [Side.BUYER, Side.SELLER])
def test_no_action_link_is_passed_on_whoever_reads(side: Side) -> None:
    pair = pair_of_two()
    hide = disguise(pair, side)
    for link in (opt_out_link(pair.pk), unsubscribe_link(pair.pk), no_response_link(CONTACT)):
        assert hide.text(f"Stop: {link}\nBye") == "Stop: [link removed]\nBye"
        assert (
            hide.html(f'<a href="{link}">{link}</a>')
            == f'<a href="{settings.PUBLIC_URL}/">[link removed]</a>'
        )
        assert not SIGNATURE.search(hide.text(quoted(f"Stop: {link}", "Bye")))


@pytest.mark.rule("MAIL-16", "ACC-10")
def test_the_words_are_in_the_readers_language() -> None:
    pair = pair_of_two(language="de")
    assert disguise(pair, Side.SELLER).text(opt_out_link(1)) == "[Link entfernt]"
    assert disguise(pair, Side.BUYER).text(opt_out_link(1)) == "[link removed]"


@pytest.mark.rule("MAIL-16", "MAIL-30", "ACC-7")
def test_the_buyers_opt_out_in_a_quote_does_not_reach_the_seller() -> None:
    pair = pair_of_two()
    link = opt_out_link(pair.pk)
    message = say(
        pair,
        Side.BUYER,
        f"Thank you.\n\nOn Monday Alder & Pine wrote:{quoted(f'No more messages: {link}')}",
        subject=f"Re: {link}",
        html=f'<p>Thank you.</p><blockquote><a href="{link}">No more messages</a><br>{link}</blockquote>',
        door=Door.MAIL,
    )
    content, mail = shown(message), only_mail()
    for text in (content.subject, content.text, content.html, header(mail, "Subject"), body(mail, "plain")):
        assert not SIGNATURE.search(re.sub(r"[\s>]", "", text).replace(link_of_ours(body(mail, "plain")), ""))
    assert "No more messages: [link removed]" in content.text
    assert "/links/opt-out/" not in body(mail, "html")


def link_of_ours(text: str) -> str:
    """The seller's own link in the mail's frame, which may act."""
    found = re.search(r"https?://\S+/links/no-response/\S+", text)
    assert found
    return found[0]


@pytest.mark.rule("MAIL-16", "MAIL-30")
def test_the_sellers_link_in_a_quote_does_not_reach_the_buyer() -> None:
    pair = pair_of_two()
    question = say(pair, Side.BUYER, order_id=order_for(pair).pk)
    link = no_response_link(CONTACT)
    only_mail()
    say(
        pair,
        Side.SELLER,
        f"Tomorrow.{quoted(link)}",
        html=f'<p>Tomorrow.</p><blockquote><a href="{link}">No response needed</a></blockquote>',
        thread_id=question.thread_id,
        door=Door.MAIL,
    )
    mail = only_mail()
    assert "/links/" not in body(mail, "plain") + body(mail, "html")
    assert ">No response needed</a>" in body(mail, "html")


@pytest.mark.rule("MAIL-16", "MAIL-17", "ACC-9")
@pytest.mark.parametrize(
    "html",
    [
        "Hannah <b>Winter</b>",
        "<b>Hannah</b> <b>Winter</b>",
        "<div>Hannah</div><div>Winter</div>",
        "<span>Hannah</span><br>Winter",
        "Hannah&shy;&nbsp;Winter",
        "Hannah-Winter",
        "Hannah_Winter",
        "https://social.example/hannah-winter/",
        "https://social.example/?name=Hannah%20Winter",
    ],
)
def test_a_signature_in_html_does_not_stop_a_buyers_mail(html: str) -> None:
    pair = pair_of_two()
    text = re.sub("<[^<>]*>", " ", html.replace("&shy;", "\xad").replace("&nbsp;", "\xa0"))
    message = say(
        pair, Side.BUYER, f"Where is it?\n\n{text}", html=f"<p>Where is it?</p><p>{html}</p>", door=Door.MAIL
    )
    plain = body(only_mail(), "plain")  # no leak is found
    assert "Hannah W." in plain or "Hannah%20W." in plain
    assert "inter" not in shown(message).text + shown(message).html


@pytest.mark.rule("ACC-9")
@pytest.mark.parametrize(
    ("full", "display", "other"),
    [
        ("Hannah Winter", "Hannah W.", True),
        ("Hannah Winter", "hannah  WINTER", False),
        ("Hannah Winter", "Hannah Winter, Leeds", False),
        ("Hannah Winter", "Hannah Winters", True),
        ("", "Hannah", False),
    ],
)
def test_a_name_that_is_shown_anyway_needs_no_protection(full: str, display: str, other: bool) -> None:
    buyer = BuyerFactory.create(user=UserFactory.create(full_name=full), display_name=display)
    assert bool(hidden_names(buyer)) is other


@pytest.mark.rule("MAIL-27")
def test_in_a_notice_the_readers_own_address_and_name_stay() -> None:
    words = "hannah.winter@mail.example, Hannah Winter, desk@alderpine.example"
    hide = disguise(pair_of_two(), Side.BUYER, own=False)
    assert hide.text(words) == "hannah.winter@mail.example, Hannah Winter, s@marketplace.example"


@pytest.mark.rule("ACC-9", "MAIL-16")
def test_the_name_that_the_marketplace_gave_is_as_hidden_as_the_one_chosen() -> None:
    pair = pair_of_two()
    user = pair.buyer.user
    user.full_name, user.other_full_name = "Vicky Winter", "Vicky Winter Realname"
    pair.buyer.display_name = "Vicky W."
    hide = disguise(pair, Side.SELLER)
    assert hide.text("Vicky Winter Realname, or Vicky Winter") == "Vicky W., or Vicky W."
    assert hide.html("<p>Vicky Winter Realname</p>") == "<p>Vicky W.</p>"
    assert disguise(pair, Side.BUYER).text("Vicky Winter Realname") == "Vicky Winter Realname"
    user.other_full_name = ""
    assert hidden_names(pair.buyer) == ("Vicky Winter",)

"""What becomes of a click or a text whose session is over (UX-5), and of addresses that only buttons call."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts import kept_writing
from accounts.models import User
from messages_app.models import Message
from tests.factories import MembershipFactory, UserFactory
from tests.messages_app.views.world import World, make_world
from tests.visitors import visitor

pytestmark = pytest.mark.django_db
SIGN_IN = "/sign-in/"
TEXT = "The lid is on its way, Émilie."


@pytest.fixture
def world() -> World:
    return make_world()


def sign_in(client: Client, user: User, **fields: str) -> str:
    """Where signing in leads to."""
    answer = client.post(SIGN_IN, {"username": user.email, "password": "demo", **fields})
    assert answer.status_code == 302, answer.content
    return answer.headers["Location"]


def signed_out_browser(user: User) -> Client:
    """A browser in which that person was signed in until their session ended."""
    client = visitor()
    sign_in(client, user)
    Session.objects.all().delete()
    return client


def hidden(page: str) -> dict[str, str]:
    """What the sign-in form brings along."""
    return {
        name: value
        for name in ("next", "kept")
        for value in re.findall(rf'name="{name}" value="([^"]*)"', page.partition("</header>")[2])
    }


def reply_path(world: World) -> str:
    return reverse("thread", args=[world.thread.pk])


@pytest.mark.rule("UX-5")
def test_a_reply_of_a_session_that_is_over_stands_in_the_composer_after_signing_in(world: World) -> None:
    path = f"{reply_path(world)}?view=all"
    client = signed_out_browser(world.owner)
    answer = client.post(path, {"text": TEXT, "token": "0" * 32})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "You are signed out. Nothing was sent or saved yet." in page
    assert "kept for an hour" in page
    assert TEXT not in page
    sent = Message.objects.count()
    wrong = client.post(SIGN_IN, {"username": world.owner.email, "password": "no", **hidden(page)})
    assert hidden(wrong.content.decode()) == hidden(page)  # a mistyped password loses nothing
    assert sign_in(client, world.owner, **hidden(page)) == path
    again = client.get(path).content.decode()
    assert f">{TEXT}</textarea>" in again
    assert "It is not sent or saved yet." in again
    assert Message.objects.count() == sent
    assert TEXT not in client.get(path).content.decode()  # once


@pytest.mark.rule("UX-5")
def test_contacting_and_settings_keep_what_was_written_too(world: World) -> None:
    contact = f"{reverse('new_message')}?order={world.order.number}"
    for user, path, fields, shown in (
        (
            world.buyer,
            contact,
            {"text": TEXT, "topic": "invoice"},
            ('value="invoice" required checked', TEXT),
        ),
        (world.buyer, reverse("settings_profile"), {"display_name": "Hanni"}, ('value="Hanni"',)),
        (world.owner, reverse("settings_addresses"), {"email": "new@shop.example"}, ("new@shop.example",)),
        (world.buyer, reverse("settings_notifications"), {"mail_system": "on"}, ('name="mail_system"',)),
    ):
        client = signed_out_browser(user)
        page = client.post(path, fields).content.decode()
        assert sign_in(client, user, **hidden(page)) == path
        again = client.get(path).content.decode()
        assert [words for words in shown if words not in again] == [], path
    assert not re.search(r'name="mail_messages"[^>]* checked', again)  # a box that was not ticked
    assert re.search(r'name="mail_system"[^>]* checked', again)


@pytest.mark.rule("UX-5", "SEC-1")
def test_nobody_but_its_author_gets_what_was_kept(world: World) -> None:
    colleague = UserFactory.create()
    MembershipFactory.create(user=colleague, seller=world.pair.seller, can_reply=True)
    client = signed_out_browser(world.owner)
    page = client.post(reply_path(world), {"text": TEXT}).content.decode()
    sign_in(client, colleague, **hidden(page))
    shown = client.get(reply_path(world)).content.decode()
    assert TEXT not in shown
    assert "could not be kept" in shown


@pytest.mark.rule("UX-5")
def test_where_the_author_is_unknown_nothing_is_kept_and_the_page_says_so(world: World) -> None:
    form = {"text": f"{TEXT} <b>", "reason": "other"}
    page = visitor().post(reply_path(world), form).content.decode()
    assert "kept" not in hidden(page)
    assert "copy what you wrote from here" in page
    assert f">{TEXT} &lt;b&gt;</textarea>" in page


@pytest.mark.rule("UX-5", "GATE-6")
def test_a_question_from_a_page_for_everybody_waits_for_whoever_signs_in_with_its_form(world: World) -> None:
    path = f"{reverse('store', args=[world.pair.seller.slug])}ask/"
    client = visitor()
    page = client.post(path, {"text": TEXT, "topic": "refund"}).content.decode()
    assert "kept for an hour" in page
    assert sign_in(client, world.stranger, **hidden(page)) == path
    assert f">{TEXT}</textarea>" in client.get(path).content.decode()
    known = signed_out_browser(world.owner)  # here it is the one who is known, and nobody else
    page = known.post(path, {"text": TEXT, "topic": "refund"}).content.decode()
    sign_in(known, world.stranger, **hidden(page))
    assert TEXT not in known.get(path).content.decode()


@pytest.mark.rule("UX-5", "SEC-4")
@pytest.mark.parametrize(("minutes", "kept"), [(59, True), (61, False)])
def test_what_was_kept_lasts_an_hour(world: World, minutes: int, kept: bool) -> None:
    client = signed_out_browser(world.owner)
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        page = client.post(reply_path(world), {"text": TEXT}).content.decode()
    with time_machine.travel(now + timedelta(minutes=minutes), tick=False):
        sign_in(client, world.owner, **hidden(page))
        assert (TEXT in client.get(reply_path(world)).content.decode()) is kept


@pytest.mark.rule("PRV-1", "SEC-4")
def test_what_was_kept_is_sealed_and_cannot_be_made_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_out_browser(world.owner)
    fields = hidden(client.post(reply_path(world), {"text": TEXT}).content.decode())
    sign_in(client, world.owner, **fields)
    stored = [row.get_decoded() for row in Session.objects.all()]
    assert any(kept_writing.SESSION_KEY in session for session in stored)
    assert not any("lid is on" in str(session) for session in stored)
    other = signed_out_browser(world.owner)
    sign_in(other, world.owner, **{**fields, "kept": fields["kept"][:-8] + "AAAAAAA="})
    assert TEXT not in other.get(reply_path(world)).content.decode()
    monkeypatch.setattr(kept_writing, "_MOST", 100)
    too_much = signed_out_browser(world.owner)
    assert "kept" not in hidden(too_much.post(reply_path(world), {"text": TEXT}).content.decode())


def paths_of(patterns: list[URLPattern | URLResolver], prefix: str = "") -> list[str]:
    """The addresses of the product by example; the admin's are Django's own."""
    found: list[str] = []
    for one in patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            found += [] if route == "admin/" else paths_of(one.url_patterns, route)
        else:
            found.append("/" + re.sub(r"<(\w+):\w+>", _example, route))
    return found


def _example(converter: re.Match[str]) -> str:
    return {"uuid": str(UUID(int=7)), "int": "1", "str": "x", "slug": "x"}[converter.group(1)]


@pytest.mark.rule("UX-5")
def test_an_address_that_only_a_button_calls_says_so_to_whoever_opens_it(world: World) -> None:
    for client in (visitor(), visitor(world.owner), visitor(world.buyer)):
        answers = {path: client.get(path) for path in paths_of(get_resolver().url_patterns)}
        refused = {path: answer for path, answer in answers.items() if answer.status_code == 405}
        assert {"/sign-out/", "/role/", "/theme/", "/settings/privacy/1/"} <= set(refused)
        for path, answer in refused.items():
            assert "This is a button, not a page" in answer.content.decode(), path
            assert "POST" in answer.headers["Allow"]


@pytest.mark.rule("UX-5")
@pytest.mark.parametrize(
    ("referer", "leads_to"),
    [
        ("http://testserver/messages/?view=all", "/messages/?view=all"),
        ("http://testserver", "/"),
        ("https://evil.example/messages/", "/"),
        ("", "/"),
    ],
)
def test_a_button_of_a_session_that_is_over_leads_back_to_its_page(
    world: World, referer: str, leads_to: str
) -> None:
    button = reverse("no_response_needed", args=[world.thread.pk])
    for path in (button, "/role/", "/settings/privacy/1/", "/settings/team/1/", "/settings/addresses/1/"):
        client = signed_out_browser(world.owner)
        answer = client.post(path, {"role": "buyer"}, headers={"referer": referer})
        assert answer.status_code == 302
        assert parse_qs(urlsplit(answer.headers["Location"]).query)["next"] == [leads_to]
        page = client.get(answer.headers["Location"]).content.decode()
        assert "You were signed out. Nothing was changed" in page
        assert sign_in(client, world.owner, **hidden(page)) == leads_to


@pytest.mark.rule("UX-5")
def test_an_empty_reply_of_a_session_that_is_over_keeps_nothing(world: World) -> None:
    answer = signed_out_browser(world.owner).post(
        reply_path(world), {"text": " \n"}, headers={"referer": f"http://testserver{reply_path(world)}"}
    )
    assert answer.headers["Location"] == f"{SIGN_IN}?next={reply_path(world)}"
    assert visitor().get(reverse("thread", args=[uuid4()])).status_code == 302

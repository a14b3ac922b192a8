"""The frame of every page: roles, theme, language, the front door."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from tests.factories import BuyerFactory, MembershipFactory, SellerFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_language_left_behind() -> Iterator[None]:
    yield
    translation.deactivate()


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_front_door_leads_nobody_to_sign_in_and_a_person_to_their_inbox() -> None:
    assert Client().get("/")["Location"] == reverse("sign_in")
    assert browser(BuyerFactory.create().user).get("/")["Location"] == reverse("inbox")


@pytest.mark.rule("ACC-2")
def test_a_person_switches_between_buying_and_selling_without_signing_out() -> None:
    user = UserFactory.create()
    BuyerFactory.create(user=user)
    first = SellerFactory.create(owner=user, trade_name="Alder and Pine")
    second = MembershipFactory.create(user=user, seller__trade_name="Birch and Elm").seller
    client = browser(user)
    page = client.get("/", follow=True).content.decode()
    assert "Signed in for Alder and Pine" in page
    offered = re.findall(r'name="role" value="([^"]+)"', page)
    assert offered == [f"seller:{second.pk}", "buyer"]
    page = client.post(reverse("switch_role"), {"role": "buyer"}, follow=True).content.decode()
    assert "Your Messages</h1>" in page
    assert re.findall(r'name="role" value="([^"]+)"', page) == [f"seller:{first.pk}", f"seller:{second.pk}"]


@pytest.mark.parametrize("theme", ["light", "dark", "system"])
def test_the_chosen_theme_stays(theme: str) -> None:
    client = browser(BuyerFactory.create().user)
    client.cookies["theme"] = "dark"
    answer = client.post(reverse("set_theme"), {"theme": theme, "next": "/orders/"})
    assert answer["Location"] == "/orders/"
    page = client.get(reverse("inbox")).content.decode()
    shown = re.search(r'<html lang="en"(?: data-theme="(\w+)")?>', page)
    assert shown
    assert shown.group(1) == (None if theme == "system" else theme)
    assert re.search(rf'value="{theme}" aria-pressed="true"', page)


def test_a_theme_that_is_none_changes_nothing_and_a_cookie_is_no_markup() -> None:
    client = browser(BuyerFactory.create().user)
    assert client.post(reverse("set_theme"), {"theme": "pink"}).status_code == 404
    client.cookies["theme"] = '"><script>'
    assert '<html lang="en">' in client.get(reverse("inbox")).content.decode()


@pytest.mark.rule("SEC-3")
@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_the_choice_of_a_theme_leads_nowhere_else(elsewhere: str) -> None:
    answer = Client().post(reverse("set_theme"), {"theme": "dark", "next": elsewhere})
    assert answer["Location"] == "/"


@pytest.mark.rule("ACC-10")
def test_nobody_in_particular_chooses_a_language_on_the_page() -> None:
    client = Client(headers={"accept-language": "de"})
    german = client.get(reverse("sign_in")).content.decode()
    assert '<html lang="de">' in german
    names = re.findall(r'class="menu__item" name="language".*?>([^<]+)</button>', german)
    assert names == ["English", "Français", "Italiano", "Polski", "Deutsch", "Español"]  # each its own
    client.post(reverse("set_language"), {"language": "pl", "next": reverse("sign_in")})
    assert '<html lang="pl">' in client.get(reverse("sign_in")).content.decode()


@pytest.mark.rule("UX-2")
def test_pages_name_their_landmarks_and_have_one_heading() -> None:
    page = browser(SellerFactory.create().memberships.get().user).get("/", follow=True).content.decode()
    assert page.index('class="skip" href="#main"') < page.index("<header")
    assert page.count("<h1") == page.count("<main") == 1
    assert re.search(r'<nav class="mainnav" aria-label="[^"]+">', page)


@pytest.mark.rule("ACC-3", "UX-5")
def test_a_member_who_may_not_read_lands_on_a_page_that_says_so_and_leads_on() -> None:
    member = MembershipFactory.create(can_read=False, seller__trade_name="Alder and Pine")
    client = browser(member.user)
    answer = client.get("/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "does not include reading messages and orders" in page
    for name in ("inbox", "orders"):
        assert f'href="{reverse(name)}"' not in page
        refused = client.get(reverse(name))
        assert refused.status_code == 403
        assert 'href="/"' in refused.content.decode()  # and from there it goes on
    assert f'href="{reverse("settings_profile")}"' in page
    assert client.get(reverse("settings_profile")).status_code == 200


@pytest.mark.rule("UX-5")
@pytest.mark.parametrize(
    ("who", "leads_to"),
    [("nobody", "sign_in"), ("buyer", "home"), ("member", "settings_profile"), ("staff", "home")],
)
def test_a_page_that_is_not_there_leads_on_to_where_one_may_be(who: str, leads_to: str) -> None:
    ways: dict[str, Callable[[], Client]] = {
        "nobody": Client,
        "buyer": lambda: browser(BuyerFactory.create().user),
        "member": lambda: browser(MembershipFactory.create(can_read=False).user),
        "staff": lambda: browser(UserFactory.create(is_staff=True, is_superuser=True)),
    }
    answer = ways[who]().get("/no-such-page/")
    way = re.search(r'<p><a class="button" href="([^"]+)">([^<]+)</a></p>', answer.content.decode())
    assert answer.status_code == 404
    assert way is not None
    assert way[1] == reverse(leads_to)
    assert ("messages" in way[2]) == (who == "buyer")


@pytest.mark.rule("ACC-1", "UX-5")
def test_staff_land_in_the_administration_or_on_a_page_that_says_why_not() -> None:
    admin = browser(UserFactory.create(is_staff=True, is_superuser=True))
    assert admin.get("/")["Location"] == reverse("admin:index")
    assert admin.get("/", follow=True).status_code == 200
    for user in (UserFactory.create(is_staff=True), UserFactory.create()):
        answer = browser(user).get("/")
        assert answer.status_code == 200
        assert "no part of the administration is open to it yet" in answer.content.decode()

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts import rate_limit
from tests.factories import BuyerFactory, MembershipFactory, SellerFactory, UserFactory, seller_owner
from tests.visitors import visitor

pytestmark = pytest.mark.django_db
SIGN_IN = "/sign-in/"


def try_password(client: Client, email: str, password: str = "demo", **fields: str) -> int:
    return client.post(SIGN_IN, {"username": email, "password": password, **fields}).status_code


@pytest.mark.rule("ACC-1")
def test_a_person_signs_in_with_any_letter_case_and_out_again() -> None:
    user = UserFactory.create(email="hannah@people.example")
    client = visitor()
    assert try_password(client, " Hannah@PEOPLE.example ") == 302
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.get(SIGN_IN).url == "/"  # type: ignore[attr-defined]
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert "_auth_user_id" not in client.session


@pytest.mark.rule("ACC-1", "ACC-11")
def test_every_failure_looks_the_same() -> None:
    UserFactory.create(email="known@people.example")
    UserFactory.create(email="unclaimed@people.example", unclaimed=True)
    UserFactory.create(email="inactive@people.example", is_active=False)
    pages = set()
    for name in ("known", "unclaimed", "inactive", "nobody"):
        client = visitor()
        answer = client.post(SIGN_IN, {"username": f"{name}@people.example", "password": "wrong"})
        assert answer.status_code == 422
        page = answer.content.decode().replace(name, "NAME")
        pages.add(page.replace(answer.context["csrf_token"] + "", "")[-600:])
        assert "do not go together" in page
    assert len(pages) == 1
    assert try_password(visitor(), "inactive@people.example") == 422
    assert try_password(visitor(), "unclaimed@people.example", "!") == 422


@pytest.mark.rule("ACC-1", "UX-5")
def test_the_try_that_is_one_too_many_says_only_that(settings: Settings) -> None:
    client, pages = visitor(), []
    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = client.post(SIGN_IN, {"username": "nobody@people.example", "password": "wrong"})
        pages.append(answer.content.decode())
    said = [("do not go together" in page, "Too many tries" in page) for page in pages]
    assert said == [(True, False)] * (len(pages) - 1) + [(False, True)]


@pytest.mark.rule("ACC-1", "SEC-4")
def test_one_account_from_one_place_is_locked_after_ten_wrong_passwords(settings: Settings) -> None:
    UserFactory.create(email="known@people.example")
    client = visitor()
    for name in ("known@people.example", "nobody@people.example"):  # the same for both: nothing is revealed
        statuses = [try_password(client, name, "wrong") for _ in range(settings.AXES_FAILURE_LIMIT)]
        assert set(statuses[:-1]) == {422}
        answer = client.post(SIGN_IN, {"username": name, "password": "demo"})
        assert answer.status_code == 429
        assert "Too many tries" in answer.content.decode()
    assert "_auth_user_id" not in client.session
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert try_password(elsewhere, "known@people.example") == 302


@pytest.mark.rule("ACC-1", "SEC-4")
def test_one_place_may_fail_only_so_often_over_all_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = rate_limit.Limit("sign-in-place", 3)
    monkeypatch.setattr("accounts.views.sign_in.SIGN_IN_PER_PLACE", limit)
    UserFactory.create(email="known@people.example")
    client = visitor()
    assert [try_password(client, f"n{n}@people.example") for n in range(4)] == [422, 422, 422, 429]
    pages = [
        client.post(SIGN_IN, {"username": "known@people.example", "password": password}).content.decode()
        for password in ("demo", "wrong")
    ]
    assert all("Too many tries" in page for page in pages)
    assert not any("do not go together" in page for page in pages)  # neither password is even tried
    assert "_auth_user_id" not in client.session


@pytest.mark.rule("ACC-1", "SEC-4")
@pytest.mark.parametrize("account", ["known@people.example", "nobody@people.example"])
def test_one_account_may_be_guessed_at_only_so_often_from_all_places(
    monkeypatch: pytest.MonkeyPatch, account: str
) -> None:
    """Whoever is kept out by others' guesses still signs in where they have been before."""
    monkeypatch.setattr("accounts.views.sign_in.SIGN_IN_PER_PERSON", rate_limit.Limit("sign-in-person", 3))
    UserFactory.create(email="known@people.example")
    at_home = Client(REMOTE_ADDR="192.0.2.99")
    assert try_password(at_home, "known@people.example") == 302
    at_home.post(reverse("sign_out"))
    places = [Client(REMOTE_ADDR=f"192.0.2.{n}") for n in range(5)]
    tried = [try_password(place, account.upper(), "wrong password") for place in places]
    assert tried == [422, 422, 422, 429, 429]
    assert try_password(Client(REMOTE_ADDR="192.0.2.50"), account) == 429
    assert try_password(at_home, "known@people.example") == 302
    assert try_password(Client(REMOTE_ADDR="192.0.2.51"), "else@people.example") == 422


@pytest.mark.rule("SEC-3")
@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/orders/", "/orders/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_to_pages_of_ours_alone(wanted: str, leads_to: str) -> None:
    user = UserFactory.create()
    answer = visitor().post(SIGN_IN, {"username": user.email, "password": "demo", "next": wanted})
    assert answer.headers["Location"] == leads_to


@pytest.mark.rule("ACC-2")
def test_one_person_switches_between_buying_and_selling() -> None:
    buyer = BuyerFactory.create()
    first = SellerFactory.create(trade_name="Alder", owner=buyer.user)
    second = MembershipFactory.create(user=buyer.user, seller__trade_name="Birch").seller
    client = visitor(buyer.user)
    orders = reverse("orders")
    assert "Manage Orders" in client.get(orders).content.decode()  # the first seller by name
    assert client.post("/role/", {"role": "buyer"}).status_code == 302
    assert "Your Orders" in client.get(orders).content.decode()
    assert client.post("/role/", {"role": f"seller:{second.pk}"}).status_code == 302
    assert client.get(orders).context["role"].seller == second
    assert client.get(reverse("settings_addresses")).status_code == 403  # here they may only read
    client.post("/role/", {"role": f"seller:{first.pk}"})
    assert client.get(reverse("settings_addresses")).status_code == 200


@pytest.mark.rule("ACC-2", "SEC-6")
@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/stores/alder/", "/stores/alder/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("", "/"),
    ],
)
def test_a_switch_leads_back_to_pages_of_ours_alone(wanted: str, leads_to: str) -> None:
    client = visitor(BuyerFactory.create().user)
    answer = client.post("/role/", {"role": "buyer", "next": wanted})
    assert answer.headers["Location"] == leads_to
    assert client.post("/role/", {"role": "seller:1", "next": wanted}).status_code == 404


@pytest.mark.rule("ACC-2", "SEC-1")
def test_nobody_takes_a_role_that_is_not_theirs() -> None:
    seller = SellerFactory.create()
    client = visitor(BuyerFactory.create().user)
    for role in (f"seller:{seller.pk}", "seller:999999", "seller:", "x", ""):
        assert client.post("/role/", {"role": role}).status_code == 404
    forged = visitor(BuyerFactory.create().user, selling_for=seller)
    assert "Your Orders" in forged.get(reverse("orders")).content.decode()
    assert visitor(seller_owner(seller)).post("/role/", {"role": "buyer"}).status_code == 404
    assert visitor().post("/role/", {"role": "buyer"}).headers["Location"].startswith(SIGN_IN)


@pytest.mark.rule("ACC-3", "SEC-4")
def test_a_removed_member_is_out_at_the_next_request() -> None:
    member = MembershipFactory.create()
    client = visitor(member.user, selling_for=member.seller)
    assert client.get(reverse("orders")).status_code == 200
    member.delete()
    assert client.get(reverse("orders")).status_code == 404


@pytest.mark.rule("ACC-10", "UX-4")
def test_pages_come_in_the_persons_language_else_the_browsers() -> None:
    german = visitor(BuyerFactory.create(user__language="de").user)
    unset = visitor(BuyerFactory.create(user__language="").user)
    orders = reverse("orders")
    assert '<html lang="de"' in german.get(orders, headers={"accept-language": "fr"}).content.decode()
    assert '<html lang="fr"' in unset.get(orders, headers={"accept-language": "fr"}).content.decode()

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import links, rate_limit
from accounts.links import person_by_token, person_token
from accounts.models import AccountEvent, Buyer, User
from accounts.services.people import ask_for_link, set_password, sign_up_buyer
from tests.factories import AuthorizedAddressFactory, BuyerFactory, MarketplaceFactory, UserFactory
from tests.visitors import visitor

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
NEW = "a-quite-long-passphrase"
FORM = {"new_password1": NEW, "new_password2": NEW}


def told() -> list[tuple[str, User | None]]:
    return [(event.kind, event.user) for event in AccountEvent.objects.order_by("pk")]


@pytest.mark.rule("ACC-1", "ACC-11")
def test_who_asks_for_a_link_gets_the_one_that_fits_and_strangers_none() -> None:
    claimed, unclaimed = UserFactory.create(), UserFactory.create(unclaimed=True)
    inactive = UserFactory.create(is_active=False)
    statements = set()
    for email in (claimed.email.upper(), unclaimed.email, inactive.email, "nobody@people.example"):
        with CaptureQueriesContext(connection) as captured:
            ask_for_link(email=email, now=NOW)
        statements.add(len(captured))
    assert told() == [("reset_password", claimed), ("claim", unclaimed), ("reset_password", None),
                      ("reset_password", None)]  # fmt: skip
    assert len(statements) == 1  # the work is the same, so time tells nothing


@pytest.mark.rule("ACC-1")
def test_the_page_answers_everybody_alike() -> None:
    user = UserFactory.create()
    answers = [visitor().post("/claim/", {"email": email}) for email in (user.email, "nobody@people.example")]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {(302, "/sign-in/")}
    assert visitor().post("/claim/", {"email": "not an address"}).status_code == 422


@pytest.mark.rule("ACC-1")
def test_an_address_where_the_relay_is_may_have_an_account_but_none_is_opened_there() -> None:
    staff = UserFactory.create(email="moderator@marketplace.example", is_staff=True)
    assert visitor().post("/claim/", {"email": staff.email}).status_code == 302
    assert told() == [("reset_password", staff)]
    form = {"full_name": "Ada Moss", "marketplace": MarketplaceFactory.create().pk}
    answer = visitor().post("/sign-up/", {**form, "email": "ada@marketplace.example"})
    assert answer.status_code == 422
    assert "an address of the relay itself" in answer.content.decode()
    assert visitor().post("/sign-up/", {**form, "email": "ada@people.example"}).status_code == 302


@pytest.mark.rule("ACC-1", "ACC-11")
def test_a_claim_link_sets_the_first_password_and_works_once() -> None:
    buyer = BuyerFactory.create(user=UserFactory.create(unclaimed=True))
    path = f"/set-password/{person_token(buyer.user)}/"
    page = visitor().get(path)
    assert "Choose your password" in page.content.decode()
    assert not User.objects.get(pk=buyer.user.pk).has_usable_password()  # opening it changes nothing
    assert visitor().post(path, {"new_password1": NEW, "new_password2": "other"}).status_code == 422
    assert visitor().post(path, {"new_password1": "short", "new_password2": "short"}).status_code == 422
    assert visitor().post(path, FORM).status_code == 302
    user = User.objects.get(pk=buyer.user.pk)
    assert user.check_password(NEW)
    assert user.claimed_at is not None
    assert visitor().post(path, FORM).status_code == visitor().get(path).status_code == 410
    client = visitor()
    assert client.post("/sign-in/", {"username": user.email, "password": NEW}).status_code == 302


@pytest.mark.rule("ACC-1", "SEC-4")
def test_a_new_password_ends_every_session() -> None:
    user = BuyerFactory.create().user
    elsewhere = visitor(user)
    assert elsewhere.get("/orders/").status_code == 200
    with time_machine.travel(NOW, tick=False):
        token = person_token(User.objects.get(pk=user.pk))
        assert set_password(token=token, password=NEW, now=NOW)
    assert elsewhere.get("/orders/").status_code == 302


@pytest.mark.rule("SEC-4")
@pytest.mark.parametrize(("unclaimed", "age"), [(True, timedelta(hours=24)), (False, timedelta(hours=1))])
def test_a_link_ends_with_its_age(*, unclaimed: bool, age: timedelta) -> None:
    user = UserFactory.create(unclaimed=unclaimed)
    with time_machine.travel(NOW, tick=False) as clock:
        token = person_token(user)
        clock.move_to(NOW + age)
        assert person_by_token(token) == user
        clock.move_to(NOW + age + SECOND)
        assert person_by_token(token) is None
        assert set_password(token=token, password=NEW, now=NOW) is None


@pytest.mark.rule("SEC-4", "ACC-12")
@pytest.mark.parametrize(
    "change",
    [{"email": "new@people.example"}, {"last_login": NOW}, {"password": "other"}, {"is_active": False}],
)
def test_a_link_ends_when_its_ground_ends(change: dict[str, object]) -> None:
    user = UserFactory.create()
    token = person_token(user)
    assert person_by_token(token) == user
    User.objects.filter(pk=user.pk).update(**change)
    assert person_by_token(token) is None


@pytest.mark.rule("SEC-4")
def test_a_link_serves_one_purpose_and_one_person() -> None:
    user, other = UserFactory.create(), UserFactory.create()
    token, foreign = person_token(user), person_token(other)
    waiting = AuthorizedAddressFactory.create(state="waiting")
    assert links.address_by_token(links.address_token(waiting)) == waiting
    assert links.address_by_token(token) is None
    assert person_by_token(links.address_token(waiting)) is None
    mixed = foreign.partition("-")[0] + "-" + token.partition("-")[2]
    for forged in (mixed, token[:-1], token + "A", "", "~", "1-2~3~4", "\x00", "é"):
        assert person_by_token(forged) is None
    assert user.email not in token


@pytest.mark.rule("ACC-1", "ACC-11", "ACC-9")
def test_signing_up_makes_an_unclaimed_buyer_who_gets_a_link() -> None:
    marketplace = MarketplaceFactory.create()
    form = {"email": "Hannah@People.example", "full_name": "Hannah Winter", "marketplace": marketplace.pk}
    assert visitor().post("/sign-up/", form, headers={"accept-language": "pl"}).status_code == 302
    buyer = Buyer.objects.get()
    assert (buyer.user.email, buyer.display_name, buyer.marketplace) == (
        "hannah@people.example", "Hannah W.", marketplace,
    )  # fmt: skip
    assert (buyer.user.language, buyer.user.claimed_at, buyer.external_id) == ("pl", None, None)
    assert told() == [("sign_up", buyer.user)]
    assert visitor().post("/sign-up/", form | {"full_name": ""}).status_code == 422
    assert visitor().post("/sign-up/", form | {"email": "x@marketplace.example"}).status_code == 422


@pytest.mark.rule("ACC-9")
@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("www.evil-shop.example Xavier", "phone number"),
        ("T+4917612345678 Mueller", "phone number"),
        ("hannah.winter＠gmail．com Xy", "phone number"),
        ("Maria ①②③④⑤⑥", "phone number"),
        ("Grand Bazaar Support", "marketplace&#x27;s own"),
    ],
)
def test_nobody_signs_up_with_a_name_that_the_profile_would_refuse(name: str, word: str) -> None:
    marketplace = MarketplaceFactory.create(code="UK", name="Grand Bazaar")
    form = {"email": "n@people.example", "full_name": name, "marketplace": marketplace.pk}
    answer = visitor().post("/sign-up/", form)
    assert (answer.status_code, word in answer.text) == (422, True)
    assert not User.objects.exists()


@pytest.mark.rule("ACC-1")
def test_signing_up_with_a_known_address_changes_nothing_and_shows_nothing() -> None:
    marketplace = MarketplaceFactory.create()
    claimed, unclaimed = UserFactory.create(), UserFactory.create(unclaimed=True)
    answers = set()
    for email in (claimed.email, unclaimed.email, "new@people.example"):
        form = {"email": email, "full_name": "Mallory", "marketplace": marketplace.pk}
        answer = visitor().post("/sign-up/", form)
        answers.add((answer.status_code, answer.headers["Location"]))
    assert len(answers) == 1
    assert told()[:2] == [("account_exists", claimed), ("claim", unclaimed)]
    assert Buyer.objects.count() == 1
    claimed.refresh_from_db()
    assert claimed.full_name != "Mallory"
    assert claimed.check_password("demo")


@pytest.mark.rule("ACC-1", "SEC-4")
@pytest.mark.parametrize("page", ["/claim/", "/sign-up/"])
def test_links_for_one_address_and_from_one_place_are_limited(
    page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.views.claim.LINK_PER_PLACE", rate_limit.Limit("link-place", 7))
    form = {"full_name": "Hannah Winter", "marketplace": MarketplaceFactory.create().pk}
    same = [visitor().post(page, form | {"email": "a@people.example"}).status_code for _ in range(6)]
    assert same == [302] * 5 + [429]
    others = [visitor().post(page, form | {"email": f"b{n}@people.example"}).status_code for n in range(2)]
    assert others == [302, 429]
    assert AccountEvent.objects.count() == 6


@pytest.mark.rule("SEC-4")
def test_a_limit_begins_anew_after_its_window() -> None:
    limit = rate_limit.Limit("test", 2, timedelta(minutes=10))
    with time_machine.travel(NOW, tick=False) as clock:
        assert [rate_limit.count_try(limit, "a") for _ in range(3)] == [True, True, False]
        assert rate_limit.count_try(limit, "b")
        clock.shift(timedelta(minutes=10) + SECOND)
        assert not rate_limit.is_spent(limit, "a")
        assert rate_limit.count_try(limit, "a")


@pytest.mark.both_databases
def test_the_same_sign_up_twice_makes_one_buyer() -> None:
    marketplace = MarketplaceFactory.create()
    for _ in range(2):
        sign_up_buyer(
            email="hannah@people.example", full_name="Hannah", language="en", marketplace=marketplace, now=NOW
        )
    assert Buyer.objects.count() == User.objects.count() == 1


@pytest.mark.rule("ACC-1", "ACC-9", "ACC-11")
def test_who_claims_a_signed_up_account_says_what_they_are_called() -> None:
    marketplace = MarketplaceFactory.create()
    for name in ("Stranger Danger", "Hannah Winter"):
        sign_up_buyer(
            email="hannah@people.example", full_name=name, language="en", marketplace=marketplace, now=NOW
        )
    user = User.objects.get()
    path = f"/set-password/{person_token(user)}/"
    assert "Stranger" not in visitor().get(path).content.decode()
    assert visitor().post(path, FORM).status_code == 422
    assert visitor().post(path, {**FORM, "full_name": "me@outside.example"}).status_code == 422
    assert visitor().post(path, {**FORM, "full_name": "Hannah Winter"}).status_code == 302
    user.refresh_from_db()
    assert (user.full_name, user.buyer.display_name) == ("Hannah Winter", "Hannah W.")
    reset = f"/set-password/{person_token(user)}/"
    assert visitor().post(reset, {**FORM, "full_name": "Other"}).status_code == 302
    user.refresh_from_db()
    assert user.full_name == "Hannah Winter"


@pytest.mark.rule("ACC-9", "ACC-11")
def test_a_name_that_the_marketplace_gave_is_not_asked_for() -> None:
    buyer = BuyerFactory.create(user=UserFactory.create(unclaimed=True, full_name="Hannah Winter"))
    path = f"/set-password/{person_token(buyer.user)}/"
    assert "Full name" not in visitor().get(path).content.decode()
    assert visitor().post(path, {**FORM, "full_name": "Other"}).status_code == 302
    assert User.objects.get(pk=buyer.user.pk).full_name == "Hannah Winter"

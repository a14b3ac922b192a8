"""The second factor: setting it up, signing in with it, and what it ends (ACC-1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from threading import Barrier, Thread

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.links import person_token
from accounts.models import RecoveryCode, SecondFactor, User
from accounts.proof import FRESH
from accounts.queries.second_factor import second_factor_of
from accounts.rate_limit import PROOF_PER_PERSON
from accounts.services.second_factor import (
    begin_second_factor,
    confirm_second_factor,
    remove_second_factor,
    renew_recovery_codes,
    reseal_second_factors,
    use_code,
)
from tests.accounts.codes import app_code, secret_of_key, switched_on
from tests.factories import PASSWORD, BuyerFactory, MembershipFactory, UserFactory
from tests.visitors import visitor

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)
PAGE = "/settings/security/second-factor/"
KEY = re.compile(r'<p class="key"[^>]*><code>([A-Z2-7 ]+)</code>')
SHOWN_CODE = re.compile(r"<li><code>([a-z2-9]{5}-[a-z2-9]{5})</code></li>")


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(LATER, tick=False) as coordinates:
        yield coordinates


def password_right(client: Client, user: User, **fields: str) -> str:
    answer = client.post("/sign-in/", {"username": user.email, "password": PASSWORD, **fields})
    assert answer.status_code == 302
    return str(answer.headers["Location"])


@pytest.mark.both_databases
@pytest.mark.rule("ACC-1")
def test_each_code_of_the_app_lets_in_once_and_no_older_one_after_it() -> None:
    user = UserFactory.create()
    secret, _ = switched_on(user, NOON)
    assert not use_code(user=user, code=app_code(secret, NOON), now=NOON)  # it has confirmed the app
    newest, older = app_code(secret, LATER), app_code(secret, LATER - timedelta(seconds=30))
    assert use_code(user=user, code=newest, now=LATER)
    assert not use_code(user=user, code=newest, now=LATER)
    assert not use_code(user=user, code=older, now=LATER)
    assert not use_code(user=UserFactory.create(), code=newest, now=LATER)


@pytest.mark.both_databases
@pytest.mark.rule("ACC-1")
def test_each_recovery_code_lets_in_once_until_there_are_new_ones() -> None:
    user = UserFactory.create()
    _, codes = switched_on(user, NOON)
    assert use_code(user=user, code=codes[0].upper(), now=LATER)
    assert not use_code(user=user, code=codes[0], now=LATER)
    fresh = renew_recovery_codes(user=user)
    assert fresh is not None
    assert len({*codes, *fresh}) == 20
    assert not use_code(user=user, code=codes[1], now=LATER)
    assert use_code(user=user, code=fresh[1], now=LATER)


@pytest.mark.both_databases
@pytest.mark.rule("ACC-1")
@pytest.mark.parametrize("kind", ["app", "recovery"])
@pytest.mark.django_db(transaction=True)
def test_of_the_same_code_twice_at_once_one_wins(kind: str) -> None:
    user = UserFactory.create()
    secret, codes = switched_on(user, NOON)
    code = app_code(secret, LATER) if kind == "app" else codes[0]
    together, let_in = Barrier(4), list[bool]()

    def try_it() -> None:
        together.wait()
        try:
            let_in.append(use_code(user=user, code=code, now=LATER))
        finally:
            connection.close()

    threads = [Thread(target=try_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(let_in) == [False, False, False, True]


@pytest.mark.rule("ACC-1")
def test_it_is_on_only_once_the_app_has_shown_that_it_has_the_key() -> None:
    user = UserFactory.create()
    secret = begin_second_factor(user=user, now=NOON)
    assert secret is not None
    assert begin_second_factor(user=user, now=LATER) == secret
    assert confirm_second_factor(user=user, code="000000", now=NOON) is None
    assert second_factor_of(user) is None
    assert not use_code(user=user, code=app_code(secret, NOON), now=NOON)
    assert confirm_second_factor(user=user, code=app_code(secret, NOON), now=NOON)
    assert confirm_second_factor(user=user, code=app_code(secret, LATER), now=LATER) is None
    assert begin_second_factor(user=user, now=LATER) is None


@pytest.mark.rule("PRV-1", "ACC-1")
def test_neither_key_nor_codes_stand_in_the_database(settings: Settings) -> None:
    user, other = UserFactory.create(), UserFactory.create()
    secret, codes = switched_on(user, NOON)
    switched_on(other, NOON)
    row = SecondFactor.objects.get(user=user)
    assert secret not in bytes(row.secret_sealed)
    assert not {code.replace("-", "") for code in codes} & set(
        RecoveryCode.objects.values_list("digest", flat=True)
    )
    SecondFactor.objects.filter(user=other).update(secret_sealed=row.secret_sealed)
    assert not use_code(user=other, code=app_code(secret, LATER), now=LATER)  # it is bound to its person
    settings.MASTER_KEYS = (b"k" * 32,)
    assert not use_code(user=user, code=app_code(secret, LATER), now=LATER)


@pytest.mark.rule("PRV-1", "ACC-1")
def test_a_rotation_seals_the_keys_anew(settings: Settings) -> None:
    old, new = settings.MASTER_KEYS, (b"n" * 32,)
    users = [UserFactory.create() for _ in range(2)]
    secrets = [switched_on(user, NOON) for user in users]
    settings.MASTER_KEYS = new + old
    assert reseal_second_factors() == 0
    settings.MASTER_KEYS = new
    assert reseal_second_factors() == 0
    for user, (secret, codes) in zip(users, secrets, strict=True):
        assert use_code(user=user, code=app_code(secret, LATER), now=LATER)
        assert use_code(user=user, code=codes[0], now=LATER)
    settings.MASTER_KEYS = (b"x" * 32,)
    assert reseal_second_factors() == 2


@pytest.mark.rule("ACC-1", "SEC-3")
def test_a_person_sets_it_up_and_signs_in_with_it(clock: time_machine.Traveller) -> None:
    user = BuyerFactory.create().user
    client, elsewhere = visitor(), visitor(user)
    password_right(client, user)
    page = client.get(PAGE).content.decode()
    key = KEY.search(page)
    assert key is not None
    assert "<svg" in page
    assert "style=" not in page
    secret = secret_of_key(key[1])
    wrong = client.post(f"{PAGE}confirm/", {"code": "123 456"})
    assert (wrong.status_code, "does not fit" in wrong.content.decode()) == (422, True)
    assert key[1] in wrong.content.decode()  # the same key, so that nobody scans again
    done = client.post(f"{PAGE}confirm/", {"code": app_code(secret, LATER), "next": "/orders/"})
    codes = SHOWN_CODE.findall(done.content.decode())
    assert len(codes) == 10
    assert 'href="/orders/"' in done.content.decode()
    assert key[1] not in client.get(PAGE).content.decode()
    assert not SHOWN_CODE.findall(client.get(PAGE).content.decode())
    assert client.get("/orders/").status_code == 200
    assert elsewhere.get("/orders/").status_code == 302  # other sessions have ended
    clock.shift(60)
    fresh = visitor()
    assert password_right(fresh, user, next="/orders/") == "/sign-in/code/"
    assert "_auth_user_id" not in fresh.session
    assert fresh.get("/orders/").headers["Location"].startswith("/sign-in/")
    assert fresh.post("/sign-in/code/", {"code": codes[9]}).headers["Location"] == "/orders/"
    assert fresh.session["_auth_user_id"] == str(user.pk)
    assert "awaits_code" not in fresh.session


@pytest.mark.rule("ACC-1", "SEC-4")
def test_a_session_left_open_shows_no_key_without_the_password(clock: time_machine.Traveller) -> None:
    user = BuyerFactory.create().user
    client = visitor()
    password_right(client, user)
    clock.shift(FRESH)
    key = KEY.search(client.get(PAGE).content.decode())
    assert key is not None
    clock.shift(timedelta(seconds=1))
    asked = client.get(f"{PAGE}?next=/orders/").content.decode()
    assert (KEY.search(asked), 'name="password"' in asked) == (None, True)
    code = app_code(secret_of_key(key[1]), LATER + FRESH)
    assert client.post(f"{PAGE}confirm/", {"code": code, "next": "/orders/"}).status_code == 302
    assert client.post(f"{PAGE}key/").status_code == 302
    assert second_factor_of(user) is None
    wrong = client.post(PAGE, {"password": "wrong", "next": "/orders/"})
    assert (wrong.status_code, "This is not your password" in wrong.content.decode()) == (422, True)
    right = client.post(PAGE, {"password": PASSWORD, "next": "/orders/"})
    assert right.headers["Location"] == f"{PAGE}?next=%2Forders%2F"
    shown = client.get(right.headers["Location"]).content.decode()
    again = KEY.search(shown)
    assert again is not None
    assert again[1] == key[1]  # "another key" has not worked either
    assert 'name="next" value="/orders/"' in shown


@pytest.mark.rule("ACC-1", "SEC-4")
def test_tries_for_the_key_are_counted() -> None:
    client = visitor(BuyerFactory.create().user)
    tries = [client.post(PAGE, {"password": "wrong"}).status_code for _ in range(11)]
    assert tries == [422] * PROOF_PER_PERSON.tries + [429]
    assert client.post(PAGE, {"password": PASSWORD}).status_code == 429


@pytest.mark.rule("ACC-1")
def test_a_code_that_was_used_does_not_sign_in_again(clock: time_machine.Traveller) -> None:
    user = BuyerFactory.create().user
    secret, _ = switched_on(user, NOON)
    first, second = visitor(), visitor()
    for client in (first, second):
        password_right(client, user)
    code = app_code(secret, LATER)
    assert first.post("/sign-in/code/", {"code": code}).status_code == 302
    again = second.post("/sign-in/code/", {"code": code})
    assert (again.status_code, "does not fit" in again.content.decode()) == (422, True)


@pytest.mark.rule("ACC-1", "SEC-4")
def test_ten_wrong_codes_lock_the_person_for_a_quarter_of_an_hour(clock: time_machine.Traveller) -> None:
    user = BuyerFactory.create().user
    secret, codes = switched_on(user, NOON)
    client = visitor()
    password_right(client, user)
    tries = [client.post("/sign-in/code/", {"code": "000000"}).status_code for _ in range(11)]
    assert tries == [422] * PROOF_PER_PERSON.tries + [429]
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    password_right(elsewhere, user)
    locked = elsewhere.post("/sign-in/code/", {"code": codes[0]})
    assert (locked.status_code, "Too many tries" in locked.content.decode()) == (429, True)
    clock.shift(PROOF_PER_PERSON.window)
    again = visitor()
    password_right(again, user)
    assert again.post("/sign-in/code/", {"code": codes[0]}).status_code == 302
    assert use_code(user=user, code=app_code(secret, LATER), now=LATER)  # nothing was used up meanwhile


@pytest.mark.rule("ACC-1", "SEC-4")
def test_a_right_code_starts_the_count_anew(clock: time_machine.Traveller) -> None:
    user = BuyerFactory.create().user
    _, codes = switched_on(user, NOON)
    for code in codes[:2]:
        client = visitor()
        password_right(client, user)
        wrong = [client.post("/sign-in/code/", {"code": "000000"}).status_code for _ in range(9)]
        assert set(wrong) == {422}
        assert client.post("/sign-in/code/", {"code": code}).status_code == 302


@pytest.mark.rule("ACC-1")
@pytest.mark.parametrize("change", ["time", "password", "inactive", "nobody"])
def test_between_password_and_code_nothing_else_may_change(
    clock: time_machine.Traveller, change: str
) -> None:
    user = BuyerFactory.create().user
    _, codes = switched_on(user, NOON)
    client = visitor()
    if change != "nobody":
        password_right(client, user)
    if change == "time":
        clock.shift(timedelta(minutes=10, seconds=1))
    elif change == "password":
        User.objects.filter(pk=user.pk).update(password="other")
    elif change == "inactive":
        User.objects.filter(pk=user.pk).update(is_active=False)
    answer = client.post("/sign-in/code/", {"code": codes[0]})
    assert answer.headers["Location"] == "/sign-in/"
    assert "_auth_user_id" not in client.session
    assert RecoveryCode.objects.filter(used_at=None).count() == 10


@pytest.mark.rule("ACC-1")
def test_the_code_may_take_ten_minutes(clock: time_machine.Traveller) -> None:
    user = BuyerFactory.create().user
    _, codes = switched_on(user, NOON)
    client = visitor()
    password_right(client, user)
    clock.shift(timedelta(minutes=10))
    assert client.post("/sign-in/code/", {"code": codes[0]}).headers["Location"] == "/"


@pytest.mark.rule("ACC-1", "UX-5")
def test_what_somebody_wrote_waits_for_the_code_too(clock: time_machine.Traveller) -> None:
    user = BuyerFactory.create().user
    _, codes = switched_on(user, NOON)
    client = visitor()
    password_right(client, user)
    client.post("/sign-in/code/", {"code": codes[0]})
    client.post("/sign-out/")
    page = client.post("/settings/profile/", {"display_name": "Ann of Old", "language": "fr"})
    kept = page.context["kept"]
    assert kept
    password_right(client, user, kept=kept, next="/settings/profile/")
    assert "is kept" in client.get("/sign-in/code/").content.decode()
    answer = client.post("/sign-in/code/", {"code": codes[1]})
    assert answer.headers["Location"] == "/settings/profile/"
    assert "Ann of Old" in client.get("/settings/profile/").content.decode()


@pytest.mark.rule("ACC-1")
@pytest.mark.parametrize("proof", ["password", "app", "recovery"])
def test_switching_off_asks_the_password_or_a_code(clock: time_machine.Traveller, proof: str) -> None:
    user = BuyerFactory.create().user
    secret, codes = switched_on(user, NOON)
    client, elsewhere = visitor(user), visitor(user)
    assert client.post(f"{PAGE}change/", {"action": "off", "proof": "wrong"}).status_code == 422
    assert second_factor_of(user) is not None
    right = {"password": PASSWORD, "app": app_code(secret, LATER), "recovery": codes[3]}[proof]
    assert client.post(f"{PAGE}change/", {"action": "off", "proof": right}).status_code == 302
    assert second_factor_of(user) is None
    assert not RecoveryCode.objects.exists()
    assert client.get("/orders/").status_code == 200
    assert elsewhere.get("/orders/").status_code == 302
    assert password_right(visitor(), user) == "/"


@pytest.mark.rule("ACC-1", "SEC-4")
def test_new_codes_are_shown_once_and_tries_for_them_are_counted(clock: time_machine.Traveller) -> None:
    user = BuyerFactory.create().user
    _, old = switched_on(user, NOON)
    client = visitor(user)
    page = client.post(f"{PAGE}change/", {"action": "codes", "proof": PASSWORD}).content.decode()
    fresh = SHOWN_CODE.findall(page)
    assert len(fresh) == 10
    assert not set(fresh) & set(old)
    wrong = [
        client.post(f"{PAGE}change/", {"action": "codes", "proof": "wrong"}).status_code for _ in range(11)
    ]
    assert wrong == [422] * 10 + [429]
    assert client.post(f"{PAGE}change/", {"action": "off", "proof": PASSWORD}).status_code == 429


@pytest.mark.rule("ACC-1")
def test_a_new_password_by_link_does_not_go_round_it(clock: time_machine.Traveller) -> None:
    user = BuyerFactory.create().user
    switched_on(user, NOON)
    new = "a-quite-long-passphrase"
    path = f"/set-password/{person_token(User.objects.get(pk=user.pk))}/"
    assert visitor().post(path, {"new_password1": new, "new_password2": new}).status_code == 302
    client = visitor()
    answer = client.post("/sign-in/", {"username": user.email, "password": new})
    assert answer.headers["Location"] == "/sign-in/code/"


@pytest.mark.rule("ACC-1", "SEC-1")
@pytest.mark.parametrize("path", ["", "confirm/", "change/", "key/"])
def test_nobody_gets_to_anybodys_second_factor(path: str) -> None:
    user, other = BuyerFactory.create().user, BuyerFactory.create().user
    switched_on(user, NOON)
    ask = visitor().get if path == "" else visitor().post
    assert ask(PAGE + path).headers["Location"].startswith("/sign-in/")
    visitor(other).post(f"{PAGE}change/", {"action": "off", "proof": PASSWORD})
    visitor(other).post(f"{PAGE}key/")
    assert second_factor_of(user) is not None


@pytest.mark.rule("ACC-1")
@pytest.mark.parametrize(
    ("setting", "who", "led"),
    [
        ("none", "staff", False), ("none", "member", False),
        ("staff", "staff", True), ("staff", "member", False), ("staff", "buyer", False),
        ("members", "staff", False), ("members", "member", True), ("members", "buyer", False),
        ("both", "staff", True), ("both", "member", True), ("both", "buyer", False),
    ],
)  # fmt: skip
def test_who_must_have_one_is_led_to_it_before_anything_else(
    settings: Settings, setting: str, who: str, led: bool
) -> None:
    settings.SECOND_FACTOR_REQUIRED_FOR = setting
    user = {
        "staff": lambda: UserFactory.create(is_staff=True, is_superuser=True),
        "member": lambda: MembershipFactory.create().user,
        "buyer": lambda: BuyerFactory.create().user,
    }[who]()
    client = visitor(user)
    for path in ("/admin/" if who == "staff" else "/orders/?view=all", "/settings/security/"):
        answer = client.get(path)
        if led:
            assert answer.headers["Location"].startswith(PAGE)
        else:
            assert answer.status_code == 200
    posted = client.post("/role/", {"role": "buyer"})
    assert posted.headers.get("Location", "").startswith(PAGE) is led
    partial = client.get("/settings/security/", headers={"HX-Request": "true"})
    assert partial.headers.get("HX-Redirect", "").startswith(PAGE) is led
    if led:
        assert "needs a second factor" in client.get(PAGE).content.decode()


@pytest.mark.rule("ACC-1")
def test_once_it_is_set_up_everything_opens(settings: Settings, clock: time_machine.Traveller) -> None:
    settings.SECOND_FACTOR_REQUIRED_FOR = "both"
    user = MembershipFactory.create().user
    client = visitor()
    password_right(client, user)
    led = client.get("/orders/").headers["Location"]
    assert led == f"{PAGE}?next=%2Forders%2F"
    key = KEY.search(client.get(led).content.decode())
    assert key is not None
    client.post(f"{PAGE}confirm/", {"code": app_code(secret_of_key(key[1]), LATER)})
    assert client.get("/orders/").status_code == 200
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"
    remove_second_factor(user=User.objects.get(pk=user.pk))
    again = visitor()
    password_right(again, user)
    assert again.get("/orders/").headers["Location"].startswith(PAGE)


@pytest.mark.rule("ACC-1", "SEC-4")
def test_rights_that_are_lost_end_at_the_next_request() -> None:
    staff = UserFactory.create(is_staff=True, is_superuser=True)
    gone = BuyerFactory.create().user
    admin, browser = visitor(staff), visitor(gone)
    assert admin.get("/admin/").status_code == browser.get("/orders/").status_code == 200
    User.objects.filter(pk=staff.pk).update(is_staff=False)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    assert admin.get("/admin/").status_code == 302
    assert browser.get("/orders/").headers["Location"].startswith("/sign-in/")


@pytest.mark.rule("ACC-1")
def test_who_lost_everything_is_helped_by_a_command() -> None:
    user = BuyerFactory.create().user
    switched_on(user, NOON)
    client = visitor(User.objects.get(pk=user.pk))
    call_command("remove_second_factor", user.email.upper(), stdout=StringIO())
    assert second_factor_of(user) is None
    assert client.get("/orders/").status_code == 302
    with pytest.raises(CommandError, match="Nobody with this address"):
        call_command("remove_second_factor", user.email)

"""What is kept about failed sign-ins (PRV-5, ACC-1)."""

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import authenticate
from django.test import RequestFactory, override_settings

from accounts.addresses import normalise_address
from accounts.rate_limit import SIGN_IN_PER_PLACE
from messaging_center.sign_in_guard import client_ip, tried_account
from tests.factories import BuyerFactory, UserFactory
from tests.visitors import visitor

TRIED = "Hannah.Weber@example.org"


@pytest.mark.rule("PRV-5")
def test_the_tried_address_is_a_keyed_hash_the_same_in_every_letter_case() -> None:
    kept = tried_account(None, {"username": TRIED})
    assert len(kept) == 64
    assert "hannah" not in kept
    assert kept == tried_account(None, {"username": f" {TRIED.upper()} "})
    assert kept != tried_account(None, {"username": "other@example.org"})
    with override_settings(SECRET_KEY="another key"):
        assert kept != tried_account(None, {"username": TRIED})


@pytest.mark.rule("ACC-1")
@pytest.mark.parametrize(
    "written",
    [
        "hannah.weber@exam\u00adple.org",
        "hannah.weber@example\u3002org",
        "hannah.weber@example\uff61org",
        "hannah.weber@\uff45xample.org",
        "hannah.weber@ex\u200bample.org",
        "hannah.weber@example.org\u00ad\u00a0",
        '"hannah.weber"@example.org',
    ],
)
def test_whatever_the_model_takes_for_one_address_is_one_account_to_the_guard(written: str) -> None:
    assert normalise_address(written) == TRIED.lower()
    assert tried_account(None, {"username": written}) == tried_account(None, {"username": TRIED})


def test_nothing_tried_is_nothing_kept(rf: RequestFactory) -> None:
    assert tried_account(rf.post("/"), None) == ""
    assert tried_account(rf.post("/", {"username": TRIED}), None) == tried_account(None, {"username": TRIED})


@pytest.mark.rule("PRV-5")
@pytest.mark.django_db
def test_a_failed_sign_in_leaves_no_address_in_the_database(rf: RequestFactory) -> None:
    request = rf.post("/?email=" + TRIED, {"username": TRIED, "email": TRIED, "password": "wrong words"})
    assert authenticate(request, username=TRIED, password="wrong words") is None
    [attempt] = AccessAttempt.objects.values()
    assert attempt["username"] == tried_account(None, {"username": TRIED})
    written = " ".join(str(value) for value in attempt.values()).lower()
    assert "hannah" not in written
    assert "wrong words" not in written


@pytest.mark.rule("ACC-1")
@pytest.mark.django_db
def test_ten_wrong_passwords_lock_the_address_from_that_place_alone(rf: RequestFactory) -> None:
    def locked(address: str, place: str) -> bool:
        request = rf.post("/", {"username": address}, REMOTE_ADDR=place)
        authenticate(request, username=address, password="wrong")
        return getattr(request, "axes_locked_out", False)

    assert [locked(TRIED, "192.0.2.1") for _ in range(10)] == [False] * 9 + [True]
    assert locked(TRIED, "192.0.2.1")
    assert not locked(TRIED, "192.0.2.2")
    assert not locked("other@example.org", "192.0.2.1")


@pytest.mark.parametrize(
    ("https", "forwarded", "expected"),
    [
        (True, "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (True, "", "192.0.2.1"),
        (True, "unknown", ""),
        (False, "203.0.113.9", "192.0.2.1"),
    ],
)
def test_only_the_hop_that_the_proxy_added_counts(
    rf: RequestFactory, https: bool, forwarded: str, expected: str
) -> None:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    with override_settings(HTTPS=https):
        assert client_ip(rf.get("/", headers=headers, REMOTE_ADDR="192.0.2.1")) == expected


@pytest.mark.rule("ACC-1", "SEC-4")
@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.2", "192.0.2.2"),
        ("2001:db8:1:2::1", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::"),
        ("2001:db8:1:3::", "2001:db8:1:3::"),
        ("fe80::1%eth0", "fe80::"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", ""),  # behind a socket file
    ],
)
def test_a_place_in_ipv6_is_the_network_that_somebody_has_to_themselves(
    rf: RequestFactory, address: str, place: str
) -> None:
    assert client_ip(rf.get("/", REMOTE_ADDR=address)) == place


ADMIN_LOGIN = "/admin/login/"


@pytest.mark.rule("ACC-1", "SEC-4")
@pytest.mark.django_db
def test_the_admin_has_no_sign_in_of_its_own() -> None:
    staff = UserFactory.create(is_staff=True, is_superuser=True)
    client = visitor()
    assert client.get("/admin/accounts/").url == "/admin/login/?next=/admin/accounts/"  # type: ignore[attr-defined]
    answer = client.get(f"{ADMIN_LOGIN}?next=/admin/accounts/")
    assert answer["Location"] == "/sign-in/?next=%2Fadmin%2Faccounts%2F"
    assert client.get(f"{ADMIN_LOGIN}?next=https://evil.example/")["Location"] == "/sign-in/?next=%2Fadmin%2F"
    assert client.post(ADMIN_LOGIN, {"username": staff.email, "password": "demo"}).status_code == 405
    assert "_auth_user_id" not in client.session
    there = client.post(
        answer["Location"], {"username": staff.email, "password": "demo", "next": "/admin/"}, follow=True
    )
    assert (there.request["PATH_INFO"], there.status_code) == ("/admin/", 200)
    assert client.get(ADMIN_LOGIN)["Location"] == "/admin/"


@pytest.mark.rule("ACC-1", "SEC-1")
@pytest.mark.django_db
def test_who_is_no_staff_is_not_led_in_a_circle() -> None:
    answer = visitor(BuyerFactory.create().user).get("/admin/", follow=True)
    assert answer.status_code == 404


@pytest.mark.rule("ACC-1", "SEC-4")
@pytest.mark.django_db
def test_every_way_to_write_an_address_spends_the_same_ten_tries() -> None:
    UserFactory.create(email="hannah@example.org")
    client = visitor()
    written = ["hannah@exam" + "\u00ad" * n + "ple.org" for n in range(11)]
    answers = [client.post("/sign-in/", {"username": name, "password": "wrong"}) for name in written[:10]]
    assert {answer.status_code for answer in answers[:9]} == {422}
    last = client.post("/sign-in/", {"username": written[10], "password": "demo"})
    assert last.status_code == 429
    assert "_auth_user_id" not in client.session


@pytest.mark.rule("ACC-1", "SEC-4")
@pytest.mark.django_db
def test_a_place_in_ipv6_cannot_change_its_last_bits_to_try_on() -> None:
    last_bits = range(SIGN_IN_PER_PLACE.tries + 1)
    tries = [
        visitor().post(
            "/sign-in/",
            {"username": f"n{n}@example.org", "password": "wrong"},
            REMOTE_ADDR=f"2001:db8::{n + 1:x}",
        )
        for n in last_bits
    ]
    assert [answer.status_code for answer in tries] == [422] * SIGN_IN_PER_PLACE.tries + [429]

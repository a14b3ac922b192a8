"""What is kept about failed sign-ins (PRV-5, ACC-1)."""

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import authenticate
from django.test import RequestFactory, override_settings

from messaging_center.sign_in_guard import client_ip, tried_account

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
        (False, "203.0.113.9", "192.0.2.1"),
    ],
)
def test_only_the_hop_that_the_proxy_added_counts(
    rf: RequestFactory, https: bool, forwarded: str, expected: str
) -> None:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    with override_settings(HTTPS=https):
        assert client_ip(rf.get("/", headers=headers, REMOTE_ADDR="192.0.2.1")) == expected

"""Whatever stands in an address, a form or a cookie: an answer, never an error of the server."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver, reverse

from accounts.models import User
from accounts.roles import SESSION_KEY
from tests.messages_app.views.world import World, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

MOMENTS = (
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+00:00",
    "9999-12-31T23:59:59.999999+00:00",
    "2026-02-30T00:00:00Z",
    "-2026-01-01T00:00:00Z",
    "2026-01-01T00:00:00",
)
NUMBERS = ("-1", "0", str(2**31), str(2**63), str(-(2**70)), "9" * 5000, "٣", "²", "1e9", "NaN")
TEXTS = (
    "",
    "\0",
    "a\0b",
    "\ud7ff\uffff",
    "%00",
    "' OR 1=1 --",
    "x" * 5000,
    "../../etc/passwd",
    "\u202e",
    "🂡" * 300,
)
PAIRS = (*(f"{moment} {uuid4()}" for moment in MOMENTS), f"{MOMENTS[2]} \0", f"{MOMENTS[2]} {'9' * 99}")
CURSORS = tuple(urlsafe_b64encode(pair.encode()).decode() for pair in PAIRS)
PLACES = tuple(f"{one}-{two}" for one in NUMBERS[2:6] for two in NUMBERS[:6])
HOSTILE = MOMENTS + NUMBERS + TEXTS
ONE_OF_EACH = (MOMENTS[0], str(2**70), "a\0b", "a:b", "\ud7ff\uffff" * 300)

# Every name that a page of ours reads, for all of them alike.
FIELDS = """
    action address after code proof allowed before blocked buyer_messages_address display_name email files
    full_name language mail_messages marketplace new_password1 next order password reason role subject text
    theme time_zone token topic username view
""".split()


def pages() -> list[str]:
    """The names of all pages of ours without a row in their address."""
    names = [str(name) for name in get_resolver().reverse_dict if isinstance(name, str)]
    found = [name for name in names if not get_resolver().reverse_dict.getlist(name)[0][0][0][1]]
    return sorted(set(found) - {"sign_out"})


def browsers(world: World) -> list[Client]:
    return [signed_in(user) for user in (world.owner, world.buyer)]


@pytest.mark.rule("REL-4", "SEC-6")
@pytest.mark.parametrize("value", ONE_OF_EACH)
def test_every_field_of_every_form_takes_anything(world: World, value: str) -> None:
    rows = [reverse("thread", args=[world.thread.pk]), f"{reverse('new_message')}?order={world.order.number}"]
    paths = [reverse(name) for name in pages()] + rows
    assert len(paths) > 15
    for client in browsers(world):
        for path in paths:
            answer = client.post(path, dict.fromkeys(FIELDS, value))
            assert answer.status_code < 500, path


@pytest.mark.rule("REL-4", "SEC-6")
@pytest.mark.parametrize("value", [*ONE_OF_EACH, "inbox", "//evil.example/", "https://evil.example/"])
def test_the_way_back_is_a_page_of_ours_or_none(world: World, value: str) -> None:
    client = signed_in(world.buyer)
    assert client.get(reverse("sign_in"), {"next": value})["Location"] == "/"
    answer = client.post(reverse("set_theme"), {"next": value, "theme": "dark"})
    assert answer["Location"] == "/"
    answer = client.post(reverse("set_language"), {"next": value, "language": "de"})
    assert "evil" not in answer["Location"]


@pytest.mark.rule("REL-4")
@pytest.mark.parametrize(
    ("name", "field", "values"),
    [
        ("inbox", "after", CURSORS + HOSTILE),
        ("orders", "after", PLACES + HOSTILE),
        ("thread", "before", HOSTILE),
        ("new_message", "order", HOSTILE),
    ],
)
def test_every_place_in_a_list_takes_anything(
    world: World, name: str, field: str, values: tuple[str, ...]
) -> None:
    path = reverse(name, args=[world.thread.pk] if name == "thread" else [])
    for client in browsers(world):
        for value in values:
            answer = client.get(path, {field: value, "view": "all"})
            assert answer.status_code == (404 if name == "new_message" else 200), value


@pytest.mark.rule("REL-4", "SEC-1")
@pytest.mark.parametrize("name", ["change_address", "change_invitation", "change_member", "change_seller"])
@pytest.mark.parametrize("number", [0, 2**31, 2**63 - 1, 2**63, 10**30])
def test_a_number_that_no_row_has_is_not_found(world: World, name: str, number: int) -> None:
    for client in browsers(world):
        assert client.post(reverse(name, args=[number]), {"action": "block"}).status_code == 404


@pytest.mark.rule("REL-4", "SEC-4")
@pytest.mark.parametrize(
    "name",
    ["link_no_response", "link_opt_out", "link_unsubscribe", "confirm_address", "invitation", "set_password"],
)
@pytest.mark.parametrize("token", ["\0", "a~b~c", "~~", "%00~x", "x" * 3000, "ü~1~2", "1-2~abc~def"])
def test_a_link_of_nonsense_is_gone(db: None, name: str, token: str) -> None:
    assert Client().get(reverse(name, args=[token])).status_code == 410
    assert Client().post(reverse(name, args=[token])).status_code == 410


@pytest.mark.rule("REL-4")
@pytest.mark.parametrize("value", ["\\000" * 32, "\\000", "x" * 4000, "ü" * 40, ""])
@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "messages", "theme", "django_language"])
def test_a_cookie_of_nonsense_is_no_cookie(world: World, name: str, value: str) -> None:
    client = Client()
    for path in (reverse("inbox"), reverse("sign_in")):
        assert client.get(path, headers={"cookie": f'{name}="{value}"'}).status_code in (200, 302)


@pytest.mark.rule("REL-4")
def test_a_role_of_nonsense_in_the_session(world: World) -> None:
    client = signed_in(world.owner)
    session = client.session
    session[SESSION_KEY] = "seller:\0"
    session.save()
    assert client.get(reverse("inbox")).status_code == 200


@pytest.mark.rule("REL-4", "ATT-5")
@pytest.mark.parametrize(
    "name",
    ["\0", "a\0.txt", "../x.txt", "\u202efdp.txt", "x" * 3000 + ".txt", ".", "", "\ud7ff.txt", "a\nb.txt"],
)
def test_a_file_name_of_nonsense_is_tamed(world: World, name: str) -> None:
    parts = {"text": "Hello", "token": uuid4().hex}
    body = (
        b"".join(
            f'--cut\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
            for field, value in parts.items()
        )
        + (
            f'--cut\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
            "Content-Type: text/plain\r\n\r\nwords\r\n--cut--\r\n"
        ).encode()
    )
    for client in browsers(world):
        answer = client.post(
            reverse("thread", args=[world.thread.pk]), body, content_type="multipart/form-data; boundary=cut"
        )
        assert answer.status_code < 500


@pytest.mark.rule("REL-4", "ACC-1")
@pytest.mark.parametrize("value", TEXTS)
def test_signing_in_with_nonsense(db: None, value: str) -> None:
    for headers in ({}, {"x-forwarded-for": value.replace("\0", "")[:200]}, {"accept-language": "x" * 600}):
        answer = Client().post(reverse("sign_in"), {"username": value, "password": value}, headers=headers)
        assert answer.status_code in (422, 429)
    assert User.objects.count() == 0
    assert settings.DEBUG is False

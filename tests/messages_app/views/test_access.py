"""Four visitors at every address: owner, other party, stranger, nobody (SEC-1, ACC-3)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from messages_app.models import Attachment
from tests.messages_app.views.world import World, held_mail, signed_in

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, slots=True)
class Address:
    """An address that names somebody's row: how it is asked for, and who gets what."""

    name: str
    row: Callable[[World], UUID | str]
    method: str = "get"
    owner: int = 200
    other: int = 200  # the other party
    reader: int = 200  # a member who may read only
    query: bool = False  # the row stands in the query string


ADDRESSES = (
    Address("thread", lambda world: world.thread.pk),
    Address("thread", lambda world: world.thread.pk, "post", owner=422, other=422, reader=403),
    Address("attachment", lambda world: Attachment.objects.get(message=world.asked).pk),
    Address("file_page", lambda world: Attachment.objects.get(message=world.asked).pk),
    Address("message_html", lambda world: world.asked.pk),
    Address("message_html", lambda world: world.refused.pk, other=404),
    Address("message_trace", lambda world: world.answered.pk, other=404),
    Address("no_response_needed", lambda world: world.thread.pk, "post", owner=302, other=404, reader=403),
    Address("response_needed", lambda world: world.thread.pk, "post", owner=302, other=404, reader=403),
    Address("new_message", lambda world: world.order.number, reader=403, query=True),
    Address(
        "new_message", lambda world: world.order.number, "post", owner=422, other=422, reader=403, query=True
    ),
    Address("held_mail", held_mail, "post", owner=302, other=404, reader=403),
)
every_address = pytest.mark.parametrize(
    "address", ADDRESSES, ids=[f"{one.method}-{one.name}-{place}" for place, one in enumerate(ADDRESSES)]
)


def visit(user: User | None, address: Address, row: UUID | str) -> Any:
    client = signed_in(user)
    path = f"{reverse(address.name)}?order={row}" if address.query else reverse(address.name, args=[row])
    if address.method == "get":
        return client.get(path)
    return client.post(path, {"action": "discard", "text": "", "token": ""})


def nobodys(row: UUID | str) -> UUID | str:
    """The same kind of name of a row that does not exist."""
    return uuid4() if isinstance(row, UUID) else "999-9999999-9999999"


def page_of(answer: Any, row: UUID | str) -> str:
    """The page without what differs from one visit to the next."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode()).replace(
        str(row), "ROW"
    )


@pytest.mark.rule("SEC-1", "ACC-3")
@every_address
def test_the_parties_get_what_is_theirs(world: World, address: Address) -> None:
    row = address.row(world)
    # The reader first: a decision of the owner ends some rows.
    assert visit(world.reader, address, row).status_code == address.reader
    assert visit(world.buyer, address, row).status_code == address.other
    assert visit(world.owner, address, row).status_code == address.owner


@pytest.mark.rule("SEC-1")
@every_address
@pytest.mark.parametrize("who", ["stranger", "rival"])
def test_a_stranger_gets_what_a_missing_row_gets(world: World, address: Address, who: str) -> None:
    user: User = getattr(world, who)
    row = address.row(world)
    missing = nobodys(row)
    visit(user, address, missing)  # the session is written once
    with CaptureQueriesContext(
        connection,
    ) as for_missing:
        nothing = visit(user, address, missing)
    with CaptureQueriesContext(connection) as for_theirs:
        theirs = visit(user, address, row)
    assert (theirs.status_code, nothing.status_code) == (404, 404)
    assert page_of(theirs, row) == page_of(nothing, missing)
    assert len(for_theirs) == len(for_missing)


@pytest.mark.rule("SEC-1")
@every_address
def test_nobody_is_sent_to_sign_in(world: World, address: Address) -> None:
    answer = visit(None, address, address.row(world))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("sign_in"))


@pytest.mark.rule("SEC-1", "ACC-3")
@every_address
def test_a_member_without_any_permission(world: World, address: Address) -> None:
    """403 on their own seller's rows, 404 on everything else."""
    row = address.row(world)
    expected = 403 if address.owner != 404 else 404
    assert visit(world.blind, address, row).status_code == expected
    assert visit(world.blind, address, nobodys(row)).status_code == 404


@pytest.mark.rule("ACC-3")
@pytest.mark.parametrize(
    ("name", "reader", "blind"), [("inbox", 200, 403), ("held_mails", 403, 403)], ids=["inbox", "held"]
)
def test_pages_without_a_row(world: World, name: str, reader: int, blind: int) -> None:
    assert signed_in(world.owner).get(reverse(name)).status_code == 200
    assert signed_in(world.buyer).get(reverse(name)).status_code == 200
    assert signed_in(world.reader).get(reverse(name)).status_code == reader
    assert signed_in(world.blind).get(reverse(name)).status_code == blind
    assert signed_in(None).get(reverse(name)).status_code == 302


@pytest.mark.rule("SEC-1", "BOX-1")
def test_a_blocked_message_is_its_authors_alone(world: World) -> None:
    path = reverse("thread", args=[world.thread.pk])
    words = "Write to me@shop.example"
    assert words in signed_in(world.owner).get(path).content.decode()
    assert words not in signed_in(world.buyer).get(path).content.decode()


@pytest.mark.rule("ACC-9", "ALI-5")
def test_neither_side_sees_the_others_address_or_full_name(world: World) -> None:
    for name in ("inbox", "thread"):
        args = [world.thread.pk] if name == "thread" else []
        seen_by_seller = signed_in(world.owner).get(reverse(name, args=args)).content.decode()
        seen_by_buyer = signed_in(world.buyer).get(reverse(name, args=args)).content.decode()
        assert world.buyer.email not in seen_by_seller
        assert world.buyer.full_name not in seen_by_seller
        assert world.owner.email not in seen_by_buyer
        assert world.owner.full_name not in seen_by_buyer
        assert world.pair.seller.customer_service_address not in seen_by_buyer


def test_staff_without_a_role_are_led_to_the_admin() -> None:
    user = User.objects.create_superuser("admin@people.example", "demo")
    assert signed_in(user).get("/")["Location"] == reverse("admin:index")
    assert signed_in(user).get(reverse("inbox")).status_code == 404

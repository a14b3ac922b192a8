"""The search of a mailbox on its page (BOX-6, SEC-4)."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from messages_app.models import Message
from messages_app.policy.facts import Side
from messages_app.views import searching
from tests.factories import PairFactory
from tests.messages_app.views.world import World, signed_in, write

pytestmark = pytest.mark.django_db

ADDRESS = reverse("inbox")


def listed(html: str) -> list[str]:
    """The threads of the list, by id."""
    return re.findall(r'class="row__link[^"]*" href="/messages/([0-9a-f-]{36})/', html)


@pytest.mark.rule("BOX-6", "SEC-1")
@pytest.mark.parametrize(
    ("visitor", "found"), [("owner", 1), ("reader", 1), ("buyer", 1), ("stranger", 0), ("rival", 0)]
)
def test_who_finds_a_thread(world: World, visitor: str, found: int) -> None:
    answer = signed_in(getattr(world, visitor)).get(ADDRESS, {"q": "parcel"})
    assert answer.status_code == 200
    assert len(listed(answer.content.decode())) == found


@pytest.mark.rule("BOX-6", "SEC-1", "ACC-3")
def test_who_may_not_search(world: World) -> None:
    assert signed_in(None).get(ADDRESS, {"q": "parcel"}).status_code == 302
    blind = signed_in(world.blind).get(ADDRESS, {"q": "parcel"})
    assert blind.status_code == 403
    assert b"row__link" not in blind.content


@pytest.mark.rule("BOX-6")
def test_the_page_marks_the_place_and_says_what_it_understood(world: World) -> None:
    html = (
        signed_in(world.owner).get(ADDRESS, {"q": 'parcels order:304 label:x "my parcel"'}).content.decode()
    )
    assert listed(html) == [str(world.thread.pk)]
    assert "<mark>parcel</mark>" in html
    for words in ("Search results", "Order 304", "“my parcel”, word for word", "There are no labels yet"):
        assert words in html


@pytest.mark.rule("BOX-6", "UX-4")
def test_days_are_named_as_everywhere(world: World) -> None:
    query = {"q": "parcel before:2024-11-20", "after": "2024-11-20"}
    html = signed_in(world.owner).get(ADDRESS, query).content.decode()
    assert "Before 20 Nov 2024" in html
    assert "From 20 Nov 2024" in html


@pytest.mark.rule("BOX-6")
def test_a_search_looks_everywhere_unless_a_view_is_named(world: World) -> None:
    browser = signed_in(world.owner)
    assert listed(browser.get(ADDRESS, {"q": "parcel"}).content.decode())
    assert not listed(browser.get(ADDRESS, {"q": "parcel", "view": "archived"}).content.decode())


@pytest.mark.rule("BOX-2", "BOX-6")
def test_words_combine_with_the_first_view_too(world: World) -> None:
    asked = write(PairFactory.create(seller=world.pair.seller), Side.BUYER, text="And the other parcel?")
    browser = signed_in(world.owner)
    assert len(listed(browser.get(ADDRESS, {"q": "parcel"}).content.decode())) == 2
    page = browser.get(ADDRESS, {"q": "parcel", "view": "needed"}).content.decode()
    assert listed(page) == [str(asked.thread_id)]  # the other one is answered
    assert "?view=needed&amp;q=parcel" in page  # and so does the way to the thread and back


@pytest.mark.rule("BOX-6", "UX-4")
@pytest.mark.parametrize(
    "query", ["zebra", "???", '"', "before:x", "' OR 1=1 --", "a" * 5_000, "\ud7ff\x01", "NEAR(", "*"]
)
def test_whatever_is_typed_gets_a_page(world: World, query: str) -> None:
    for person in (world.owner, world.buyer):
        answer = signed_in(person).get(ADDRESS, {"q": query})
        assert answer.status_code == 200
        assert listed(answer.content.decode()) == []


@pytest.mark.rule("BOX-6")
def test_what_is_typed_is_shown_as_text(world: World) -> None:
    html = signed_in(world.owner).get(ADDRESS, {"q": "<script>x</script> from:<b>"}).content.decode()
    assert "<script>x" not in html
    assert "<b>" not in html


@pytest.mark.rule("SEC-4")
def test_who_searches_too_often_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "SEARCHES", replace(searching.SEARCHES, tries=2))
    browser = signed_in(world.owner)
    pages = [browser.get(ADDRESS, {"q": "parcel"}).content.decode() for _ in range(3)]
    assert [len(listed(page)) for page in pages] == [1, 1, 0]
    assert "Many searches in a short time" in pages[2]
    other = signed_in(world.buyer).get(ADDRESS, {"q": "parcel"}).content.decode()
    assert len(listed(other)) == 1


@pytest.mark.rule("SEC-4", "BOX-2")
def test_a_filter_that_names_somebody_counts_as_a_search(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "SEARCHES", replace(searching.SEARCHES, tries=1))
    browser = signed_in(world.owner)
    name = world.pair.buyer.display_name
    pages = [browser.get(ADDRESS, {"view": "all", "who": name}).content.decode() for _ in range(2)]
    assert [len(listed(page)) for page in pages] == [1, 0]
    assert "Many searches in a short time" in pages[1]
    assert len(listed(browser.get(ADDRESS, {"view": "all", "after": "2020-01-01"}).content.decode())) == 1


@pytest.mark.rule("BOX-6")
def test_statements_of_a_page_of_results_do_not_grow(world: World) -> None:
    browser = signed_in(world.owner)
    counts = []
    for number in range(2):
        for _ in range(1 + 6 * number):
            write(PairFactory.create(seller=world.pair.seller), Side.BUYER, text="One more parcel.")
        with CaptureQueriesContext(connection) as statements:
            page = browser.get(ADDRESS, {"q": "parcel"})
        counts.append(len(statements))
        assert page.status_code == 200
    assert counts[0] == counts[1]
    assert Message.objects.count() > 8

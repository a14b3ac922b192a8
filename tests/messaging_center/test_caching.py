"""What may be kept of an answer (PRV-3)."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from accounts.links import address_token, person_token
from messages_app.models import Thread
from messaging_center.caching import unkept_pages
from tests.factories import AuthorizedAddressFactory, BuyerFactory, UserFactory
from tests.visitors import visitor


@pytest.mark.rule("PRV-3")
@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/messages/", "/orders/", "/settings/profile/", "/settings/privacy/", "/"])
def test_nothing_of_a_signed_in_persons_pages_is_kept(page: str) -> None:
    assert visitor(BuyerFactory.create().user).get(page)["Cache-Control"] == "private, no-store"


@pytest.mark.rule("PRV-3", "SEC-1")
@pytest.mark.django_db
def test_nothing_of_refusals_is_kept_either() -> None:
    answer = visitor(BuyerFactory.create().user).get("/messages/019a0000-0000-7000-8000-000000000000/")
    assert (answer.status_code, Thread.objects.exists()) == (404, False)
    assert answer["Cache-Control"] == "private, no-store"
    assert visitor().get("/messages/")["Cache-Control"] == "private, no-store"


@pytest.mark.rule("PRV-3", "SEC-4")
@pytest.mark.django_db
def test_nothing_of_pages_behind_signed_links_is_kept(client: Client) -> None:
    waiting = AuthorizedAddressFactory.create(state="waiting")
    links = (
        f"/confirm-address/{address_token(waiting)}/",
        f"/set-password/{person_token(UserFactory.create())}/",
    )
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200
        kept = {word.strip() for word in answer["Cache-Control"].split(",")}
        assert {"private", "no-store"} <= kept


@pytest.mark.rule("PRV-3")
@pytest.mark.parametrize(
    ("said", "goes"),
    [
        ("", "private, no-store"),
        ("max-age=60, public", "private, no-store"),
        ("no-store", "no-store"),
        ("max-age=0, no-cache, no-store, must-revalidate, private",) * 2,
    ],
)
def test_what_a_page_says_itself_stays_when_it_is_as_strict(rf: RequestFactory, said: str, goes: str) -> None:
    def page(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Cache-Control": said} if said else {})

    assert unkept_pages(page)(rf.get("/"))["Cache-Control"] == goes


@pytest.mark.rule("PRV-3")
def test_static_files_are_kept(client: Client) -> None:
    answer = client.get("/static/css/base.css")
    assert answer.status_code == 200
    assert "no-store" not in answer["Cache-Control"]

"""The whole access table: roles x resources x actions, with ids of the other party, another seller and
nothing (SEC-1, SEC-2, ACC-3, MOD-6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from messages_app.models import SealingKey
from messages_app.vault.keys import installation_key, missing_installation_keys
from tests.access.people import Town, make_town
from tests.access.table import Row, rows

pytestmark = pytest.mark.django_db

ROWS = rows()
every_row = pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
# The admin's own addresses are asked for whole, see `test_the_administration_is_for_staff`.
OPEN = {"healthz", "readyz"}


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[Town]:
    """One town for all rows: each visit is undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        installation_key.cache_clear()
        SealingKey.objects.bulk_create(missing_installation_keys())
        yield make_town()
        transaction.set_rollback(True)
    installation_key.cache_clear()


def browser(town: Town, name: str) -> Client:
    """One of that visitor, signed in where they have an account."""
    client = Client(raise_request_exception=False)
    if town.browsers[name]:
        client.cookies[settings.SESSION_COOKIE_NAME] = town.browsers[name]
    return client


def visit(town: Town, row: Row, name: str, ids: tuple[Any, ...]) -> Any:
    """The answer; whatever it did is undone."""
    resource = town.resources[row.resource]
    path = reverse(row.name, args=[] if resource.query else ids)
    query = dict(resource.also) | ({resource.query: str(ids[0])} if resource.query else {})
    data = {} if row.data == "-" else dict(parse_qsl(row.data, keep_blank_values=True))
    with transaction.atomic():
        client = browser(town, name)
        if row.method == "POST":
            answer = client.post(f"{path}?{urlencode(query)}", {**data, **query})
        else:
            headers = {"HX-Request": "true"} if row.method == "HX" else {}
            answer = client.get(path, {**data, **query}, headers=headers)
        answer.getvalue()
        transaction.set_rollback(True)
    return answer


def answer_of(answer: Any) -> str:
    """As the table says it: the status, or `in` for the way to the sign-in page."""
    target = answer.headers.get("Location", "") or answer.headers.get("HX-Redirect", "")
    to_sign_in = target.startswith((reverse("sign_in"), reverse("admin:login")))
    return "in" if to_sign_in else str(answer.status_code)


@pytest.mark.rule("SEC-1", "SEC-2", "ACC-3", "MOD-6")
@every_row
def test_everybody_gets_what_the_table_says(made: Town, row: Row) -> None:
    own = made.resources[row.resource].own
    got = {name: answer_of(visit(made, row, name, own)) for name, _ in row.answers}
    assert got == {name: answer.rstrip("*") for name, answer in row.answers}


def page_of(answer: Any, ids: tuple[Any, ...]) -> str:
    """The page without what differs from one visit to the next."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.getvalue().decode())
    for one in ids:
        # A short number stands in many a word; in addresses it has a place of its own.
        page = page.replace(f"/{one}/", "/ID/") if isinstance(one, int) else page.replace(str(one), "ID")
    return page


REFUSING = [row for row in ROWS if "404" in dict(row.answers).values() and row.resource != "-"]


@pytest.mark.rule("SEC-1")
@pytest.mark.parametrize("row", REFUSING, ids=[row.id for row in REFUSING])
def test_what_is_not_theirs_is_like_what_does_not_exist(made: Town, row: Row) -> None:
    """The same page and the same number of queries for everybody who gets 404."""
    resource = made.resources[row.resource]
    for name, expected in row.answers:
        if expected != "404":
            continue
        visit(made, row, name, resource.missing)  # what is read once is read
        with CaptureQueriesContext(connection) as for_missing:
            nothing = visit(made, row, name, resource.missing)
        with CaptureQueriesContext(connection) as for_theirs:
            theirs = visit(made, row, name, resource.own)
        assert nothing.status_code == 404, name
        assert page_of(theirs, resource.own) == page_of(nothing, resource.missing), name
        assert len(for_theirs) == len(for_missing), name


def addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, str]]:
    """Every address as it is written, with its name."""
    for one in patterns:
        path = f"{before}{one.pattern}"
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, path)
        else:
            yield path, one.name or path


@pytest.mark.rule("SEC-1")
def test_every_address_has_a_row() -> None:
    known = {row.name for row in ROWS} | OPEN
    found = {name for path, name in addresses(get_resolver().url_patterns) if not path.startswith("admin/")}
    assert found - known == set(), "write these into tests/access/table.txt"
    assert {row.name for row in ROWS if ":" not in row.name} - found == set(), "gone from the product"


ADMIN = sorted(
    re.sub(r"<\w+:(\w+)>|\(\?P<\w+>[^)]*\)", "1", path).rstrip("$")
    for path, _ in addresses(get_resolver().url_patterns)
    if path.startswith("admin/")
)


@pytest.mark.rule("SEC-1", "MOD-6")
@pytest.mark.parametrize("name", ["owner", "buyer", "rival", "none", "nobody"])
def test_the_administration_is_for_staff(made: Town, name: str) -> None:
    """Whatever the address names, people who are no staff are led to the sign-in, and nothing is said."""
    client = browser(made, name)
    let_in = {"admin/login/", "admin/jsi18n/", "admin/logout/"}
    assert len(ADMIN) > 50
    for path in ADMIN:
        if path not in let_in:
            answer = client.get(f"/{path}")
            assert answer_of(answer) in ("in", "404"), path

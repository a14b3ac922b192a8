"""The whole access table: roles x resources x actions, with ids of the other party, another seller and
nothing (SEC-1, SEC-2, ACC-3, MOD-6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.access.people import Town
from tests.access.table import Row, rows
from tests.access.visits import browser, visit

pytestmark = pytest.mark.django_db

ROWS = rows()
every_row = pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
# The admin's own addresses are asked for whole, see `test_the_administration_is_for_staff`.
OPEN = {"healthz", "readyz"}


def answer_of(answer: Any) -> str:
    """As the table says it: the status, or `in` for the way to the sign-in page."""
    target = answer.headers.get("Location", "") or answer.headers.get("HX-Redirect", "")
    to_sign_in = target.startswith((reverse("sign_in"), reverse("admin:login")))
    return "in" if to_sign_in else str(answer.status_code)


def page_of(answer: Any, ids: tuple[Any, ...]) -> str:
    """The page without what differs from one visit to the next."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.getvalue().decode())
    for one in ids:
        # A short number stands in many a word; in addresses it has a place of its own.
        page = page.replace(f"/{one}/", "/ID/") if isinstance(one, int) else page.replace(str(one), "ID")
    return page


@pytest.mark.rule("SEC-1", "SEC-2", "ACC-3", "MOD-6")
@every_row
def test_everybody_gets_what_the_table_says(made: Town, row: Row) -> None:
    """And what is not theirs is like what does not exist: the same page, as many queries."""
    resource = made.resources[row.resource]
    got = {}
    for name, expected in row.answers:
        with CaptureQueriesContext(connection) as statements:
            answer = visit(made, row, name, resource.own)
        got[name] = answer_of(answer)
        if resource.own and got[name] == expected.rstrip("=") and (expected == "404" or "=" in expected):
            page = page_of(answer, resource.own)
            assert like_missing(made, row, name, page, len(statements)), name
    assert got == {name: answer.rstrip("*=") for name, answer in row.answers}


def like_missing(town: Town, row: Row, name: str, page: str, statements: int) -> bool:
    """Whether an id of nothing gets that page by as many queries."""
    missing = town.resources[row.resource].missing
    with CaptureQueriesContext(connection) as for_missing:
        nothing = visit(town, row, name, missing)
    return page_of(nothing, missing) == page and len(for_missing) == statements


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
@pytest.mark.parametrize("name", ["owner", "nobody"])
def test_the_administration_is_for_staff(made: Town, name: str) -> None:
    """Whatever the address names, people who are no staff are led to the sign-in, and nothing is said."""
    client = browser(made, name)
    let_in = {"admin/login/", "admin/jsi18n/", "admin/logout/"}
    assert len(ADMIN) > 50
    for path in ADMIN:
        if path not in let_in:
            answer = client.get(f"/{path}")
            assert answer_of(answer) in ("in", "404"), path


@pytest.mark.rule("SEC-1", "PRV-3")
def test_where_mail_goes_to_real_people_there_are_no_demo_mailboxes(made: Town, settings: Any) -> None:
    settings.DEMO_MAILBOXES = False
    asked = [row for row in ROWS if row.name.startswith("demo_")]
    assert len(asked) > 5
    for row in asked:
        assert visit(made, row, "owner", made.resources[row.resource].own).status_code == 404, row.name

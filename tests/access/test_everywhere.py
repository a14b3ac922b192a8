"""What holds at every address alike: forms need their ticket, pages carry the policy and stay in no cache,
other methods change nothing, and nothing in a field reaches a database that takes no NUL."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from tests.access.people import Town
from tests.access.table import Row, rows
from tests.access.visits import browser, visit

pytestmark = pytest.mark.django_db

PAGES = [row for row in rows() if row.method == "GET"]
FORMS = [row for row in rows() if row.method == "POST"]
# A mail program posts there without a page; the token is the right to do it (RFC 8058).
WITHOUT_TICKET = {"link_unsubscribe"}


def who_may(row: Row) -> str:
    """Somebody who gets an answer of the address's own."""
    answers = dict(row.answers)
    return next((name for name in ("owner", "buyer", "admin") if answers[name][:1] in "23"), "owner")


def path_of(town: Town, row: Row) -> str:
    resource = town.resources[row.resource]
    path = reverse(row.name, args=[] if resource.query else resource.own)
    query = dict(resource.also) | ({resource.query: str(resource.own[0])} if resource.query else {})
    return f"{path}?{urlencode(query)}"


@pytest.mark.rule("SEC-3")
def test_every_form_needs_its_ticket(made: Town) -> None:
    for row in FORMS:
        if row.name in WITHOUT_TICKET:
            continue
        client = Client(enforce_csrf_checks=True)
        client.cookies[settings.SESSION_COOKIE_NAME] = made.browsers[who_may(row)]
        answer = client.post(path_of(made, row), {"reason": "why", "text": "x", "theme": "dark"})
        assert answer.status_code == 403, row.id


@pytest.mark.rule("SEC-3", "PRV-3")
def test_every_page_carries_the_policy_and_stays_in_no_cache(made: Town) -> None:
    """No script or style in a page itself, nothing from elsewhere, nothing kept."""
    for row in PAGES:
        answer = visit(made, row, who_may(row), made.resources[row.resource].own)
        head = answer.headers
        policy = head["Content-Security-Policy"]
        assert "default-src 'none'" in policy, row.id
        assert "unsafe-eval" not in policy, row.id
        assert "unsafe-inline" not in policy or row.name == "message_html", row.id
        assert head["X-Content-Type-Options"] == "nosniff", row.id
        assert head["X-Frame-Options"] in ("DENY", "SAMEORIGIN"), row.id
        assert head["Referrer-Policy"] == "same-origin", row.id
        assert head["Cache-Control"].replace(" ", "").split(",").count("no-store") == 1, row.id
        if head.get("Content-Type", "").startswith("text/html") and row.name != "message_html":
            page = answer.getvalue().decode()
            assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|<[^>]+\son\w+=", page), row.id
            assert not re.search(r'(?:src|action)="(?:https?:)?//(?!testserver)', page), row.id


@pytest.mark.rule("SEC-1", "SEC-3")
def test_other_methods_change_nothing_and_say_no_more(made: Town) -> None:
    """HEAD is GET without its body; the others are refused, whoever asks."""
    changing = re.compile(r"(?i)^(insert|update|delete)\b")
    for row in PAGES:
        client = browser(made, who_may(row))
        path = path_of(made, row)
        with transaction.atomic():
            assert client.head(path).status_code in (client.get(path).status_code, 405), row.id
            transaction.set_rollback(True)
        for method in (client.put, client.delete, client.patch, client.options):
            with transaction.atomic():
                written: list[str] = []
                with connection.execute_wrapper(_noting(written, changing)):
                    status = method(path).status_code
                transaction.set_rollback(True)
            assert status < 500, row.id
            assert not written or row.name.startswith("admin:"), (row.id, method)


def _noting(written: list[str], wanted: re.Pattern[str]) -> Callable[..., Any]:
    def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if wanted.match(sql) and "django_session" not in sql:
            written.append(sql)
        return run(sql, params, many, context)

    return execute


# ---------------------------------------------------------------- what databases take for no text

WILD = (
    "a\0b",
    "\0",
    "\ud7ff\uffff\u202e<script>alert(1)</script>\r\nBcc: x@y.example",
    "%s%(x)s{0}{{7*7}}'\";--",
    "9" * 400,
)


@contextmanager
def strict_database() -> Iterator[None]:
    """One that takes no NUL in a text, as PostgreSQL."""

    def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        for value in params or ():
            assert not (isinstance(value, str) and "\0" in value), sql
        return run(sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield


ASKED = [
    ("inbox", "-", "q order who alias after before cursor view"),
    ("orders", "-", "q status from to after"),
    ("thread", "thread", "q order who alias after before cursor view older"),
    ("new_message", "-", "order"),
    ("live", "-", "mark thread"),
    ("store", "store", "next"),
    ("sign_in", "-", "next"),
    ("admin:messages_app_case_changelist", "-", "q kind about after decided"),
    ("admin:messages_app_thread_changelist", "-", "q p kind__exact topic o"),
    ("admin:messages_app_message_changelist", "-", "q p state__exact author__exact"),
    ("admin:messages_app_inboundmail_changelist", "-", "q p state__exact"),
    ("admin:accounts_user_changelist", "-", "q p is_staff__exact"),
    ("admin:accounts_pair_changelist", "-", "q p"),
    ("admin:accounts_auditrecord_changelist", "-", "q p action kind"),
]


@pytest.mark.rule("REL-4", "SEC-6")
@pytest.mark.parametrize(("name", "resource", "fields"), ASKED, ids=[row[0] for row in ASKED])
def test_every_question_mark_takes_anything(made: Town, name: str, resource: str, fields: str) -> None:
    who = ("admin",) if name.startswith("admin:") else ("owner", "buyer")
    path = reverse(name, args=made.resources[resource].own)
    for visitor in who:
        client = browser(made, visitor)
        for value in WILD:
            singly = [{field: value} for field in fields.split()] if value == WILD[0] else []
            asked = [dict.fromkeys(fields.split(), value), *singly]
            for query in asked:
                with transaction.atomic(), strict_database():
                    answer = client.get(path, query)
                    transaction.set_rollback(True)
                assert answer.status_code < 500, (visitor, query)
                assert b"<script>alert" not in answer.getvalue()


DESKS = ("draft", "draft_discard", "hints", "upload", "preview_message", "new_message")
AT = ("thread", "order", "seller")


@pytest.mark.rule("REL-4", "SEC-6", "GATE-3")
@pytest.mark.parametrize("name", DESKS)
def test_every_desk_takes_anything(made: Town, name: str) -> None:
    """Fields and what they are about; a megabyte of text among them."""
    world = made.world
    right = {"thread": str(world.thread.pk), "order": world.order.number, "seller": world.pair.seller.slug}
    fields = "text reason topic token upload saved_at preview files file".split()
    for visitor in ("owner", "buyer"):
        client = browser(made, visitor)
        for value in (*WILD[1:], "x" * 1_000_000):
            for at in AT if visitor == "buyer" else AT[:2]:
                for query in ({at: right[at]}, *([{at: value}] if value == WILD[1] else [])):
                    with transaction.atomic(), strict_database():
                        answer = client.post(
                            f"{reverse(name)}?{urlencode(query)}", dict.fromkeys(fields, value)
                        )
                        transaction.set_rollback(True)
                    assert answer.status_code < 500, (visitor, at, value[:20])
                    assert b"<script>alert" not in answer.getvalue()

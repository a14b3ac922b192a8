"""Pages while database, broker or disk are in trouble (REL-3)."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, connection
from django.test import Client
from pytest_django import Settings
from redis import RedisError

from messaging_center.trouble import is_passing
from tests.factories import BuyerFactory
from tests.visitors import visitor


class Page(Client):
    """A browser that sees what people see: an error page, not the exception."""

    def __init__(self) -> None:
        super().__init__(raise_request_exception=False)


def no_database(*_args: Any) -> None:
    raise OperationalError("the database is gone")


@pytest.mark.rule("REL-3")
@pytest.mark.django_db
def test_a_page_without_a_database_says_so_in_the_browsers_language() -> None:
    page = Page()
    page.cookies = visitor(BuyerFactory.create().user).cookies
    with connection.execute_wrapper(no_database):
        answers = {
            language: page.get("/messages/", headers={"accept-language": language})
            for language in ("en", "de", "pl")
        }
    assert {answer.status_code for answer in answers.values()} == {503}
    assert {answer["Retry-After"] for answer in answers.values()} == {"30"}
    assert {answer["Cache-Control"] for answer in answers.values()} == {"no-store"}
    assert "We cannot do this at the moment" in answers["en"].text
    assert len({answer.text for answer in answers.values()}) == 3
    assert page.get("/messages/").status_code == 200


@pytest.mark.rule("REL-3")
@pytest.mark.django_db
def test_a_fault_of_our_own_is_no_passing_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_args: Any) -> None:
        raise ValueError

    with connection.execute_wrapper(fault):
        page = Page()
        page.cookies["sessionid"] = "x" * 32
        answer = page.get("/messages/")
    assert answer.status_code == 500
    assert "Retry-After" not in answer


@pytest.mark.rule("REL-3")
@pytest.mark.parametrize(
    ("error", "passing"),
    [
        (OperationalError(), True),
        (InterfaceError(), True),
        (RedisError(), True),
        (OSError(errno.ENOSPC, "full"), True),
        (OSError(errno.EFBIG, "full for us"), True),
        (OSError(errno.EDQUOT, "full for us"), True),
        (PermissionError(errno.EACCES, "ours to repair"), False),
        (FileNotFoundError(errno.ENOENT, "ours to repair"), False),
        (IntegrityError(), False),
        (DatabaseError(), False),
        (KeyError(), False),
        (None, False),
    ],
)
def test_what_passes_by_itself(error: BaseException | None, passing: bool) -> None:
    assert is_passing(error) is passing


@pytest.mark.rule("REL-3", "UX-5")
@pytest.mark.django_db
def test_without_collected_static_files_the_words_are_there_still(settings: Settings, tmp_path: Path) -> None:
    manifest = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": manifest}
    answer = Page().get("/sign-in/", headers={"accept-language": "de"})
    assert answer.status_code == 500
    assert "Nichts, was als gesendet angezeigt wurde" in answer.text

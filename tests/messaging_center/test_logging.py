"""Log lines: JSON, with an id, nothing personal (PRV-5, REL-6)."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from messages_app import tasks
from messaging_center.logging import JsonLines, request_log


class Lines:
    """What was logged, parsed."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def read(self) -> list[dict[str, Any]]:
        """One dictionary a line; fails where a line is no JSON object."""
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Everything that reaches the root logger while a test runs, as it would reach standard error."""
    found = Lines()
    handler = logging.StreamHandler(found.stream)
    handler.setFormatter(JsonLines())
    logging.getLogger().addHandler(handler)
    yield found
    logging.getLogger().removeHandler(handler)


@pytest.mark.rule("PRV-5")
@pytest.mark.parametrize(
    ("message", "written"),
    [
        ("sent to hannah.weber@example.org.", "sent to (address)"),
        ("MAIL FROM:<Hannah@Example.ORG> SIZE=3", "MAIL FROM:<(address)> SIZE=3"),
        ("für jürgen@bücher.example, bitte", "für (address), bitte"),
        ("GET /messages/?q=parcel+hannah HTTP/1.1", "GET /messages/ HTTP/1.1"),
        ("two\nlines", "two\nlines"),
        ("3 deliveries sent", "3 deliveries sent"),
    ],
)
def test_addresses_and_query_strings_are_dropped(lines: Lines, message: str, written: str) -> None:
    logging.getLogger("anywhere").warning("%s", message)
    assert [line["message"] for line in lines.read()] == [written]


@pytest.mark.rule("PRV-5")
def test_an_exception_tells_its_class_and_place_but_not_its_text(lines: Lines) -> None:
    try:
        int("the message of a buyer")
    except ValueError:
        logging.getLogger("anywhere").exception("could not file", extra={"item": "inbound:7"})
    [line] = lines.read()
    assert (line["message"], line["item"], line["exception"]) == ("could not file", "inbound:7", "ValueError")
    assert line["places"][0].endswith("test_an_exception_tells_its_class_and_place_but_not_its_text")
    assert "buyer" not in lines.stream.getvalue()


@pytest.mark.rule("PRV-5")
def test_a_failed_task_tells_no_text_of_its_exception(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_now: object) -> int:
        raise ValueError("the message of a buyer")

    monkeypatch.setattr(tasks, "sweep_rows", fail)
    tasks.sweep.apply()
    [line] = [line for line in lines.read() if line["level"] == "error"]
    assert line["message"] == "Task messages_app.tasks.sweep failed"
    assert (line["exception"], line["places"][-1].endswith(" fail")) == ("ValueError", True)
    assert "buyer" not in lines.stream.getvalue()


@pytest.mark.rule("REL-6", "PRV-5")
def test_a_request_has_an_id_and_its_route_in_one_line(lines: Lines, client: Client) -> None:
    response = client.get("/healthz?q=parcel")
    [line] = [line for line in lines.read() if line["message"] == "request"]
    assert line["request"] == response["X-Request-ID"]
    assert (line["method"], line["route"], line["status"]) == ("GET", "healthz", 200)
    assert line["ms"] >= 0
    assert "parcel" not in lines.stream.getvalue()
    assert client.get("/healthz")["X-Request-ID"] != response["X-Request-ID"]


@pytest.mark.rule("PRV-5")
@pytest.mark.django_db
def test_a_path_that_leads_nowhere_is_not_written(lines: Lines, client: Client) -> None:
    assert client.get("/hannah.weber/secret-link/").status_code == 404
    assert {line["status"] for line in lines.read() if line["message"] == "request"} == {404}
    assert "secret-link" not in lines.stream.getvalue()


@pytest.mark.rule("REL-6")
def test_lines_within_a_request_carry_its_id(lines: Lines, rf: RequestFactory) -> None:
    def view(_request: HttpRequest) -> HttpResponse:
        logging.getLogger("messages_app.inside").info("looked up")
        return HttpResponse()

    request_log(view)(rf.get("/"))
    logging.getLogger("messages_app.outside").info("later")
    inside, around, outside = lines.read()
    assert inside["request"] == around["request"]
    assert "request" not in outside


@pytest.mark.rule("PRV-5")
@pytest.mark.parametrize(
    "name", ["mail.log", "axes.handlers.database", "django.db.backends", "aiosmtpd", "a library of tomorrow"]
)
def test_talkative_libraries_are_capped(name: str) -> None:
    """They would write addresses, bodies or SQL with values at their lower levels."""
    assert logging.getLogger(name).getEffectiveLevel() >= logging.WARNING


@pytest.mark.rule("PRV-5")
@pytest.mark.parametrize("name", ["pypdf._reader", "PIL.PngImagePlugin"])
def test_readers_of_files_do_not_quote_them(name: str) -> None:
    assert logging.getLogger(name).getEffectiveLevel() == logging.CRITICAL


def test_everything_goes_to_standard_error_as_json() -> None:
    assert settings.LOGGING["root"]["handlers"] == ["stderr"]
    assert all(not logger.get("handlers") for logger in settings.LOGGING["loggers"].values())

"""Log lines as JSON on standard error, with a request, task or item id and nothing personal (PRV-5, REL-6).

Any module may name what it works on: `logger.info("sent", extra={"item": f"delivery:{delivery.pk}"})`.
"""

import json
import logging
import re
import traceback
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from time import monotonic

from celery import current_task
from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]

logger = logging.getLogger(__name__)
request_id: ContextVar[str] = ContextVar("request_id", default="")

# The last line of defence, for texts of libraries: nothing of ours puts an address into a log line.
ADDRESS = re.compile(r"[^\s<>\"'(),;:=]+@[^\s<>\"'(),;:=]+")
QUERY = re.compile(r"\?\S*")
FACTS = ("item", "route", "method", "status", "ms", "count")


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, ids, and for an exception its class and places.

    An exception's own text is left out, for databases and parsers quote the data that they choke on.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Render one record."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message_of(record),
        }
        if number := request_id.get():
            line["request"] = number
        if current_task and current_task.request.id:
            line["task"] = current_task.request.id
        line |= {name: getattr(record, name) for name in FACTS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
            line["places"] = [
                f"{frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(record.exc_info[2])
            ]
        return json.dumps(line, ensure_ascii=False, default=str)


def message_of(record: logging.LogRecord) -> str:
    """The message without addresses and query strings; of Django's request lines the route, not the path.

    Paths hold signed links and aliases, routes do not. Celery's message quotes what a task died of.
    """
    if record.name == "celery.app.trace" and record.exc_info and isinstance(record.args, dict):
        return f"Task {record.args.get('name')} failed"
    request = getattr(record, "request", None)
    if isinstance(request, HttpRequest):
        return f"HTTP {getattr(record, 'status_code', '')} {route_of(request)}".strip()
    return QUERY.sub("", ADDRESS.sub("(address)", record.getMessage()))


def route_of(request: HttpRequest) -> str:
    """The URL pattern that a request matched, or nothing where none did."""
    match = getattr(request, "resolver_match", None)
    return match.route if match else ""


def request_log(get_response: GetResponse) -> GetResponse:
    """Middleware: give each request an id, answer it in `X-Request-ID`, and write one line about it."""

    def answer(request: HttpRequest) -> HttpResponse:
        started = monotonic()
        token = request_id.set(uuid.uuid4().hex)
        try:
            response = get_response(request)
            response["X-Request-ID"] = request_id.get()
            logger.info(
                "request",
                extra={
                    "method": request.method,
                    "route": route_of(request),
                    "status": response.status_code,
                    "ms": round((monotonic() - started) * 1000),
                },
            )
            return response
        finally:
            request_id.reset(token)

    return answer

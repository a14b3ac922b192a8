"""What a page says when something broke: 503 while database or disk are in trouble, else 500 (REL-3); and
when somebody opens what only a button may call."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from redis import RedisError

from messaging_center.logging import request_id

RETRY_SECONDS = 30
# No room, no right to write, or a broken disk. Other OSErrors are bugs, or a client that went away.
_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO})


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500, called while the exception is at hand. Asks nobody: who knows who is down."""
    if not is_passing(sys.exception()):
        return HttpResponse(_page("500.html", reference=request_id.get()[:8]), status=500)
    headers = {"Retry-After": str(RETRY_SECONDS), "Cache-Control": "no-store"}
    return HttpResponse(_page("503.html"), status=503, headers=headers)


def _page(template: str, **context: str) -> str:
    """Its bare words where even the page is broken, as without collected static files."""
    try:
        return render_to_string(template, context)
    except Exception:  # noqa: BLE001 - whatever is broken, this is what is said about it
        words = _(
            "Nothing that was shown as sent is lost. Go back, your text may still be there, and try again in"
            " a minute."
        )
        return f"<!doctype html><title>500</title><p>{words}</p>"


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW: what somebody wrote stands there to be copied (UX-5)."""
    return render(request, "403_csrf.html", {"written": request.POST.get("text", "")}, status=403)


def with_words_for_405(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: the 405 that Django leaves empty gets a page (UX-5). Stands behind who is signed in."""

    def middleware(request: HttpRequest) -> HttpResponse:
        answer = get_response(request)
        if not isinstance(answer, HttpResponseNotAllowed) or answer.content:
            return answer
        page = render(request, "405.html", status=405)
        page.headers["Allow"] = answer.headers["Allow"]
        return page

    return middleware


def is_passing(error: BaseException | None) -> bool:
    """Whether trying again later helps: the parts around us are in trouble, not our code."""
    if isinstance(error, OSError) and not isinstance(error, RedisError):
        return error.errno in _DISK
    return isinstance(error, OperationalError | InterfaceError | RedisError)

"""What a page says when something broke: 503 while database or disk are in trouble, else 500 (REL-3)."""

from __future__ import annotations

import errno
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error as bare_error
from redis import RedisError

RETRY_SECONDS = 30
# No room, no right to write, or a broken disk. Other OSErrors are bugs, or a client that went away.
_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO})


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500, called while the exception is at hand. Asks nobody: who knows who is down."""
    if not is_passing(sys.exception()):
        return bare_error(request)
    headers = {"Retry-After": str(RETRY_SECONDS), "Cache-Control": "no-store"}
    return HttpResponse(render_to_string("503.html"), status=503, headers=headers)


def is_passing(error: BaseException | None) -> bool:
    """Whether trying again later helps: the parts around us are in trouble, not our code."""
    if isinstance(error, OSError) and not isinstance(error, RedisError):
        return error.errno in _DISK
    return isinstance(error, OperationalError | InterfaceError | RedisError)

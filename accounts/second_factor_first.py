"""Who must have a second factor and has none is led to set it up, before anything else opens (ACC-1)."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.queries.second_factor import lacks_second_factor

SESSION_KEY = "second_factor"  # there: this session's person has one, and nobody needs to look
_OPEN = ("second_factor", "sign_out", "set_language", "set_theme")


def second_factor_first(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Stands behind AuthenticationMiddleware. Asks the database only where the setting wants it, and once
    there is a second factor no more: with it gone, the session ends."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.SECOND_FACTOR_REQUIRED_FOR == "none" or not request.user.is_authenticated:
            return get_response(request)
        open_anyway = request.session.get(SESSION_KEY) or _is_open(request.path)
        if not open_anyway and lacks_second_factor(request.user):
            return _to_set_up(request)
        return get_response(request)

    return middleware


def _is_open(path: str) -> bool:
    return path.startswith(tuple(reverse(name) for name in _OPEN))


def _to_set_up(request: HttpRequest) -> HttpResponse:
    wanted = request.get_full_path() if request.method in ("GET", "HEAD") else "/"
    page = f"{reverse('second_factor')}?{urlencode({'next': wanted})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": page})
    return HttpResponseRedirect(page)

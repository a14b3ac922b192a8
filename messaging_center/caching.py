"""What browsers and proxies may keep of a page: nothing (PRV-3)."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


def unkept_pages(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Stands behind WhiteNoise: static files are kept, pages are not. After signing out, Back asks anew
    and shows nobody's thread; a page behind a signed link stays with whoever holds the link."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if "no-store" not in response.headers.get("Cache-Control", ""):
            response.headers["Cache-Control"] = "private, no-store"
        return response

    return middleware

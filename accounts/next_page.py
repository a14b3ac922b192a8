"""Where a form leads back to: a page of ours, or none (open redirects, SEC-6)."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def page_of_ours(request: HttpRequest, wanted: str) -> str:
    """`wanted` where it is a path of this site, else empty. It is an address, never a page's name:
    `redirect` would look it up as one."""
    own = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if own and wanted.startswith("/") else ""

"""One door to sign in by, and what django-axes may know of a failed try there (ACC-1, PRV-5)."""

from collections.abc import Mapping
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_safe

from accounts.addresses import normalise_address
from accounts.next_page import page_of_ours

_LINK_BITS = 64  # of an IPv6 address: what lies behind them one household or machine has to itself


def tried_account(request: HttpRequest | None, credentials: Mapping[str, Any] | None) -> str:
    """A keyed hash of the address tried, the same for every way to write it; empty where none was given."""
    tried = (credentials or {}).get("username") or (request.POST.get("username") if request else "")
    if not tried:
        return ""
    return salted_hmac("sign-in guard", normalise_address(str(tried)), algorithm="sha256").hexdigest()


def client_ip(request: HttpRequest) -> str:
    """The caller's place: their network address, in IPv6 the network that they have to themselves.

    Behind the TLS proxy it is the last hop, which the proxy itself added. Empty where it is no address.
    """
    forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
    if settings.HTTPS and forwarded:
        return _place(forwarded.rsplit(",", 1)[-1].strip())
    return _place(str(request.META.get("REMOTE_ADDR", "")))


def _place(written: str) -> str:
    try:
        address = ip_address(written.partition("%")[0])
    except ValueError:
        return ""
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Network((address, _LINK_BITS), strict=False).network_address)


def client_in_words(*_details: object) -> str:
    """What axes calls a client in its log lines: nothing that tells who it was."""
    return "a client"


@require_safe
def admin_door(request: HttpRequest) -> HttpResponse:
    """Stands in place of the admin's own sign-in page, which would count no tries: leads to ours.

    To somebody signed in who is no staff there is no admin: ours would lead them back here for ever.
    """
    wanted = page_of_ours(request, request.GET.get("next", "")) or resolve_url("admin:index")
    if admin.site.has_permission(request):
        return HttpResponseRedirect(wanted)
    if request.user.is_authenticated:
        raise Http404
    return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': wanted})}")

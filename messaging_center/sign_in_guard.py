"""What django-axes may know about a failed sign-in: a keyed hash, never the address tried (PRV-5)."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac


def tried_account(request: HttpRequest | None, credentials: Mapping[str, Any] | None) -> str:
    """A keyed hash of the address tried, the same for every letter case; empty where none was given."""
    tried = (credentials or {}).get("username") or (request.POST.get("username") if request else "")
    if not tried:
        return ""
    return salted_hmac("sign-in guard", str(tried).strip().lower(), algorithm="sha256").hexdigest()


def client_ip(request: HttpRequest) -> str:
    """The caller's network address; behind the TLS proxy the last hop that the proxy itself added."""
    forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
    if settings.HTTPS and forwarded:
        return forwarded.rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def client_in_words(*_details: object) -> str:
    """What axes calls a client in its log lines: nothing that tells who it was."""
    return "a client"

"""The person behind a request."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from accounts.models import User


def person_of(request: HttpRequest) -> User:
    """Who is signed in; for views behind `login_required`, which has seen to that."""
    if not request.user.is_authenticated:
        raise Http404
    return request.user

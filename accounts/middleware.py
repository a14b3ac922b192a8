"""Each page in the language and time zone of whoever looks at it (ACC-10, UX-4)."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from accounts.roles import current_role
from accounts.zones import known_zones


def personal_settings(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Stands behind Django's own LocaleMiddleware, which has settled the browser's language."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return get_response(request)
        language, zone = request.user.language, _zone_of(request)
        if language in dict(settings.LANGUAGES):
            translation.activate(language)
            request.LANGUAGE_CODE = language
        with timezone.override(zone):
            response = get_response(request)
        if language:
            response.headers["Content-Language"] = translation.get_language() or language
        return response

    return middleware


def _zone_of(request: HttpRequest) -> ZoneInfo | None:
    """The person's choice, else their marketplace's; None: the installation's."""
    if not request.user.is_authenticated:
        return None
    if request.user.time_zone in known_zones():
        return ZoneInfo(request.user.time_zone)
    role = current_role(request)
    party = role and (role.seller or role.buyer)
    return party.marketplace.zone if party else None

"""System checks of settings that belong together."""

from collections.abc import Sequence

from django.apps.config import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

LOCAL_PART_LEAST = 12


@register()
def alias_room(app_configs: Sequence[AppConfig] | None, **_kwargs: object) -> list[CheckMessage]:
    """ALI-1: the relay domain must leave at least 12 characters for an alias' local part."""
    room = settings.ALIAS_LENGTH - len(settings.RELAY_DOMAIN) - 1
    if room >= LOCAL_PART_LEAST:
        return []
    needed = len(settings.RELAY_DOMAIN) + 1 + LOCAL_PART_LEAST
    return [
        Error(
            f"RELAY_DOMAIN={settings.RELAY_DOMAIN} leaves {max(room, 0)} characters for the local part of an "
            f"alias of {settings.ALIAS_LENGTH}; at least {LOCAL_PART_LEAST} are needed.",
            hint=f"Write ALIAS_LENGTH={needed} or more, or choose a shorter RELAY_DOMAIN.",
            id="messaging_center.E001",
        )
    ]

"""System checks of settings that belong together."""

from collections.abc import Sequence

from django.apps.config import AppConfig
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
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


@register(deploy=True)
def static_files_collected(app_configs: Sequence[AppConfig] | None, **_kwargs: object) -> list[CheckMessage]:
    """Pages name the collected copies of static files: one that is missing breaks every page with it."""
    collected = getattr(staticfiles_storage, "hashed_files", None)  # the demo serves the sources themselves
    sources = {name for finder in get_finders() for name, _ in finder.list([])}
    missing = sorted(sources - collected.keys()) if collected is not None else []
    if not missing:
        return []
    return [
        Error(
            f"{len(missing)} static files are not collected, {missing[0]} among them: pages will not open.",
            hint="Run manage.py collectstatic --no-input, then start the web process again.",
            id="messaging_center.E002",
        )
    ]

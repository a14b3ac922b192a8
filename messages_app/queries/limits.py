"""The numbers of the rules as this installation sets them."""

from __future__ import annotations

from django.conf import settings

from messages_app.policy.limits import Limits


def current_limits() -> Limits:
    """From the settings; read anew each time, it costs nothing."""
    return Limits(
        daily_cap_factor=settings.DAILY_CAP_FACTOR,
        daily_cap_base=settings.DAILY_CAP_BASE,
        proactive_window_days=settings.PROACTIVE_WINDOW_DAYS,
        max_message_bytes=settings.MAX_MESSAGE_BYTES,
        burst_messages=settings.BURST_MESSAGES,
        identical_bodies=settings.IDENTICAL_BODIES,
    )

"""Signs somebody in to a grown store: `python -m benchmarks.visit` prints as JSON the session and what to ask
for."""

from __future__ import annotations

import json
import sys

import django

django.setup()

from django.conf import settings  # noqa: E402 - models need Django set up
from django.contrib.auth import login  # noqa: E402
from django.db.models import Count, F, Func, Value  # noqa: E402
from django.http import HttpRequest  # noqa: E402
from django.utils.module_loading import import_string  # noqa: E402

from accounts.models import User  # noqa: E402
from messages_app.models import Thread  # noqa: E402

OWNER, SELLER = "ana@alder-pine.example", "alder-and-pine"  # the largest seller's


def session_for(email: str) -> str:
    """The session key of a browser of that person."""
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = "127.0.0.1"
    request.session = import_string(f"{settings.SESSION_ENGINE}.SessionStore")()
    login(request, User.objects.get(email=email), backend="django.contrib.auth.backends.ModelBackend")
    request.session.save()
    return str(request.session.session_key)


def long_thread() -> str:
    """A thread of the largest seller with twenty messages or as near as there is, the first by time."""
    distance = Func(F("said") - Value(20), function="ABS")
    threads = Thread.objects.filter(seller__external_id=SELLER).annotate(said=Count("conversation"))
    return str(threads.order_by(distance, "created_at", "id")[0].pk)


if __name__ == "__main__":
    json.dump({"session": session_for(OWNER), "thread": long_thread()}, sys.stdout)

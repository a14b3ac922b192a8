"""A bare Django site to compare with: one page of fifty rows from memory, behind session and login.

`python -m benchmarks.bare DATABASE_URL` makes its tables and a person, and prints a session key;
`benchmarks.bare:application` serves it, with BARE_DATABASE_URL in the environment.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import django
import environ
from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.contrib.auth.decorators import login_required
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Fifty rows</title></head><body>
<header>{{ request.user.username }}</header>
<nav>{% for name, count in counts %}<a href="?view={{ name }}">{{ name }} {{ count }}</a>{% endfor %}</nav>
<ul>{% for row in rows %}<li{% if row.unread %} class="unread"{% endif %}><a href="/{{ row.id }}/">
<b>{{ row.who }}</b> <span>{{ row.order }}</span>
<time datetime="{{ row.at|date:"c" }}">{{ row.at|date:"j M H:i" }}</time>
<p>{{ row.subject }}</p><p>{{ row.text }}</p></a></li>{% endfor %}</ul></body></html>"""
ROWS = [
    {
        "id": number,
        "who": f"Hannah W. {number}",
        "order": f"302-{number:07d}-0000000",
        "subject": "Where is it?",
        "text": "Good morning, when will the parcel reach me? The neighbours took nothing in either.",
        "at": datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=number),
        "unread": number % 3 == 0,
    }
    for number in range(50)
]
COUNTS = [("needed", 12), ("unread", 30), ("received", 50), ("sent", 44), ("all", 50)]


@login_required
def page(request: HttpRequest) -> HttpResponse:
    """The fifty rows."""
    template = engines["django"].from_string(PAGE) if not _kept else _kept[0]
    if not _kept:
        _kept.append(template)
    return HttpResponse(template.render({"rows": ROWS, "counts": COUNTS}, request))


_kept: list[Any] = []
urlpatterns = [path("", page)]


def _configure(database: str) -> None:
    settings.configure(
        SECRET_KEY="bare" * 15,
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="benchmarks.bare",
        DATABASES={"default": environ.Env.db_url_config(database)},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
        ],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
    )
    django.setup()


def prepare() -> str:
    """Tables, a person, and a session of theirs."""
    call_command("migrate", verbosity=0)
    user = get_user_model().objects.create_user("bare")
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = "127.0.0.1"
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    request.session.save()
    return str(request.session.session_key)


if __name__ == "__main__":
    _configure(sys.argv[1])
    sys.stdout.write(prepare())
elif "BARE_DATABASE_URL" in os.environ:
    _configure(os.environ["BARE_DATABASE_URL"])
    application = WSGIHandler()

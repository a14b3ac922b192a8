"""Requests of the people of the town, each undone."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.access.people import Town
from tests.access.table import Row


def browser(town: Town, name: str) -> Client:
    """One of that visitor, signed in where they have an account."""
    client = Client(raise_request_exception=False)
    if town.browsers[name]:
        client.cookies[settings.SESSION_COOKIE_NAME] = town.browsers[name]
    return client


def visit(town: Town, row: Row, name: str, ids: tuple[Any, ...]) -> Any:
    """The answer; whatever it did is undone."""
    resource = town.resources[row.resource]
    path = reverse(row.name, args=[] if resource.query else ids)
    query = dict(resource.also) | ({resource.query: str(ids[0])} if resource.query else {})
    data = {} if row.data == "-" else dict(parse_qsl(row.data, keep_blank_values=True))
    with transaction.atomic():
        client = browser(town, name)
        if row.method in ("POST", "JS"):
            headers = {"X-Requested-With": "fetch"} if row.method == "JS" else {}
            answer = client.post(f"{path}?{urlencode(query)}", {**data, **query}, headers=headers)
        else:
            headers = {"HX-Request": "true"} if row.method == "HX" else {}
            answer = client.get(path, {**data, **query}, headers=headers)
        answer.getvalue()
        transaction.set_rollback(True)
    return answer

"""Browsers of people, signed in or not."""

from __future__ import annotations

from django.test import Client

from accounts.models import Seller, User
from accounts.roles import SESSION_KEY


def visitor(user: User | None = None, *, selling_for: Seller | None = None) -> Client:
    """A browser of that person (None: of nobody), in the role of a seller's member where one is named."""
    client = Client()
    if user is not None:
        client.force_login(user)
    if selling_for is not None:
        session = client.session
        session[SESSION_KEY] = f"seller:{selling_for.pk}"
        session.save()
    return client

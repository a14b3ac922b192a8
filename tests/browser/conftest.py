"""A real browser against a real server: Debian's chromium through playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.browser.visitor import SWITCHES, Visitor
from tests.factories import PASSWORD

__all__ = ["Visitor", "VisitorMaker"]  # where the tests look for them


@pytest.fixture(autouse=True)
def no_language_left_behind() -> Iterator[None]:
    """What the test itself said was in the language of the last visitor."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("chromium is missing: apt-get install chromium, then try again.")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright keeps a loop running in this thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=SWITCHES)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def visitors(chromium: Browser, live_server: LiveServer) -> Iterator[VisitorMaker]:
    maker = VisitorMaker(chromium, live_server.url)
    yield maker
    maker.close()


class VisitorMaker:
    """Opens browsers, each with cookies of its own."""

    def __init__(self, browser: Browser, base: str, *, by_form: bool = False) -> None:
        """`by_form`: who signs in does so as a person would."""
        self._browser = browser
        self._by_form = by_form
        self._base = base
        self._contexts: list[BrowserContext] = []

    def __call__(
        self, *, scripts: bool = True, width: int = 1440, dark: bool = False, touch: bool = False
    ) -> Visitor:
        context = self._browser.new_context(
            java_script_enabled=scripts,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            locale="en-GB",
            reduced_motion="reduce",
            has_touch=touch,
            is_mobile=touch,
        )
        self._contexts.append(context)
        if self._by_form:
            return Visitor(context, self._base)
        return Visitor(context, self._base, let_in=lambda email: self._let_in(context, email))

    def _let_in(self, context: BrowserContext, email: str) -> None:
        """By the same page, asked without a browser: its cookies are what signs in, and pages take long."""
        client = Client()
        answer = client.post(reverse("sign_in"), {"username": email, "password": PASSWORD})
        assert answer.status_code == 302
        for cookie in client.cookies.values():
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self._base}])

    def close(self) -> None:
        for context in self._contexts:
            context.close()

"""A real browser against a real server: Debian's chromium through playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from django.utils import translation
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.factories import PASSWORD

SWITCHES = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --disable-dev-shm-usage"
).split()


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


class Visitor:
    """A person at a browser of their own. Every complaint of the browser is kept."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.page: Page = context.new_page()
        self.base = base
        self.complaints: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            self.complaints.append(message.text)

    def open(self, path: str) -> None:
        self.page.goto(self.base + path)

    def sign_in(self, email: str) -> None:
        self.open("/sign-in/")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("main").get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(f"{self.base}/messages/")

    def sideways(self) -> int:
        """By how many pixels the page scrolls sideways, once it is laid out."""
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        width = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return int(width)


@pytest.fixture
def visitors(chromium: Browser, live_server: LiveServer) -> Iterator[VisitorMaker]:
    maker = VisitorMaker(chromium, live_server.url)
    yield maker
    maker.close()


class VisitorMaker:
    """Opens browsers, each with cookies of its own."""

    def __init__(self, browser: Browser, base: str) -> None:
        self._browser = browser
        self._base = base
        self._contexts: list[BrowserContext] = []

    def __call__(self, *, scripts: bool = True, width: int = 1440, dark: bool = False) -> Visitor:
        context = self._browser.new_context(
            java_script_enabled=scripts,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            locale="en-GB",
            reduced_motion="reduce",
        )
        self._contexts.append(context)
        return Visitor(context, self._base)

    def close(self) -> None:
        for context in self._contexts:
            context.close()

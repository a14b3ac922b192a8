"""A person at a browser. It needs no settings: the README's pictures are taken by it as well."""

from __future__ import annotations

from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

SWITCHES = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --disable-dev-shm-usage"
).split()


class Visitor:
    """A person at a browser of their own. Every complaint of the browser is kept."""

    def __init__(
        self, context: BrowserContext, base: str, *, let_in: Callable[[str], None] | None = None
    ) -> None:
        """`let_in` opens the door to who has that address, in the place of the form."""
        self.page: Page = context.new_page()
        self._let_in = let_in
        self.base = base
        self.complaints: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            self.complaints.append(message.text)

    def open(self, path: str) -> None:
        self.page.goto(self.base + path)

    def sign_in(self, email: str, *, leads_to: str = "/messages/") -> None:
        """Without `let_in` by the password that everybody has in the demo and in the tests' factories."""
        if self._let_in:
            self._let_in(email)
            if leads_to:
                self.open(leads_to)
            return
        self.open("/sign-in/")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill("demo")
        self.page.get_by_role("main").get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(self.base + leads_to)

    def sideways(self) -> int:
        """By how many pixels the page scrolls sideways, once it is laid out."""
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        width = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return int(width)

    def faults(self) -> list[str]:
        """What axe finds against WCAG and good practice on the page as it stands; what passes is not told."""
        found = Axe().run(self.page, options={"resultTypes": ["violations"]})
        return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found.response["violations"]]

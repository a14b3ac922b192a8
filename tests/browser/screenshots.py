"""`python -m tests.browser.screenshots [URL]`: the README's pictures, taken from a running demo.

Start it first: `make demo`, on data of its own. Writes docs/images/*.png.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import SWITCHES, Visitor

FOLDER = Path(__file__).resolve().parent.parent.parent / "docs" / "images"
SELLER, BUYER = "ana@alder-pine.example", "hannah.winter@post.example"


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as somebody sees it. `opens`: the first thread of the list is opened."""

    name: str
    who: str
    path: str
    width: int = 1440
    height: int = 900
    dark: bool = False
    opens: bool = False


PICTURES = (
    Picture("inbox", SELLER, "/messages/", opens=True),
    Picture("inbox-dark", SELLER, "/messages/", dark=True, opens=True),
    Picture("orders", SELLER, "/orders/"),
    Picture("phone", BUYER, "/messages/", width=390, height=780),
)


def main(base: str) -> None:
    """Takes all of them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=SWITCHES)
        for picture in PICTURES:
            _take(browser, base, picture)
        browser.close()


def _take(browser: Browser, base: str, picture: Picture) -> None:
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height},
        color_scheme="dark" if picture.dark else "light",
        locale="en-GB",
        reduced_motion="reduce",
    )
    visitor = Visitor(context, base)
    visitor.sign_in(picture.who)
    visitor.open(picture.path)
    if picture.opens:
        link = visitor.page.locator("main a[href^='/messages/0']").first
        visitor.open(str(link.get_attribute("href")))
    visitor.page.screenshot(path=FOLDER / f"{picture.name}.png")
    context.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")

"""`python -m tests.browser.screenshots [URL]`: the README's pictures, taken from a running demo.

Start it first: `make demo`, on data of its own. Writes docs/images/*.png, in few colours: small.
"""

from __future__ import annotations

import io
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.visitor import SWITCHES, Visitor

FOLDER = Path(__file__).resolve().parent.parent.parent / "docs" / "images"
SELLER, BUYER = "ana@alder-pine.example", "hannah.winter@post.example"
STAFF = "moderator@marketplace.example"
COLOURS = 128


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as somebody sees it. `opens`: the first thread of the list is opened. `writes`: that is
    written to the buyer of the first order."""

    name: str
    who: str
    path: str
    width: int = 1360
    height: int = 850
    dark: bool = False
    opens: bool = False
    writes: str = ""


PICTURES = (
    Picture("inbox", SELLER, "/messages/", opens=True),
    Picture("inbox-dark", SELLER, "/messages/", dark=True, opens=True),
    Picture("phone", BUYER, "/messages/", width=390, height=780),
    Picture("contact-buyer", SELLER, "/orders/?q=Lucía", writes="Would Saturday between 9 and 12 suit you?"),
    Picture("queue", STAFF, "/admin/messages_app/case/"),
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
    visitor.sign_in(picture.who, leads_to="/admin/" if picture.who == STAFF else "/messages/")
    visitor.open(picture.path)
    if picture.opens:
        link = visitor.page.locator("main a[href^='/messages/0']").first
        visitor.open(str(link.get_attribute("href")))
    if picture.writes:
        _write(visitor.page, picture.writes)
    _save(visitor.page.screenshot(), FOLDER / f"{picture.name}.png")
    context.close()


def _write(page: Page, text: str) -> None:
    """Contact Buyer about the first order of the list, until the preview and the draft are there."""
    page.locator("tbody a[href^='/messages/new/']").first.click()
    page.get_by_role("radio", name="Arranging the delivery").check()
    page.get_by_label("Your text").fill(text)
    page.locator(".preview__yours").get_by_text(text).wait_for()
    page.get_by_text("Saved").wait_for()


def _save(taken: bytes, path: Path) -> None:
    picture = Image.open(io.BytesIO(taken)).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")

"""After a round trip by mail and page, data folder and logs know no word of it (PRV-1, PRV-5)."""

from __future__ import annotations

import base64
import re
import smtplib
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from messaging_center.demo_world.people import BUYERS, SELLERS
from messaging_center.demo_world.talk import LINES
from tests.flows.demo_process import Demo, started_demo, wait_until
from tests.flows.test_demo import info_of
from tests.flows.web_client import WebClient

pytestmark = pytest.mark.process

PLANTED = (
    *("Quittenmond", "Zwiebelturm", "Fasanenpost", "wolkenrechnung", "Haselpfad", "Tintenfee"),
    *("Kranichruf", "mondkarte", "Distelweg"),
)
STRANGER = "nobody.you.know@post.example"
SEEDED = ("couvercle", "sottopentola", "inducción", "zwrot", "nordic", "Hockers")
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="


def forms_of(word: str) -> list[bytes]:
    """How a word may lie in a file: as text, as wide text, and within base 64 at each of three places."""
    plain = word.encode()
    shifted = [base64.b64encode(b"\0" * pad + plain)[4 if pad else 0 : -4] for pad in range(3)]
    return [plain.lower(), word.lower().encode("utf-16-le"), *(one for one in shifted if len(one) > 6)]


def found_in(folder: Path, words: tuple[str, ...]) -> set[str]:
    """`word in file` for every hit below the folder, as it is at this moment."""
    hits = set()
    for path in folder.rglob("*"):
        try:
            content = path.read_bytes() if path.is_file() else b""
        except FileNotFoundError:
            continue  # a journal or temporary file that has just gone
        lowered = content.lower()
        for word in words:
            plain, wide, *encoded = forms_of(word)
            if plain in lowered or wide in lowered or any(one in content for one in encoded):
                hits.add(f"{word} in {path.relative_to(folder)}")
    return hits


def test_the_search_finds_what_lies_open(tmp_path: Path) -> None:
    """The net has no holes: each form of a word is found."""
    word = PLANTED[0]
    for number, content in enumerate(
        [word.upper().encode(), word.encode("utf-16-le"), base64.b64encode(b"a " + word.encode() + b" b")]
    ):
        (tmp_path / str(number)).write_bytes(content)
    assert len(found_in(tmp_path, PLANTED)) == 3


def mail_with_file(sender: str, recipient: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, recipient, "Fasanenpost"
    mail["Message-ID"] = "<planted-1@post.example>"
    mail.set_content("Is the Quittenmond still to be had? Write to zwiebelturm@post.example.\n")
    mail.add_alternative("<p>Is the <b>Zwiebelturm</b> Quittenmond still to be had?</p>", subtype="html")
    mail.add_attachment(base64.b64decode(PNG), maintype="image", subtype="png", filename="wolkenrechnung.png")
    mail.add_attachment(b"Haselpfad " * 40_000, maintype="text", subtype="plain", filename="mondkarte.txt")
    return mail.as_bytes()


@pytest.mark.rule("PRV-1", "PRV-5", "MAIL-29")
def test_no_word_of_a_round_trip_lies_open_or_is_logged(tmp_path: Path) -> None:
    temporary = tmp_path / "var" / "tmp"
    temporary.mkdir(parents=True)
    with started_demo(tmp_path / "var", TMPDIR=str(temporary)) as demo:
        demo.wait_ready()
        world = info_of(demo)
        pair = next(one for one in world["pairs"] if one["buyer"].startswith("hannah"))
        thread = _mail_in(demo, world, pair)
        _answer_on_the_page(demo, world, thread)
        _what_goes_wrong(demo, pair)
        wait_until(lambda: "Tintenfee" in _newest_mail(demo, pair["buyer"]))
        assert found_in(tmp_path / "var", PLANTED + SEEDED) == set()
        demo.interrupt()
        assert found_in(tmp_path / "var", PLANTED + SEEDED) == set()
        assert _told_by(demo.logs(), world) == set()


def _mail_in(demo: Demo, world: dict[str, Any], pair: dict[str, Any]) -> dict[str, Any]:
    """The buyer writes by mail; the folder is searched while it is worked off."""
    known = {thread["id"] for thread in world["threads"]}
    before = demo.threads()
    with smtplib.SMTP("127.0.0.1", demo.smtp_port, timeout=30) as door:
        door.sendmail(
            pair["buyer"], [pair["seller_alias"]], mail_with_file(pair["buyer"], pair["seller_alias"])
        )
    for _ in range(20):
        assert found_in(demo.folder, PLANTED) == set()
    wait_until(lambda: demo.threads() > before)
    thread: dict[str, Any] = next(one for one in info_of(demo)["threads"] if one["id"] not in known)
    assert thread["buyer"] == pair["buyer"]
    return thread


def _answer_on_the_page(demo: Demo, world: dict[str, Any], thread: dict[str, Any]) -> None:
    """The seller reads it without the buyer's address and answers with a file."""
    seller = next(one for one in world["sellers"] if one["slug"] == thread["seller"])
    browser = WebClient(demo.web)
    browser.sign_in(seller["members"][0]["email"], "demo")
    path = f"/messages/{thread['id']}/"
    shown = browser.get(path)
    assert "Quittenmond" in shown
    assert "zwiebelturm@post.example" not in shown
    file = SimpleUploadedFile("distelweg.txt", b"Distelweg " * 300_000, "text/plain")
    answered = browser.send(path, {"text": "Yes, in Tintenfee and in Kranichruf.", "files": file})
    assert "Tintenfee" in answered
    assert found_in(demo.folder, PLANTED) == set()


def _what_goes_wrong(demo: Demo, pair: dict[str, Any]) -> None:
    """A stranger writes, a sign-in fails, an address is typed into an address bar."""
    with smtplib.SMTP("127.0.0.1", demo.smtp_port, timeout=30) as door:
        mail = f"From: {STRANGER}\r\nSubject: Fasanenpost\r\n\r\nKranichruf\r\n"
        door.sendmail(STRANGER, [pair["buyer_alias"]], mail)
    browser = WebClient(demo.web)
    browser.sign_in(pair["buyer"], "Kranichruf")
    browser.get(f"/messages/?q={pair['buyer']}")
    browser.get(f"/no/such/page/{pair['buyer']}/?q=Kranichruf")


def _newest_mail(demo: Demo, address: str) -> str:
    """What the demo mailbox of that address shows first."""
    browser = WebClient(demo.web)
    rows = re.findall(r'href="(/demo/mailboxes/[0-9a-f]{32}/)">([^<]+)<', browser.get("/demo/mailboxes/"))
    box = browser.get(next(link for link, owner in rows if owner == address))
    found = re.search(r"/demo/mailboxes/mail/[0-9a-f-]+/", box)
    return browser.get(found[0]) if found else ""


def _told_by(logs: str, world: dict[str, Any]) -> set[str]:
    """Addresses, names and words that stand in the logs; they must have lines at all."""
    assert '"message": "request"' in logs
    people = {one["email"] for one in world["people"]} | {STRANGER, "zwiebelturm@post.example"}
    names = {buyer.full_name for buyer in BUYERS} | {seller.owner_name for seller in SELLERS}
    texts = {line.text[:30] for line in LINES}
    words = {*PLANTED, *SEEDED, *people, *names, *texts}
    lowered = logs.lower()
    return {word for word in words if word.lower() in lowered}

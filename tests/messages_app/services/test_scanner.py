"""clamd is asked over its own protocol; what it does not vouch for is never passed on unseen (ATT-7)."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import Pair
from messages_app.models import Attachment, Delivery
from messages_app.policy.facts import Side
from messages_app.queries.threads import file_meta
from messages_app.services import scanner
from messages_app.services.decided import Outcome
from messages_app.services.moderation import Action, decide_case
from messages_app.services.scanner import Scan, ping, scan
from messages_app.services.submission import SubmittedFile
from messages_app.vault.files import read_file
from messages_app.vault.keys import open_key
from tests.clamd import VIRUS, running_clamd
from tests.factories import OrderFactory, PairFactory, UserFactory
from tests.messages_app.files.samples import SOUND, image
from tests.messages_app.services.gate import NOON, codes, mail, message_of, page, send
from tests.messages_app.services.test_moderation import case_of
from tests.servers import free_port

pytestmark = pytest.mark.rule("ATT-7")

LARGE = bytes(1_000_000)  # several chunks


@pytest.mark.parametrize("local", [True, False])
@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"harmless", Scan.CLEAN),
        (b"", Scan.CLEAN),
        (b"a " + VIRUS, Scan.INFECTED),
        (LARGE, Scan.CLEAN),
        (LARGE + VIRUS, Scan.INFECTED),
    ],
    ids=["harmless", "empty", "infected", "large", "large-infected"],
)
def test_the_scanner_is_shown_every_byte(
    settings: Settings, tmp_path: Path, content: bytes, found: Scan, local: bool
) -> None:
    with running_clamd(tmp_path if local else None) as clamd:
        settings.CLAMD_URL = clamd.url
        assert scan(content) is found
        assert clamd.scanned == [content]
        assert ping()


@pytest.mark.parametrize(
    "behaviour",
    [
        {"limit": 500_000},
        {"silent": True},
        {"answer": b""},
        {"answer": b"stream: Can't allocate memory ERROR\0"},
        {"answer": b"UNKNOWN COMMAND\0"},
        {"answer": b"x" * 100_000},
        {"answer": b"stream: OK? ERROR\0"},
    ],
    ids=["too-large", "silent", "hangs-up", "error", "other", "endless", "nearly"],
)
def test_anything_but_a_clear_answer_is_none(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, behaviour: dict[str, Any]
) -> None:
    monkeypatch.setattr(scanner, "SECONDS", 0.5)
    with running_clamd(**behaviour) as clamd:
        settings.CLAMD_URL = clamd.url
        assert scan(LARGE) is Scan.UNKNOWN


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:{port}", "unix:///nowhere/at/all.ctl"])
def test_a_scanner_that_is_down_has_seen_nothing(settings: Settings, address: str) -> None:
    settings.CLAMD_URL = address.format(port=free_port())
    assert scan(b"harmless") is Scan.UNKNOWN
    with pytest.raises(OSError, match=r"."):
        ping()


def test_without_a_scanner_everything_counts_as_clean(settings: Settings) -> None:
    settings.CLAMD_URL = ""
    assert scan(VIRUS) is Scan.CLEAN


@pytest.fixture
def pair(db: None) -> Pair:
    made = PairFactory.create()
    OrderFactory.create(pair=made, status="shipped")
    return made


BAD = SubmittedFile(name="note.txt", content=b"see " + VIRUS)
GOOD = SubmittedFile(name="photo.jpg", content=image("JPEG", size=(400, 300)))


@pytest.mark.rule("ATT-2", "ATT-4")
@pytest.mark.parametrize("door", [page, mail])
def test_of_an_infected_file_only_the_digest_stays(settings: Settings, pair: Pair, door: Any) -> None:
    with running_clamd() as clamd:
        settings.CLAMD_URL = clamd.url
        sent = send(door(pair, Side.BUYER, files=(GOOD, BAD)))
        assert clamd.scanned == [GOOD.content, BAD.content]  # as they came
    assert (sent.state, codes(sent)) == ("blocked", ["infected"])
    good, bad = Attachment.objects.filter(message=sent.message_id).order_by("position")
    key = open_key(message_of(sent).thread.key)
    assert file_meta(key, bad)["digest"] == sha256(BAD.content).hexdigest()
    assert (good.stored, bad.stored) == (True, False)
    with pytest.raises(FileNotFoundError):
        list(read_file(bytes(32), table="attachment", row_id=bad.id))
    assert not Delivery.objects.filter(kind=Delivery.Kind.COPY).exists()


@pytest.mark.parametrize("door", [page, mail])
def test_while_the_scanner_is_down_files_wait(settings: Settings, pair: Pair, door: Any) -> None:
    settings.CLAMD_URL = f"tcp://127.0.0.1:{free_port()}"
    assert codes(send(door(pair, Side.BUYER, text="No file here."))) == []
    sent = send(door(pair, Side.BUYER, files=(GOOD,)))
    assert (sent.state, codes(sent)) == ("held", ["unscanned"])
    assert not Delivery.objects.filter(message=sent.message_id, kind=Delivery.Kind.COPY).exists()


@pytest.mark.rule("POL-7")
@pytest.mark.parametrize(
    ("file", "now_up", "outcome", "objected"),
    [
        (GOOD, True, Outcome.DONE, []),
        (GOOD, False, Outcome.OBJECTED, ["unscanned"]),
        (BAD, True, Outcome.OBJECTED, ["infected"]),
    ],
    ids=["clean", "still-down", "infected"],
)
def test_a_moderators_release_asks_the_scanner_again(
    settings: Settings, pair: Pair, file: SubmittedFile, now_up: bool, outcome: Outcome, objected: list[str]
) -> None:
    settings.CLAMD_URL = f"tcp://127.0.0.1:{free_port()}"
    sent = send(page(pair, Side.BUYER, files=(file,)))
    assert sent.state == "held"
    with running_clamd() as clamd:
        if now_up:
            settings.CLAMD_URL = clamd.url
        done = decide_case(
            case_id=case_of(message_of(sent)).pk,
            action=Action.RELEASE,
            by=UserFactory.create(is_staff=True),
            reason="Looked at.",
            now=NOON,
        )
        assert clamd.scanned == ([file.content] if now_up else [])
    assert (done.outcome, [finding.code for finding in done.objections]) == (outcome, objected)


@pytest.mark.rule("MOD-6", "ATT-2")
@pytest.mark.parametrize("action", [Action.RELEASE, Action.RETRY])
def test_who_may_not_release_starts_no_scan_and_destroys_nothing(
    settings: Settings, pair: Pair, action: Action
) -> None:
    settings.CLAMD_URL = f"tcp://127.0.0.1:{free_port()}"
    sent = send(page(pair, Side.BUYER, files=(BAD,)))
    party = pair.buyer.user if action is Action.RELEASE else UserFactory.create(is_staff=True)
    with running_clamd() as clamd:
        settings.CLAMD_URL = clamd.url
        case = case_of(message_of(sent))
        done = decide_case(case_id=case.pk, action=action, by=party, reason="Looked at.", now=NOON)
        assert clamd.scanned == []
    assert done.outcome is (Outcome.OWN if action is Action.RELEASE else Outcome.NOT_POSSIBLE)
    assert Attachment.objects.get(message=sent.message_id).stored


def test_a_scanner_that_finds_nothing_changes_nothing(settings: Settings, pair: Pair) -> None:
    with running_clamd() as clamd:
        settings.CLAMD_URL = clamd.url
        files = tuple(SubmittedFile(name=name, content=content) for name, content in SOUND.items())
        assert codes(send(page(pair, Side.BUYER, files=files))) == []
    assert len(clamd.scanned) == len(SOUND)

"""One file on its way in: judged where it can do no harm, kept as it came and as it is passed on."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import Pair
from messages_app.files.kinds import Kind, Problem
from messages_app.models import Attachment, Case, Message
from messages_app.policy.facts import Side
from messages_app.queries.threads import file_key
from messages_app.services import files
from messages_app.services.decided import Outcome
from messages_app.services.files import Cleaner, judge_file
from messages_app.services.moderation import Action, decide_case
from messages_app.services.scanner import Scan
from messages_app.services.submission import SubmittedFile
from messages_app.services.sweep import sweep
from messages_app.vault.files import COLUMNS, read_file
from messages_app.vault.keys import open_key
from tests.factories import OrderFactory, PairFactory, UserFactory
from tests.messages_app.files import personal, samples
from tests.messages_app.services.gate import NOON, codes, message_of, page, send


@pytest.fixture
def cleaner(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cleaner]:
    """Its child misbehaves on the words HANG, DIE, GROW and LIE."""
    start = subprocess.Popen

    def popen(words: list[str], **options: Any) -> subprocess.Popen[bytes]:
        honest, bad = "messages_app.services.file_child", "tests.messages_app.services.bad_file_child"
        return start([word.replace(honest, bad) for word in words], **options)

    monkeypatch.setattr(files, "CLEAN_SECONDS", 3)
    monkeypatch.setattr(subprocess, "Popen", popen)
    own = Cleaner()
    monkeypatch.setattr(files, "CLEANER", own)
    yield own
    own.close()


@pytest.mark.rule("REL-4", "ATT-3")
@pytest.mark.parametrize("poison", ["HANG", "DIE", "GROW", "LIE"])
def test_a_file_that_kills_its_reader_is_refused_and_the_next_one_is_read(
    cleaner: Cleaner, poison: str
) -> None:
    found = [judge_file("a.txt", text) for text in (b"A word.", poison.encode(), b"Another.")]
    assert [one.problem for one in found] == [None, Problem.TOO_COMPLEX, None]
    assert [one.kind for one in found] == [Kind.TXT, None, Kind.TXT]


@pytest.mark.rule("ATT-3", "REL-4")
def test_a_pdf_whose_objects_unpack_to_gigabytes_is_refused() -> None:
    import zlib

    packer = zlib.compressobj(9)
    head = b"1 0 2 60 3 120 "
    body = [packer.compress(head + b"<< /Type /Catalog /Pages 2 0 R >>")]
    body += [packer.compress(bytes(1_000_000)) for _ in range(4_000)]
    data = b"".join(body) + packer.flush()
    content = (
        b"%PDF-1.5\n4 0 obj\n<< /Type /ObjStm /N 3 /First 15 /Filter /FlateDecode /Length "
        + str(len(data)).encode()
        + b" >>\nstream\n"
        + data
        + b"\nendstream\nendobj\ntrailer << /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"
    )
    assert judge_file("a.pdf", content).problem in (Problem.TOO_COMPLEX, Problem.DAMAGED)
    assert judge_file("a.pdf", samples.pdf()).problem is None


@pytest.mark.rule("ATT-1")
@pytest.mark.parametrize(("more", "looked_at"), [(0, True), (1, False)])
def test_a_file_beyond_the_limit_is_not_read(settings: Settings, more: int, looked_at: bool) -> None:
    content = b"x" * (settings.MAX_MESSAGE_BYTES + more)
    found = judge_file("a.txt", content)
    assert (found.looked_at, found.kind) == (looked_at, Kind.TXT if looked_at else None)
    assert (found.scan, found.changed) == (Scan.CLEAN, False)


@pytest.fixture
def pair(db: None) -> Pair:
    made = PairFactory.create(buyer__user__full_name=personal.NAME, buyer__display_name="Agatha S.")
    OrderFactory.create(pair=made, status="shipped")
    return made


PHOTO = SubmittedFile(name="photo.jpg", content=personal.jpeg())
NOTE = SubmittedFile(name="note.txt", content=b"See the photo.")


def stored(file: Attachment, column: str) -> bytes:
    key = file_key(open_key(file.message.thread.key), file)
    return b"".join(read_file(key, table="attachment", row_id=file.id, column=column))


@pytest.mark.rule("ATT-4", "ATT-6", "MAIL-17")
def test_the_original_is_kept_beside_what_is_passed_on(pair: Pair) -> None:
    """The photo names its author, whom the seller does not learn; that is gone before anybody looks."""
    sent = send(page(pair, Side.BUYER, files=(PHOTO, NOTE)))
    assert (sent.state, codes(sent)) == ("delivered", [])
    photo, note = Attachment.objects.filter(message=sent.message_id).order_by("position")
    passed = stored(photo, "file")
    assert personal.tells(passed) == []
    assert (photo.size, photo.original_size) == (len(passed), len(PHOTO.content))
    assert stored(photo, "original") == PHOTO.content
    assert stored(photo, "preview")[8:12] == stored(photo, "thumbnail")[8:12] == b"WEBP"
    assert (note.original_size, note.has_preview, stored(note, "file")) == (None, False, NOTE.content)
    for column in COLUMNS[1:]:
        with pytest.raises(FileNotFoundError):
            stored(note, column)


@pytest.mark.rule("ATT-1", "ATT-4")
@pytest.mark.parametrize(("more", "state"), [(0, "delivered"), (1, "blocked")])
def test_the_limit_weighs_a_file_as_it_came(pair: Pair, settings: Settings, more: int, state: str) -> None:
    settings.MAX_MESSAGE_BYTES = len(PHOTO.content) + len("See it.") - more
    assert send(page(pair, Side.BUYER, text="See it.", files=(PHOTO,))).state == state


BAD = SubmittedFile(name="a.pdf", content=samples.pdf(password="x"))


@pytest.mark.rule("ATT-2")
@pytest.mark.parametrize(("late", "kept"), [(timedelta(0), True), (timedelta(microseconds=1), False)])
def test_files_of_a_blocked_message_go_after_thirty_days(pair: Pair, late: timedelta, kept: bool) -> None:
    sent = send(page(pair, Side.BUYER, files=(PHOTO, BAD)))
    passed = send(page(pair, Side.BUYER, files=(PHOTO,)))
    sweep(NOON + timedelta(days=30) + late)
    rows = list(Attachment.objects.filter(message=sent.message_id))
    assert [row.stored for row in rows] == [kept, kept]
    for row in rows:
        for column in ("file", "original") if row.original_size else ("file",):
            if kept:
                assert stored(row, column)
            else:
                with pytest.raises(FileNotFoundError):
                    stored(row, column)
    assert all(
        row.stored and stored(row, "file") for row in Attachment.objects.filter(message=passed.message_id)
    )


@pytest.mark.rule("ATT-2", "POL-7")
@pytest.mark.parametrize(
    ("later", "kept"),
    [(Message.State.HELD, True), (Message.State.DELIVERED, True), (Message.State.BLOCKED, False)],
)
def test_what_was_held_goes_only_if_it_was_rejected(pair: Pair, later: str, kept: bool) -> None:
    file = SubmittedFile(name="a.txt", content=personal.NAME.encode())
    sent = send(page(pair, Side.BUYER, files=(file,)))
    assert sent.state == "held"
    message = message_of(sent)
    message.state = later
    message.save()
    for days in (31, 32, 33):
        sweep(NOON + timedelta(days=days))
    assert Attachment.objects.get(message=message).stored is kept


@pytest.mark.rule("ATT-2", "POL-7")
@pytest.mark.parametrize(("late", "kept"), [(timedelta(0), True), (timedelta(microseconds=1), False)])
def test_files_of_a_rejected_message_go_thirty_days_after_the_rejection(
    pair: Pair, late: timedelta, kept: bool
) -> None:
    file = SubmittedFile(name="a.txt", content=personal.NAME.encode())
    message = message_of(send(page(pair, Side.BUYER, files=(file,))))
    rejected_at = NOON + timedelta(days=29)
    decided = decide_case(
        case_id=Case.objects.get(message=message).pk,
        action=Action.REJECT,
        by=UserFactory.create(is_staff=True),
        reason="It shows who they are.",
        now=rejected_at,
    )
    assert decided.outcome is Outcome.DONE
    for moment in (NOON + timedelta(days=31), rejected_at + timedelta(days=30) + late):
        sweep(moment)
    row = Attachment.objects.get(message=message)
    assert row.stored is kept
    if kept:
        assert stored(row, "file")

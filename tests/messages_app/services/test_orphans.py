"""What killed processes left in the file store goes, and nothing else (MAIL-3)."""

from __future__ import annotations

import os
import random
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import uuid_utils.compat as uuid
from django.utils import timezone
from pytest_django import Settings

from messages_app.models import Delivery, SealingKey
from messages_app.policy.facts import Side
from messages_app.relay.intake import raw_bytes
from messages_app.services import orphans
from messages_app.services.orphans import remove_orphans
from messages_app.services.submission import SubmittedFile
from messages_app.services.sweep import sweep
from messages_app.vault.files import write_file
from tests.messages_app.relay.inbound_world import mail_from, take_in
from tests.messages_app.relay.mail_world import pair_of_two, say

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings: Settings) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "media"


@pytest.fixture(autouse=True)
def one_folder(monkeypatch: pytest.MonkeyPatch, store: Path) -> None:
    """Chance leads to the folder of the one file."""

    def folder(_: int) -> int:
        return next((int(path.name, 16) for path in store.glob("*")), 0)

    monkeypatch.setattr(random, "randrange", folder)


def orphan() -> UUID:
    row_id: UUID = uuid.uuid7()
    write_file(b"k" * 32, [b"a file"], table="attachment", row_id=row_id)
    return row_id


def files(store: Path) -> list[Path]:
    return [path for path in store.rglob("*") if path.is_file()]


def aged(store: Path, age: timedelta) -> None:
    """All of it was written so long ago."""
    then = (timezone.now() - age).timestamp()
    for path in files(store):
        os.utime(path, (then, then))


@pytest.mark.rule("MAIL-3")
@pytest.mark.parametrize(("age", "left"), [(DAY - MINUTE, 1), (DAY + MINUTE, 0)])
@pytest.mark.parametrize("half", [True, False])
def test_a_file_without_a_row_goes_after_a_day(store: Path, age: timedelta, left: int, half: bool) -> None:
    orphan()
    if half:
        (path,) = files(store)
        path.rename(path.with_suffix(".part"))
    aged(store, age)
    assert sweep(timezone.now()) == 1 - left
    assert len(files(store)) == left


@pytest.mark.rule("MAIL-3", "ATT-6")
def test_what_a_row_names_stays(store: Path) -> None:
    message = say(
        pair_of_two(),
        Side.BUYER,
        files=(SubmittedFile(name="a.txt", content=b"x\n" * 9),),
        now=timezone.now(),
    )
    assert message.attachments.count() == len(files(store)) == 1
    aged(store, 400 * DAY)
    assert remove_orphans(timezone.now()) == 0
    assert len(files(store)) == 1


@pytest.mark.rule("MAIL-3")
def test_a_large_mail_stays(store: Path) -> None:
    inbound = take_in(mail_from("a@b.example", "x" * 200_000), "postmaster@marketplace.example")
    aged(store, 400 * DAY)
    assert remove_orphans(timezone.now()) == 0
    assert len(raw_bytes(inbound.raw)) > 200_000


@pytest.mark.rule("MAIL-14")
@pytest.mark.parametrize(("size", "left"), [(10, 1), (0, 0)])
def test_finished_mails_stay_as_long_as_their_row_says_so(store: Path, size: int, left: int) -> None:
    say(pair_of_two(), Side.BUYER, now=timezone.now())
    delivery = Delivery.objects.get()
    write_file(b"k" * 32, [b"a mail"], table="delivery", row_id=delivery.id)
    Delivery.objects.update(rendered_size=size)
    aged(store, 2 * DAY)
    remove_orphans(timezone.now())
    assert len(files(store)) == left


@pytest.mark.rule("REL-1")
def test_files_of_another_database_are_left_alone(store: Path) -> None:
    """An installation that was pointed at an empty database must not empty the store of the former one."""
    orphan()
    aged(store, 2 * DAY)
    SealingKey.objects.update(created_at=timezone.now() + MINUTE)
    assert remove_orphans(timezone.now()) == 0
    assert len(files(store)) == 1


def test_what_is_no_file_of_the_store_is_left_alone(store: Path) -> None:
    row_id = orphan()
    folder = store / row_id.hex[-2:]
    (folder / row_id.hex).unlink()
    other = ("note.txt", "0" * 30 + ("11" if folder.name != "11" else "22"), row_id.hex + ".part.part")
    for name in other:
        (folder / name).write_bytes(b"mine")
    aged(store, 2 * DAY)
    assert remove_orphans(timezone.now()) == 0
    assert len(files(store)) == 3


@pytest.mark.rule("MAIL-3")
def test_a_round_looks_at_so_many_files(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphans, "LOOKED_AT", 2)
    folder = store / orphan().hex[-2:]
    for _ in range(4):
        other = uuid.uuid7().hex[:30] + folder.name
        (folder / other).write_bytes(b"x")
    aged(store, 2 * DAY)
    assert [remove_orphans(timezone.now()) for _ in range(4)] == [2, 2, 1, 0]


def test_an_empty_store_is_fine() -> None:
    moment: datetime = timezone.now()
    assert remove_orphans(moment) == 0

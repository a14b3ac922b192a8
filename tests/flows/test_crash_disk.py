"""A full disk (MAIL-2, REL-3): to a process it is one where no file may grow any more."""

from __future__ import annotations

import os
import re
import resource
import shutil
import smtplib
import subprocess

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import Pair
from accounts.queries.pairs import alias_of
from messages_app.models import InboundMail, Message, RawMail
from messages_app.policy.facts import Side
from messages_app.relay.intake import raw_bytes
from tests.factories import PairFactory
from tests.flows import kills
from tests.flows.kill_clients import fetch
from tests.flows.kills import Part, files_in_store, running
from tests.flows.processes import ROOT, command, environment
from tests.messages_app.relay.inbound_world import mail_from
from tests.messages_app.relay.mail_world import say

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]

LATER = (451, b"4.3.0 Temporary trouble here, try again later")
LARGE = "The parcel has not come yet.\r\n" * 20_000  # lies in the file store


@pytest.fixture(autouse=True)
def empty_store() -> None:
    """Files of earlier tests, whose rows are gone, would be taken for left ones."""
    shutil.rmtree(settings.DATA_DIR / "media", ignore_errors=True)


@pytest.fixture
def pair() -> Pair:
    return PairFactory.create()


def data(door: Part, pair: Pair, content: bytes) -> tuple[int, bytes]:
    """The answer to the mail itself; the recipient is taken, for reading needs no room."""
    with smtplib.SMTP("127.0.0.1", door.port, local_hostname="mta.example", timeout=30) as smtp:
        smtp.ehlo()
        smtp.mail(pair.buyer.user.email)
        assert smtp.rcpt(alias_of(pair, "seller"))[0] == 250
        return smtp.data(content)


def nothing_is_left() -> bool:
    return not (files_in_store() or RawMail.objects.exists() or InboundMail.objects.exists())


@pytest.mark.rule("REL-3", "MAIL-2", "MAIL-3")
@pytest.mark.both_databases
@pytest.mark.parametrize("room", [0, 4096, 300_000], ids=["no room", "some", "half of it"])
def test_a_large_mail_on_a_full_disk_is_451_and_leaves_no_half_file(pair: Pair, room: int) -> None:
    content = mail_from(pair.buyer.user.email, LARGE)
    door = kills.door()
    with running(door):
        door.limit_files(room)
        assert data(door, pair, content) == LATER
        assert nothing_is_left()
        door.limit_files(resource.RLIM_INFINITY)
        assert data(door, pair, content)[0] == 250
    assert raw_bytes(RawMail.objects.get()) == content
    assert len(files_in_store()) == 1


@pytest.mark.rule("REL-3", "MAIL-2", "MAIL-3")
def test_a_small_mail_that_the_database_has_no_room_for_is_451(pair: Pair) -> None:
    """SQLite writes within the door; PostgreSQL's room is its server's."""
    content = mail_from(pair.buyer.user.email)
    door = kills.door()
    with running(door):
        door.limit_files(0)
        assert data(door, pair, content) == LATER
        assert data(door, pair, content) == LATER
        assert nothing_is_left()
        door.limit_files(resource.RLIM_INFINITY)
        assert data(door, pair, content)[0] == 250
    assert raw_bytes(RawMail.objects.get()) == content


@pytest.mark.rule("REL-3", "MAIL-1")
@pytest.mark.both_databases
def test_the_pipe_says_try_later_on_a_full_disk(pair: Pair) -> None:
    words = ("relay_receive", "--from", pair.buyer.user.email, "--to", alias_of(pair, "seller"))
    content = mail_from(pair.buyer.user.email, LARGE)

    def receive(*shell: str) -> int:
        return subprocess.run(
            [*shell, *command(*words)],
            input=content,
            env=environment(),
            cwd=ROOT,
            stderr=subprocess.DEVNULL,
            check=False,
        ).returncode

    assert receive("sh", "-c", 'ulimit -f 0; exec "$@"', "sh") == os.EX_TEMPFAIL
    assert nothing_is_left()
    assert receive() == os.EX_OK
    assert raw_bytes(RawMail.objects.get()) == content


@pytest.mark.rule("REL-3", "GATE-4")
@pytest.mark.both_databases
def test_a_page_on_a_full_disk_is_503_and_the_same_form_goes_afterwards(pair: Pair) -> None:
    path = f"/messages/{say(pair, Side.BUYER, now=timezone.now()).thread_id}/"
    signed_in = Client()
    signed_in.force_login(pair.buyer.user)
    cookies = {"sessionid": signed_in.cookies["sessionid"].value, "csrftoken": "c" * 32}
    form = {"csrfmiddlewaretoken": "c" * 32, "token": "f" * 32, "text": "And a photo."}
    files = {"files": ("note.txt", "A line of it.\n" * 20_000)}
    web = kills.web()
    with running(web):
        web.limit_files(0)
        answer = fetch(web.port, path, cookies=cookies, form=form, files=files)
        assert (answer.status, answer.headers.get("retry-after")) == (503, "30")
        assert re.search("Nothing that was shown as sent is lost", answer.text)
        assert (Message.objects.count(), files_in_store()) == (1, [])
        web.limit_files(resource.RLIM_INFINITY)
        assert fetch(web.port, path, cookies=cookies, form=form, files=files).status == 302
    assert Message.objects.count() == 2
    assert len(files_in_store()) == 1

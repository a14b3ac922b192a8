"""Looking at a file: pictures of our own encoding, for those alone who see its message (ATT-6, SEC-1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from accounts.models import User
from messages_app.models import Attachment
from messages_app.policy.facts import Side
from messages_app.services.submission import SubmittedFile
from tests.messages_app.files.personal import jpeg, pdf
from tests.messages_app.files.samples import image
from tests.messages_app.views.test_sending import reply
from tests.messages_app.views.world import World, signed_in, write

pytestmark = [pytest.mark.django_db, pytest.mark.rule("ATT-6")]

TOKEN = re.compile(rb"[A-Za-z0-9]{64}")  # of forms on the page, another each time
PICTURES = ["file_preview", "file_thumbnail"]


@pytest.fixture
def photo(world: World) -> Attachment:
    """Of the buyer, delivered."""
    files = (SubmittedFile(name="photo.jpg", content=image("JPEG", size=(1600, 800))),)
    sent = write(world.pair, Side.BUYER, thread_id=world.thread.pk, files=files)
    return Attachment.objects.get(message=sent.message_id)


@pytest.mark.parametrize("address", PICTURES)
def test_both_sides_get_a_picture_that_can_do_nothing(world: World, photo: Attachment, address: str) -> None:
    for person in (world.buyer, world.owner, world.reader):
        answer = signed_in(person).get(reverse(address, args=[photo.pk]))
        assert answer["Content-Type"] == "image/webp"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Disposition"] == "inline"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["Cache-Control"] == "private, no-store"
        with Image.open(BytesIO(answer.content)) as picture:
            assert picture.width == (1280 if address == "file_preview" else 320)


@pytest.mark.rule("SEC-1")
@pytest.mark.parametrize("address", [*PICTURES, "file_page", "attachment"])
def test_strangers_get_what_they_would_get_for_a_file_that_does_not_exist(
    world: World, photo: Attachment, address: str
) -> None:
    for person in (world.stranger, world.rival):
        browser = signed_in(person)
        seen = []
        for row_id in (photo.pk, uuid4()):
            with CaptureQueriesContext(connection) as captured:
                answer = browser.get(reverse(address, args=[row_id]))
            said = TOKEN.sub(b"", answer.content).replace(str(row_id).encode(), b"")
            seen.append((answer.status_code, said, len(captured)))
        assert seen[0] == seen[1]
        assert seen[0][0] == 404
    assert signed_in(world.blind).get(reverse(address, args=[photo.pk])).status_code == 403
    assert signed_in(None).get(reverse(address, args=[photo.pk])).status_code == 302


def test_the_thread_shows_pictures_and_leads_to_them(world: World, photo: Attachment) -> None:
    page = signed_in(world.owner).get(reverse("thread", args=[world.thread.pk])).content.decode()
    assert f'src="{reverse("file_thumbnail", args=[photo.pk])}"' in page
    assert f'href="{reverse("file_page", args=[photo.pk])}"' in page
    looked_at = signed_in(world.owner).get(reverse("file_page", args=[photo.pk])).content.decode()
    assert f'src="{reverse("file_preview", args=[photo.pk])}"' in looked_at
    assert f'href="{reverse("attachment", args=[photo.pk])}"' in looked_at


def test_a_file_without_a_picture_can_be_looked_at_all_the_same(world: World) -> None:
    note = Attachment.objects.get(message=world.asked)
    browser = signed_in(world.owner)
    assert (
        "There is no preview of this file"
        in browser.get(reverse("file_page", args=[note.pk])).content.decode()
    )
    assert [browser.get(reverse(name, args=[note.pk])).status_code for name in PICTURES] == [404, 404]


@pytest.mark.rule("ATT-2")
@pytest.mark.parametrize("who", [lambda world: world.owner, lambda world: world.buyer])
def test_files_of_a_blocked_message_are_for_staff_alone(world: World, who: Callable[[World], User]) -> None:
    files = [
        SimpleUploadedFile("photo.jpg", jpeg()),
        SimpleUploadedFile("a.pdf", pdf(link="https://x.example.net")),
    ]
    assert reply(signed_in(world.owner), world.thread, "See these.", files=files).status_code == 422
    browser = signed_in(who(world))
    rows = list(Attachment.objects.filter(message__author="seller"))
    assert len(rows) == 2
    for row in rows:
        for address in (*PICTURES, "file_page", "attachment"):
            assert browser.get(reverse(address, args=[row.pk])).status_code == 404
    page = browser.get(reverse("thread", args=[world.thread.pk])).content.decode()
    assert ("Not passed on" in page) is (who(world) == world.owner)
    assert str(rows[0].pk) not in page

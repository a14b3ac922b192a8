"""Drafts and their files: saved, found again, never overwritten by what is older, gone without a trace."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import Pair
from messages_app.models import Draft, SealingKey, Thread, Upload
from messages_app.policy.facts import Side
from messages_app.policy.verdict import Finding
from messages_app.queries.drafts import Target, UploadView, draft_at
from messages_app.services.drafts import (
    Saved,
    discard_draft,
    discard_drafts_of,
    save_draft,
    sweep_drafts,
)
from messages_app.services.orphans import remove_orphans
from messages_app.services.sweep import sweep
from messages_app.services.uploads import add_upload, remove_upload, submitted_uploads
from tests.factories import OrderFactory, PairFactory, SellerFactory, UserFactory, seller_owner
from tests.messages_app.services.gate import page, send

pytestmark = pytest.mark.django_db

NOW = timezone.now()
MINUTE = timedelta(minutes=1)
PNG_START = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings: Settings) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "media"


@pytest.fixture
def pair() -> Pair:
    return PairFactory.create()


@pytest.fixture
def target(pair: Pair) -> Target:
    """The owner's answer in a thread of the buyer's."""
    thread_id = send(page(pair, Side.BUYER, user_id=pair.buyer.user_id)).thread_id
    return Target(user_id=seller_owner(pair.seller).pk, seller_id=pair.seller.pk, thread_id=thread_id)


def save(target: Target, text: str, *, base: Saved | None = None, minutes: int = 0) -> Saved:
    return save_draft(
        target=target,
        fields={"text": text, "reason": "other"},
        base=base.saved_at if base else None,
        now=NOW + minutes * MINUTE,
    )


def upload(target: Target, name: str = "note.txt", content: bytes = b"A note.") -> UploadView:
    added = add_upload(target=target, name=name, content=content, size=len(content), now=NOW)
    assert isinstance(added, UploadView)
    return added


def files(store: Path) -> set[str]:
    return {path.name for path in store.glob("*/*")}


def text_at(target: Target) -> str | None:
    found = draft_at(target)
    return found.text if found else None


@pytest.mark.both_databases
@pytest.mark.rule("BOX-9")
def test_a_draft_is_found_again_as_it_was_saved_last(target: Target) -> None:
    first = save(target, "Good mor")
    second = save(target, "Good morning", base=first, minutes=1)
    found = draft_at(target)
    assert found
    assert (found.text, found.reason, found.topic) == ("Good morning", "other", "")
    assert found.saved_at == second.saved_at == NOW + MINUTE
    assert Draft.objects.count() == SealingKey.objects.filter(purpose="draft").count() == 1


@pytest.mark.rule("BOX-9", "PRV-1")
def test_nothing_of_a_draft_stands_in_clear(target: Target, store: Path) -> None:
    save(target, "Hush")
    upload(target, "secret.txt", b"Whispered words")
    rows = [*Draft.objects.values_list(), *Upload.objects.values_list()]
    told = b"".join(
        bytes(value) if isinstance(value, bytes | memoryview) else repr(value).encode()
        for row in rows
        for value in row
    )
    stored = b"".join(path.read_bytes() for path in store.glob("*/*"))
    for word in (b"Hush", b"secret", b"Whispered"):
        assert word not in told + stored


@pytest.mark.rule("BOX-9")
@pytest.mark.parametrize("text", ["", "   \n"], ids=["empty", "blank"])
def test_an_empty_text_keeps_nothing(target: Target, text: str) -> None:
    assert save(target, text).saved_at is None
    first = save(target, "Something")
    assert save(target, text, base=first).saved_at is None
    assert not Draft.objects.exists()
    assert not SealingKey.objects.filter(purpose="draft").exists()


@pytest.mark.rule("BOX-9")
def test_what_is_older_overwrites_nothing_and_gets_the_newer_text(target: Target) -> None:
    first = save(target, "From the desk")
    second = save(target, "From the phone", base=first, minutes=1)
    for base in (first, None):
        late = save(target, "From the desk, later", base=base, minutes=2)
        assert late.changed
        assert (late.changed.text, late.saved_at) == ("From the phone", second.saved_at)
        assert text_at(target) == "From the phone"
    assert save(target, "From the phone", minutes=3).changed is None  # the same words are no quarrel
    mine = save(target, "Mine after all", base=Saved(saved_at=NOW + 3 * MINUTE), minutes=4)
    assert (mine.changed, text_at(target)) == (None, "Mine after all")


@pytest.mark.rule("BOX-9", "SEC-1")
def test_each_person_role_and_target_has_a_draft_of_its_own(pair: Pair, target: Target) -> None:
    order = OrderFactory.create(pair=pair)
    buyer, member = pair.buyer.user.pk, UserFactory.create().pk
    asked = SellerFactory.create().pk
    targets = [
        target,
        Target(user_id=member, seller_id=pair.seller.pk, thread_id=target.thread_id),
        Target(user_id=buyer, seller_id=None, thread_id=target.thread_id),
        Target(user_id=buyer, seller_id=None, order_id=order.pk),
        Target(user_id=target.user_id, seller_id=pair.seller.pk, order_id=order.pk),
        Target(user_id=buyer, seller_id=None, to_seller_id=asked),
    ]
    for place, one in enumerate(targets):
        assert text_at(one) is None
        save(one, f"Text {place}")
    assert [text_at(one) for one in targets] == [f"Text {place}" for place in range(6)]


@pytest.mark.rule("BOX-9")
def test_files_wait_in_their_order_and_are_handed_over_whole(target: Target) -> None:
    one, two = upload(target, "one.txt", b"1"), upload(target, "../two.txt", b"22")
    found = draft_at(target)
    assert found
    assert [(file.name, file.kind, file.size) for file in found.uploads] == [
        ("one.txt", "txt", 1),
        ("two.txt", "txt", 2),
    ]
    handed = submitted_uploads(target, [two.id, one.id])
    assert handed
    assert [(file.name, file.content) for file in handed] == [("one.txt", b"1"), ("two.txt", b"22")]
    assert submitted_uploads(target, []) == ()


@pytest.mark.rule("SEC-1", "BOX-9")
def test_a_file_of_another_draft_is_not_handed_over(pair: Pair, target: Target) -> None:
    theirs = Target(user_id=pair.buyer.user.pk, seller_id=None, thread_id=target.thread_id)
    file = upload(theirs)
    mine = upload(target)
    assert submitted_uploads(target, [file.id]) is None
    assert submitted_uploads(target, [mine.id, file.id]) is None
    assert submitted_uploads(theirs, [file.id])


@pytest.mark.rule("ATT-2", "UX-5")
def test_a_bad_file_is_refused_at_once_and_leaves_nothing(target: Target, store: Path) -> None:
    refused = add_upload(target=target, name="tool.pdf", content=b"MZ\x90\0" * 9, size=36, now=NOW)
    assert isinstance(refused, Finding)
    assert refused.code == "file_type"
    assert not files(store)
    assert not Draft.objects.exists()


@pytest.mark.rule("ATT-1")
@pytest.mark.parametrize(("second", "fits"), [(60, True), (61, False), (101, False)])
def test_all_files_together_stay_within_the_limit(
    target: Target, settings: Settings, store: Path, second: int, fits: bool
) -> None:
    settings.MAX_MESSAGE_BYTES = 100
    upload(target, "one.txt", b"x" * 40)
    added = add_upload(target=target, name="two.txt", content=b"y" * second, size=second, now=NOW)
    assert isinstance(added, UploadView) is fits
    if isinstance(added, Finding):
        assert added.code == "too_large"
        assert added.data["limit"] == 100
        assert added.data["size"] == (second if second > 100 else 40 + second)
    assert len(files(store)) == Upload.objects.count() == 1 + fits


@pytest.mark.rule("ATT-1")
def test_a_file_that_no_server_kept_is_refused_by_its_size(target: Target) -> None:
    refused = add_upload(target=target, name="film.png", content=b"", size=16_000_000, now=NOW)
    assert isinstance(refused, Finding)
    assert (refused.code, refused.data["size"]) == ("too_large", 16_000_000)


@pytest.mark.rule("ATT-3")
def test_the_twenty_first_file_finds_no_room(target: Target) -> None:
    for _ in range(20):
        upload(target)
    refused = add_upload(target=target, name="more.txt", content=b"x", size=1, now=NOW)
    assert isinstance(refused, Finding)
    assert (refused.code, refused.data) == ("too_many_files", {"count": 21, "limit": 20})


@pytest.mark.rule("BOX-9")
def test_removing_and_discarding_take_the_files_along(
    target: Target, store: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    save(target, "With files")
    first, second = upload(target), upload(target)
    with django_capture_on_commit_callbacks(execute=True):
        remove_upload(upload=Upload.objects.get(pk=first.id))
    assert files(store) == {second.id.hex}
    with django_capture_on_commit_callbacks(execute=True):
        assert discard_draft(target=target)
    assert not files(store)
    assert not Draft.objects.exists()
    assert not SealingKey.objects.filter(purpose="draft").exists()
    assert not discard_draft(target=target)


@pytest.mark.rule("BOX-9")
def test_files_alone_hold_the_draft_until_a_day_is_over(
    target: Target, store: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    upload(target)
    assert save(target, "").saved_at == NOW
    assert sweep_drafts(NOW + timedelta(hours=24) - timedelta(seconds=1)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep(NOW + timedelta(hours=24)) >= 1
    assert not Draft.objects.exists()
    assert not files(store)


@pytest.mark.rule("BOX-9")
def test_a_draft_with_text_waits_as_long_as_it_takes(target: Target) -> None:
    save(target, "Later")
    upload(target)
    assert sweep_drafts(NOW + timedelta(days=400)) == 0


@pytest.mark.rule("PRV-4", "BOX-9")
def test_an_erased_thread_takes_everybodys_drafts_along(
    pair: Pair,
    target: Target,
    store: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    theirs = Target(user_id=pair.buyer.user.pk, seller_id=None, thread_id=target.thread_id)
    for one in (target, theirs):
        save(one, "Words")
        upload(one)
    with django_capture_on_commit_callbacks(execute=True):
        assert discard_drafts_of(Thread.objects.get()) == 2
    assert not files(store)
    assert not SealingKey.objects.filter(purpose="draft").exists()


@pytest.mark.rule("BOX-9")
def test_a_waiting_file_is_no_orphan(target: Target, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = upload(target)
    monkeypatch.setattr("random.randrange", lambda _: int(waiting.id.hex[-2:], 16))
    remove_orphans(timezone.now() + timedelta(days=3))
    assert files(store) == {waiting.id.hex}

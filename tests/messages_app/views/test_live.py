"""An open page follows its mailbox, and an unchanged mailbox costs next to nothing (BOX-11)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from accounts.models import User
from accounts.roles import Role
from messages_app.models import Case, Delivery, MailboxEntry
from messages_app.policy.facts import Side
from messages_app.queries.live import live_mark
from messages_app.services.moderation import Action, decide_case
from messages_app.services.outcomes import note_outcomes
from tests.factories import UserFactory
from tests.messages_app.admin.staff_world import hold
from tests.messages_app.views.world import World, signed_in, write

pytestmark = pytest.mark.django_db

FRAME = 4  # statements of every page: session, user, and the person's roles, read once


def ask(user: User | None, mark: str = "") -> Any:
    return signed_in(user).get(reverse("live"), {"mark": mark})


def mark_of(user: User) -> str:
    return str(ask(user).json()["mark"])


@pytest.mark.both_databases
@pytest.mark.rule("BOX-11")
def test_an_unchanged_mailbox_is_known_by_one_look_up(world: World) -> None:
    client = signed_in(world.owner)
    mark = client.get(reverse("live")).json()["mark"]
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(reverse("live"), {"mark": mark})
    entries = [query["sql"] for query in asked if "mailboxentry" in query["sql"]]
    assert (answer.status_code, answer.content) == (204, b"")
    assert len(entries) == 1
    assert "changed_at" in entries[0]
    assert len(asked) == FRAME + len(entries)


@pytest.mark.both_databases
@pytest.mark.rule("BOX-11", "PERF-6")
def test_the_look_up_reads_the_index(world: World) -> None:
    entries = MailboxEntry.objects.filter(side=Side.SELLER, seller=world.pair.seller)
    plan = entries.order_by("-changed_at").values_list("changed_at", "pk")[:20].explain()
    if connection.vendor == "sqlite":
        assert "entries_changed_of_seller" in plan
        assert "TEMP B-TREE" not in plan


@pytest.mark.rule("BOX-11")
def test_a_new_message_is_seen_by_both_and_by_nobody_else(world: World) -> None:
    people = (world.owner, world.buyer, world.stranger)
    marks = [mark_of(user) for user in people]
    write(world.pair, Side.BUYER, user=world.buyer, thread_id=world.thread.pk)
    answers = [ask(user, mark).status_code for user, mark in zip(people, marks, strict=True)]
    assert answers == [200, 200, 204]


@pytest.mark.rule("BOX-11", "MOD-3")
@pytest.mark.parametrize("action", [Action.RELEASE, Action.REJECT])
def test_what_a_moderator_decides_is_seen_by_whom_it_concerns(world: World, action: Action) -> None:
    held = hold(world.pair)
    seller, buyer = mark_of(world.owner), mark_of(world.buyer)
    case = Case.objects.get(message=held)
    by = UserFactory.create(is_staff=True)
    decide_case(case_id=case.pk, action=action, by=by, reason="Looked at.", now=timezone.now())
    assert ask(world.owner, seller).status_code == 200
    assert ask(world.buyer, buyer).status_code == (200 if action is Action.RELEASE else 204)


@pytest.mark.rule("BOX-11", "MAIL-26")
def test_an_automatic_line_is_seen_by_both(world: World) -> None:
    marks = [mark_of(user) for user in (world.owner, world.buyer)]
    write(world.pair, Side.BUYER, thread_id=world.thread.pk, text="I am away.", automatic=True)
    assert [
        ask(user, mark).status_code for user, mark in zip((world.owner, world.buyer), marks, strict=True)
    ] == [200, 200]


@pytest.mark.rule("BOX-11")
def test_reading_is_a_change_of_ones_own(world: World) -> None:
    write(world.pair, Side.BUYER, user=world.buyer, thread_id=world.thread.pk)
    seller, buyer = mark_of(world.owner), mark_of(world.buyer)
    signed_in(world.owner).get(reverse("thread", args=[world.thread.pk]))
    assert ask(world.owner, seller).status_code == 200
    assert ask(world.buyer, buyer).status_code == 204


@pytest.mark.rule("BOX-11", "RSP-3")
def test_a_clock_that_stops_or_runs_again_is_seen_by_the_sellers_team_alone(world: World) -> None:
    write(world.pair, Side.BUYER, user=world.buyer, thread_id=world.thread.pk)
    for name in ("no_response_needed", "response_needed"):
        seller, buyer = mark_of(world.reader), mark_of(world.buyer)
        assert signed_in(world.owner).post(reverse(name, args=[world.thread.pk])).status_code == 302
        assert ask(world.reader, seller).status_code == 200
        assert ask(world.buyer, buyer).status_code == 204


@pytest.mark.rule("BOX-11")
def test_what_was_committed_late_with_an_earlier_moment_is_seen(world: World) -> None:
    entry = MailboxEntry.objects.get(thread=world.thread, side=Side.SELLER)
    later = write(world.pair, Side.BUYER, user=world.buyer)
    assert later.thread_id != world.thread.pk
    mark = mark_of(world.owner)
    MailboxEntry.objects.filter(pk=entry.pk).update(changed_at=entry.changed_at - timedelta(seconds=1))
    assert ask(world.owner, mark).status_code == 200


@pytest.mark.rule("BOX-11", "MAIL-23")
def test_what_became_of_a_mail_is_seen_by_its_author_alone(
    world: World,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    seller, buyer = mark_of(world.owner), mark_of(world.buyer)
    copies = Delivery.objects.filter(message=world.answered, kind=Delivery.Kind.COPY)
    assert copies
    with django_capture_on_commit_callbacks() as after:
        note_outcomes(copies)
    with django_assert_num_queries(4):  # two, and the frame of their transaction
        for call in after:
            call()
    assert ask(world.owner, seller).status_code == 200
    assert ask(world.buyer, buyer).status_code == 204


@pytest.mark.rule("BOX-11")
def test_a_notice_moves_nothing(
    world: World, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as after:
        note_outcomes([Delivery(kind=Delivery.Kind.ACCOUNT)])
    assert not after


@pytest.mark.rule("SEC-1", "ACC-3")
def test_who_may_ask(world: World) -> None:
    assert ask(world.reader).status_code == 200
    assert ask(world.blind).status_code == 403
    assert ask(None).status_code == 401


@pytest.mark.rule("BOX-11")
def test_the_page_carries_the_mark_of_what_it_shows(world: World) -> None:
    client = signed_in(world.owner)
    role = Role(user=world.owner, membership=world.owner.memberships.get(seller=world.pair.seller))
    for path in (reverse("inbox"), reverse("thread", args=[world.thread.pk])):
        page = client.get(path).content.decode()
        assert f'data-live-mark="{live_mark(role)}"' in page

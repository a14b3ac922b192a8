"""Who of the staff reads and decides what, and what is written down about it (MOD-6, SEC-2, SEC-7)."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditRecord, Membership, User
from accounts.services.audit import verify_audit
from accounts.services.staff import set_moderator
from messages_app.models import Attachment, Case, Message
from messages_app.policy.facts import Side
from messages_app.queries.moderation import next_case
from tests.factories import OrderFactory, PairFactory
from tests.messages_app.admin.staff_world import ASKED, SECRET, StaffWorld, browser_of, make_staff_world
from tests.messages_app.services.gate import page, send

pytestmark = pytest.mark.django_db

WHY = "A complaint by phone, ticket 4711."
PEOPLE = ("admin", "moderator", "clerk", "seller", "buyer", "nobody")
OUTSIDE = ("clerk", "seller", "buyer", "nobody")


@pytest.fixture
def world() -> StaffWorld:
    return make_staff_world()


def browser(world: StaffWorld, who: str) -> Client:
    return browser_of(None if who == "nobody" else getattr(world, who))


def addresses(world: StaffWorld) -> list[str]:
    """Every page of the administration, as it stands for this world."""
    case, thread, pair = world.case.pk, world.held.thread_id, world.pair.pk
    own = [
        reverse("admin:index"),
        reverse("admin:messages_app_case_changelist"),
        reverse("admin:messages_app_case_change", args=[case]),
        reverse("admin:messages_app_case_decide", args=[case, "release"]),
        reverse("admin:messages_app_case_mail", args=[case]),
        reverse("admin:messages_app_case_addresses", args=[pair]),
        reverse("admin:messages_app_thread_read", args=[thread]),
        reverse("admin:messages_app_thread_file", args=[Attachment.objects.get().pk]),
        reverse("admin:messages_app_case_bulk"),
    ]
    lists = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
    ]
    return [*own, *lists]


@pytest.mark.rule("MOD-6", "SEC-1", "SEC-2")
@pytest.mark.parametrize("who", OUTSIDE)
def test_the_administration_is_for_moderators_alone(world: StaffWorld, who: str) -> None:
    client = browser(world, who)
    for address in addresses(world):
        answer = client.get(address)
        assert answer.status_code in (302, 404), address
        assert SECRET not in answer.content.decode(errors="replace")
        assert client.post(address, {"reason": WHY}).status_code in (302, 404), address
    assert not AuditRecord.objects.filter(action__startswith="read").exists()
    world.held.refresh_from_db()
    assert world.held.state == "held"


@pytest.mark.rule("UX-8", "MOD-3")
@pytest.mark.parametrize("who", ["admin", "moderator"])
def test_staff_land_on_the_queue(world: StaffWorld, who: str) -> None:
    client = browser(world, who)
    landed = client.get("/", follow=True)
    assert landed.redirect_chain[-1][0] == reverse("admin:index")
    text = landed.content.decode()
    assert "Held messages" in text
    assert "the oldest waits for 60 min" in text or "the oldest waits for 1 h" in text
    assert SECRET not in text


@pytest.mark.rule("MOD-6", "SEC-7")
@pytest.mark.parametrize("who", ["admin", "moderator"])
def test_a_thread_opens_for_a_typed_reason_and_for_an_hour(
    world: StaffWorld, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(world, who)
    address = reverse("admin:messages_app_case_change", args=[world.case.pk])
    before = client.get(address).content.decode()
    assert SECRET not in before
    assert ASKED not in before
    assert client.post(address, {"reason": "  "}).status_code == 200
    assert SECRET not in client.get(address).content.decode()
    answer = client.post(address, {"reason": WHY}, follow=True)
    assert answer.redirect_chain[-1][0] == f"{address}#m-{world.held.pk}"  # where the case is in its thread
    text = answer.content.decode()
    assert f'id="m-{world.held.pk}"' in text
    assert SECRET in text
    assert ASKED in text
    record = AuditRecord.objects.get(action="read_thread")
    assert (record.actor, record.reason, record.object_id) == (
        getattr(world, who), WHY, str(world.held.thread_id),
    )  # fmt: skip
    assert (record.seller, record.buyer) == (world.pair.seller, world.pair.buyer)
    assert SECRET in client.get(address).content.decode()
    assert AuditRecord.objects.filter(action="read_thread").count() == 1

    later = timezone.now() + timedelta(hours=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    assert SECRET not in client.get(address).content.decode()


@pytest.mark.rule("MOD-6")
def test_a_reason_opens_that_thread_alone(world: StaffWorld) -> None:
    other = make_staff_world()
    client = browser(world, "moderator")
    client.post(reverse("admin:messages_app_case_change", args=[world.case.pk]), {"reason": WHY})
    assert (
        SECRET
        not in client.get(reverse("admin:messages_app_case_change", args=[other.case.pk])).content.decode()
    )
    file = Attachment.objects.get(message__thread=other.held.thread)
    assert client.get(reverse("admin:messages_app_thread_file", args=[file.pk])).status_code == 404


@pytest.mark.rule("MOD-6")
def test_moderators_read_what_waits_and_admins_all(world: StaffWorld) -> None:
    pair = PairFactory.create()
    order = OrderFactory.create(pair=pair)
    quiet = send(page(pair, Side.BUYER, order_id=order.pk, text=ASKED), timezone.now())
    address = reverse("admin:messages_app_thread_read", args=[quiet.thread_id])
    assert browser(world, "moderator").get(address).status_code == 404
    assert browser(world, "moderator").post(address, {"reason": WHY}).status_code == 404
    client = browser(world, "admin")
    assert ASKED not in client.get(address).content.decode()
    assert ASKED in client.post(address, {"reason": WHY}, follow=True).content.decode()

    Case.objects.filter(pk=world.case.pk).update(closed_at=timezone.now(), decision="released")
    decided = reverse("admin:messages_app_case_change", args=[world.case.pk])
    assert (
        SECRET not in browser(world, "moderator").post(decided, {"reason": WHY}, follow=True).content.decode()
    )
    assert SECRET in browser(world, "admin").post(decided, {"reason": WHY}, follow=True).content.decode()


@pytest.mark.rule("MOD-6", "RSN-1")
def test_staff_read_the_days_of_a_warranty_beside_its_text(world: StaffWorld) -> None:
    days = (date(2026, 3, 1), date(2028, 2, 29))
    order = OrderFactory.create(pair=world.pair)
    sent = send(
        page(world.pair, Side.SELLER, order_id=order.pk, reason="warranty", text="", covers=days),
        timezone.now(),
    )
    address = reverse("admin:messages_app_thread_read", args=[sent.thread_id])
    shown = browser(world, "admin").post(address, {"reason": WHY}, follow=True).content.decode()
    assert "from 1 March 2026 to 29 February 2028" in shown


@pytest.mark.rule("MOD-6")
@pytest.mark.parametrize("who", ["admin", "moderator"])
def test_nobody_of_the_staff_reads_or_decides_on_their_own_thread(world: StaffWorld, who: str) -> None:
    Membership.objects.create(user=getattr(world, who), seller=world.pair.seller)
    client = browser(world, who)
    case = reverse("admin:messages_app_case_change", args=[world.case.pk])
    assert SECRET not in client.post(case, {"reason": WHY}, follow=True).content.decode()
    decide = reverse("admin:messages_app_case_decide", args=[world.case.pk, "release"])
    client.post(decide, {"reason": WHY})
    thread = reverse("admin:messages_app_thread_read", args=[world.held.thread_id])
    assert client.get(thread).status_code == 404
    addresses_of = reverse("admin:messages_app_case_addresses", args=[world.pair.pk])
    assert client.post(addresses_of, {"reason": WHY}).status_code == 404
    world.held.refresh_from_db()
    assert world.held.state == "held"
    assert not AuditRecord.objects.filter(action__in=["read_thread", "release", "read_addresses"]).exists()


@pytest.mark.rule("MOD-6")
def test_who_wrote_for_a_team_that_they_left_neither_reads_nor_gets_it_next(world: StaffWorld) -> None:
    other = make_staff_world()
    Message.objects.filter(pk=world.held.pk).update(user=world.admin)
    client = browser(world, "admin")
    case = reverse("admin:messages_app_case_change", args=[world.case.pk])
    assert SECRET not in client.post(case, {"reason": WHY}, follow=True).content.decode()
    assert (
        client.get(reverse("admin:messages_app_thread_read", args=[world.held.thread_id])).status_code == 404
    )
    assert next_case(other.case, world.admin) is None
    assert next_case(other.case, other.admin) == world.case


@pytest.mark.rule("MOD-6", "SEC-7")
def test_pages_that_django_brings_along_are_not_there(world: StaffWorld) -> None:
    client = browser(world, "admin")
    for path in ("r/1/1/", "password_change/", "autocomplete/", "jsi18n/", "nowhere/"):
        assert client.get(f"/admin/{path}").status_code == 404, path
    assert client.get(f"/admin/accounts/buyer/{world.pair.buyer_id}/history/").status_code == 404
    assert "What waits for you" in client.get("/admin/accounts/").content.decode()


@pytest.mark.rule("MOD-6", "SEC-2", "ACC-9")
def test_real_addresses_are_for_admins_with_a_reason_each_time(world: StaffWorld) -> None:
    address = reverse("admin:messages_app_case_addresses", args=[world.pair.pk])
    real = world.pair.buyer.user.email
    assert browser(world, "moderator").get(address).status_code == 404
    assert browser(world, "moderator").post(address, {"reason": WHY}).status_code == 404
    client = browser(world, "admin")
    assert real not in client.get(address).content.decode()
    assert real not in client.post(address, {"reason": " "}).content.decode()
    shown = client.post(address, {"reason": WHY})
    assert real in shown.content.decode()
    assert world.pair.seller.customer_service_address in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert real not in client.get(address).content.decode()
    record = AuditRecord.objects.get(action="read_addresses")
    assert (record.actor, record.reason, record.object_id) == (world.admin, WHY, str(world.pair.pk))


@pytest.mark.rule("MOD-6", "PRV-5", "SEC-2")
@pytest.mark.parametrize("who", ["admin", "moderator"])
def test_no_list_or_record_shows_a_text_or_a_real_address(world: StaffWorld, who: str) -> None:
    client = browser(world, who)
    secrets = [
        SECRET, ASKED, world.pair.buyer.user.email, world.pair.seller.customer_service_address,
        world.seller.email, world.moderator.email,
    ]  # fmt: skip
    seen = 0
    for model, registered in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        answer = client.get(reverse(f"{name}_changelist"), follow=True)
        pages = [answer.content.decode()]
        row = model._default_manager.first()
        if row is not None:
            pages.append(client.get(reverse(f"{name}_change", args=[row.pk])).content.decode())
        for text in pages:
            assert [secret for secret in secrets if secret in text] == [], name
            seen += 1
        assert not registered.has_add_permission(answer.wsgi_request)
        assert not registered.has_change_permission(answer.wsgi_request)
        assert not registered.has_delete_permission(answer.wsgi_request)
    assert seen > 20


@pytest.mark.rule("MOD-6", "SEC-7")
def test_audit_records_are_read_by_admins_and_changed_by_nobody(world: StaffWorld) -> None:
    record = AuditRecord.objects.latest("number")
    change = reverse("admin:accounts_auditrecord_change", args=[record.pk])
    assert browser(world, "moderator").get(change).status_code == 403
    client = browser(world, "admin")
    assert client.get(change).status_code == 200
    assert client.post(change, {"reason": "x", "action": "y"}).status_code == 403
    delete = reverse("admin:accounts_auditrecord_delete", args=[record.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403
    assert client.post(reverse("admin:accounts_auditrecord_add"), {"action": "y"}).status_code == 403
    assert AuditRecord.objects.get(pk=record.pk).digest == record.digest
    assert verify_audit().faults == ()
    assert not LogEntry.objects.exists()


@pytest.mark.rule("MOD-6")
def test_files_are_downloads_with_a_record_of_their_own(world: StaffWorld) -> None:
    client = browser(world, "moderator")
    file = Attachment.objects.get()
    address = reverse("admin:messages_app_thread_file", args=[file.pk])
    assert client.get(address).status_code == 404
    client.post(reverse("admin:messages_app_case_change", args=[world.case.pk]), {"reason": WHY})
    answer = client.get(address)
    assert b"".join(answer.streaming_content) == b"It is a gas hob of 1998."  # type: ignore[attr-defined]
    assert answer["Content-Disposition"] == 'attachment; filename="hob.txt"'
    assert AuditRecord.objects.get(action="read_file").object_id == str(file.pk)


@pytest.mark.rule("SEC-2", "SEC-7")
def test_becoming_a_moderator_is_written_down_and_nobody_makes_themselves_one(world: StaffWorld) -> None:
    with pytest.raises(ValueError, match="themselves"):
        set_moderator(user=world.clerk, moderates=True, by=world.clerk)
    set_moderator(user=world.moderator, moderates=False, by=world.admin)
    record = AuditRecord.objects.latest("number")
    assert (record.action, record.actor, record.object_id) == (
        "moderator_removed", world.admin, str(world.moderator.pk),
    )  # fmt: skip
    assert browser_of(User.objects.get(pk=world.moderator.pk)).get(reverse("admin:index")).status_code == 302


@pytest.mark.rule("MOD-6")
def test_what_does_not_exist_is_not_found(world: StaffWorld) -> None:
    client = browser(world, "admin")
    for name, row in (
        ("case_change", uuid4()),
        ("thread_read", uuid4()),
        ("thread_file", uuid4()),
        ("case_mail", uuid4()),
        ("case_addresses", 10**9),
    ):
        assert client.get(reverse(f"admin:messages_app_{name}", args=[row])).status_code == 404
    assert client.get(f"/admin/messages_app/case/{world.case.pk}/promote/").status_code == 404
    assert Message.objects.get(pk=world.held.pk).state == "held"

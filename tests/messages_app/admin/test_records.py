"""The records of the administration: columns and codes in words, lists that a million rows do not slow."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.admin.utils import flatten, label_for_field
from django.test import Client
from django.utils.text import capfirst

from accounts.models import AuthorizedAddress, Buyer, Seller
from messages_app.mail.evidence import Evidence
from messages_app.models import Delivery, InboundMail, Message, ResponseContact
from messages_app.policy.facts import Door, Facts, Side
from messages_app.wording.headings import HEADINGS
from messages_app.wording.records import fact_name, value_name
from tests.messages_app.admin.staff_world import StaffWorld, browser_of, make_staff_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> StaffWorld:
    return make_staff_world()


@pytest.fixture
def staff(world: StaffWorld) -> Client:
    return browser_of(world.moderator)


@pytest.mark.rule("ACC-10")
def test_every_column_has_words_in_the_catalogs() -> None:
    labels = {
        capfirst(str(label_for_field(name, model, page)))
        for model, page in admin.site._registry.items()
        for name in flatten([*page.list_display, *(page.fields or ())])
        if name != "__str__"
    }
    assert labels - set(HEADINGS) == set()
    assert set(HEADINGS) - labels == set()


@pytest.mark.rule("SEC-1", "UX-5")
@pytest.mark.parametrize("wrong", ["abc", "%00", "0", "9" * 40])
def test_a_record_that_cannot_be_is_one_that_is_not_there(staff: Client, wrong: str) -> None:
    for model in admin.site._registry:
        answer = staff.get(f"/admin/{model._meta.app_label}/{model._meta.model_name}/{wrong}/change/")
        assert answer.status_code in (302, 403, 404), model


CODES = [
    *((("Message", "state", state)) for state in Message.State.values),
    *((("Message", "author", author)) for author in Message.Author.values),
    *((("Message", "door", door)) for door in Door),
    *((("Message", "evidence", evidence)) for evidence in Evidence),
    *((("Delivery", "state", state)) for state in Delivery.State.values),
    *((("Delivery", "kind", kind)) for kind in Delivery.Kind.values),
    *((("Delivery", "to_side", side)) for side in Side),
    *((("InboundMail", "state", state)) for state in InboundMail.State.values),
    *((("ResponseContact", "outcome", outcome)) for outcome in ResponseContact.Outcome.values),
    *((("Seller", "standing", standing)) for standing in Seller.Standing.values),
    *((("Buyer", "standing", standing)) for standing in Buyer.Standing.values),
    *((("AuthorizedAddress", "state", state)) for state in AuthorizedAddress.State.values),
]


@pytest.mark.rule("UX-4")
@pytest.mark.parametrize(("model", "field", "code"), [(m, f, str(c)) for m, f, c in CODES])
def test_every_code_is_said_in_words(model: str, field: str, code: str) -> None:
    assert value_name(model, field, code) not in ("", code)


@pytest.mark.rule("UX-4")
def test_every_plain_fact_of_the_gate_has_a_name() -> None:
    told_elsewhere = {"files", "obstacles", "content"}
    assert {name for name in Facts.__slots__ if fact_name(name) == name} == told_elsewhere


@pytest.mark.rule("UX-4", "MOD-6")
@pytest.mark.parametrize(
    ("path", "words", "code"),
    [
        ("message/", "Held for review", ">held<"),
        ("message/?state__exact=held", "on the web", ">web<"),
        ("decision/", "Link to another site", "external_link"),
        ("thread/", "Conversation", ">conversation<"),
    ],
    ids=["state", "door", "codes", "kind"],
)
def test_lists_say_words_and_not_codes(staff: Client, path: str, words: str, code: str) -> None:
    answer = staff.get(f"/admin/messages_app/{path}").content.decode()
    assert words in answer
    assert code not in answer


@pytest.mark.rule("UX-4")
def test_a_record_says_words_and_moments_as_the_other_pages_do(staff: Client, world: StaffWorld) -> None:
    answer = staff.get(f"/admin/messages_app/message/{world.held.pk}/change/").content.decode()
    assert "Held for review" in answer
    assert "Accepted at" in answer
    assert world.held.accepted_at.isoformat()[:16] in answer  # a time element


@pytest.mark.rule("MOD-6", "ALI-6")
def test_a_record_leads_to_what_it_belongs_to_and_names_people(staff: Client, world: StaffWorld) -> None:
    answer = staff.get(f"/admin/messages_app/message/{world.held.pk}/change/").content.decode()
    assert f'<a href="/admin/messages_app/thread/{world.held.thread_id}/change/">' in answer
    audit = browser_of(world.admin)
    audit.post(f"/admin/messages_app/thread/{world.held.thread_id}/read/", {"reason": "Ticket 4711"})
    listed = audit.get("/admin/accounts/auditrecord/").content.decode()
    assert "Read a thread" in listed
    assert "Ada Admin" in listed


@pytest.mark.rule("MOD-6")
def test_an_address_is_no_name(staff: Client, world: StaffWorld) -> None:
    row = AuthorizedAddress.objects.filter(seller=world.pair.seller).first()
    assert row is not None
    answer = staff.get(f"/admin/accounts/authorizedaddress/{row.pk}/change/").content.decode()
    assert row.address not in answer

"""Asking somebody into a seller's team (ACC-3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import rate_limit
from accounts.links import invitation_by_token, invitation_token
from accounts.models import (
    AccountEvent,
    AuditRecord,
    Invitation,
    Membership,
    Permission,
    Seller,
    User,
)
from accounts.services import invitations
from messages_app.models import Delivery
from messages_app.services.events import take_events
from tests.factories import (
    PASSWORD,
    BuyerFactory,
    MembershipFactory,
    SellerFactory,
    UserFactory,
    seller_owner,
)
from tests.visitors import visitor

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
NEW = "a-quite-long-passphrase"
JOIN = {"full_name": "Nora Field", "new_password1": NEW, "new_password2": NEW}
INVITED = "nora@people.example"


def invited(seller: Seller, email: str = INVITED, *permissions: Permission) -> str:
    """The path that the mail leads to."""
    result = invitations.invite(
        seller=seller,
        email=email,
        permissions=permissions or (Permission.READ,),
        by=seller_owner(seller),
        now=NOW,
    )
    assert result is not None
    return f"/invitation/{invitation_token(result.row)}/"


def owner_of(seller: Seller) -> Client:
    return visitor(seller_owner(seller), selling_for=seller)


@pytest.mark.rule("ACC-3")
def test_the_owner_invites_and_the_mail_leads_to_the_page() -> None:
    seller = SellerFactory.create(language="fr")
    form = {"email": "Nora@People.example", "can_read": "on", "can_reply": "on"}
    assert owner_of(seller).post("/settings/team/invite/", form).status_code == 302
    row = Invitation.objects.get()
    assert (row.seller, row.email, row.given) == (seller, INVITED, [Permission.READ, Permission.REPLY])
    assert take_events(NOW) == 1
    mail = Delivery.objects.get()
    assert (mail.kind, mail.template, mail.recipient, mail.language) == (
        "account", "invitation", INVITED, "fr",
    )  # fmt: skip
    page = owner_of(seller).get("/settings/team/").content.decode()
    assert INVITED in page
    assert "Has not joined yet" in page
    assert [record.action for record in AuditRecord.objects.all()] == ["member_invited"]


@pytest.mark.rule("ACC-3", "SEC-1", "SEC-2")
def test_only_the_owner_invites() -> None:
    seller, other = SellerFactory.create(), SellerFactory.create()
    invited(seller)
    row = Invitation.objects.get()
    manager = MembershipFactory.create(seller=seller, can_manage_settings=True, can_reply=True)
    paths = ["/settings/team/invite/", f"/settings/team/invitations/{row.pk}/"]
    form = {"email": "x@people.example", "action": "withdraw"}
    for path in paths:
        assert visitor().post(path, form).headers["Location"].startswith("/sign-in/")
        assert visitor(BuyerFactory.create().user).post(path, form).status_code == 404
        assert visitor(manager.user, selling_for=seller).post(path, form).status_code == 403
    assert owner_of(other).post(paths[1], form).status_code == 404
    assert Invitation.objects.get() == row
    assert owner_of(seller).post(paths[1], {"action": "other"}).status_code == 404


@pytest.mark.rule("ACC-1", "ACC-3")
def test_the_owner_learns_nothing_about_an_address() -> None:
    seller = SellerFactory.create()
    BuyerFactory.create(user=UserFactory.create(email="buyer@people.example"))
    UserFactory.create(email="unclaimed@people.example", unclaimed=True)
    seen, statements = set(), set()
    client = owner_of(seller)
    for email in ("buyer@people.example", "unclaimed@people.example", "nobody@people.example"):
        with CaptureQueriesContext(connection) as captured:
            answer = client.post("/settings/team/invite/", {"email": email}, follow=True)
        statements.add(len(captured))
        said = [str(one).replace(email, "ADDRESS") for one in answer.context["messages"]]
        seen.add((answer.status_code, *said))
    assert len(seen) == 1
    assert max(statements) - min(statements) <= 3  # the list above the form grows, row by row
    client.post("/settings/team/invite/", {"email": "not an address"})
    assert client.post("/settings/team/invite/", {"email": "x@marketplace.example"}).status_code == 422
    member = MembershipFactory.create(seller=seller)
    answer = client.post("/settings/team/invite/", {"email": member.user.email}, follow=True)
    assert "in your team already" in answer.content.decode()
    assert Invitation.objects.count() == 3


@pytest.mark.rule("ACC-3", "MAIL-30")
def test_somebody_with_an_account_signs_in_and_accepts_once() -> None:
    seller = SellerFactory.create(trade_name="Alder and Pine")
    user = BuyerFactory.create(user=UserFactory.create(email=INVITED)).user
    path = invited(seller, INVITED, Permission.READ, Permission.REPLY)
    page = visitor().get(path).content.decode()
    assert "Alder and Pine" in page
    assert "Read messages and orders" in page
    assert "Manage settings" not in page
    assert f"/sign-in/?next={path}" in page
    assert visitor().post(path, JOIN).status_code == 200  # no password is chosen for somebody who has one
    client = visitor()
    signed = client.post("/sign-in/", {"username": INVITED, "password": PASSWORD, "next": path})
    assert signed.headers["Location"] == path
    assert not Membership.objects.filter(user=user).exists()  # opening it changes nothing
    assert client.post(path).headers["Location"] == "/"
    member = Membership.objects.get(user=user, seller=seller)
    assert [member.may(permission) for permission in Permission] == [True, True, False, False, False]
    assert not member.is_owner
    assert client.get("/orders/").context["role"].seller == seller
    assert client.get(path).status_code == client.post(path).status_code == 410
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


@pytest.mark.rule("ACC-3", "ACC-11")
@pytest.mark.parametrize("known", ["unclaimed", "nobody"])
def test_somebody_without_a_password_chooses_one_and_joins(known: str) -> None:
    seller = SellerFactory.create()
    if known == "unclaimed":
        UserFactory.create(email=INVITED, unclaimed=True, full_name="")
    path = invited(seller)
    client = visitor()
    assert "Join with a password" in client.get(path).content.decode()
    assert client.post(path, {**JOIN, "new_password2": "other"}).status_code == 422
    assert client.post(path, {**JOIN, "full_name": ""}).status_code == 422
    assert not Membership.objects.filter(user__email=INVITED).exists()
    assert client.post(path, JOIN).headers["Location"] == "/sign-in/"
    user = User.objects.get(email=INVITED)
    assert (user.full_name, user.claimed_at is not None) == ("Nora Field", True)
    assert Membership.objects.filter(user=user, seller=seller).exists()
    assert client.post(path, JOIN).status_code == 410
    answer = client.post("/sign-in/", {"username": INVITED, "password": NEW})
    assert answer.status_code == 302
    assert client.get("/orders/").context["role"].seller == seller


@pytest.mark.rule("ACC-3", "SEC-1")
def test_who_is_signed_in_as_somebody_else_is_told_so_and_cannot_accept() -> None:
    seller = SellerFactory.create()
    other = BuyerFactory.create().user
    path = invited(seller)
    client = visitor(other)
    page = client.get(path).content.decode()
    assert f"You are signed in as {other.email}" in page
    assert client.post(path).status_code == 422
    assert not Membership.objects.filter(user=other).exists()
    assert invitations.accept(token=path.split("/")[2], user=other, now=NOW) is None
    gone = client.post("/sign-out/", {"next": path})
    assert gone.headers["Location"] == path
    assert client.post("/sign-out/", {"next": "https://evil.example/"}).headers["Location"] == "/sign-in/"


@pytest.mark.rule("ACC-3")
def test_declining_ends_the_invitation() -> None:
    seller = SellerFactory.create()
    user = UserFactory.create(email=INVITED)
    path = invited(seller)
    assert visitor(user).post(path, {"action": "decline"}).status_code == 302
    assert not Invitation.objects.exists()
    assert not Membership.objects.filter(user=user).exists()


@pytest.mark.rule("SEC-4", "ACC-3")
def test_a_link_ends_after_three_days() -> None:
    seller = SellerFactory.create()
    with time_machine.travel(NOW, tick=False) as clock:
        token = invited(seller).split("/")[2]
        clock.move_to(NOW + timedelta(hours=72))
        assert invitation_by_token(token) is not None
        clock.move_to(NOW + timedelta(hours=72) + SECOND)
        assert invitation_by_token(token) is None
        assert visitor().get(f"/invitation/{token}/").status_code == 410


@pytest.mark.rule("SEC-4", "ACC-3")
@pytest.mark.parametrize("end", ["withdrawn", "sent again", "changed", "closed", "invited anew"])
def test_a_link_ends_with_its_ground(end: str) -> None:
    seller = SellerFactory.create()
    token = invited(seller).split("/")[2]
    row = invitation_by_token(token)
    assert row is not None
    owner = seller_owner(seller)
    if end == "withdrawn":
        invitations.withdraw(row=row, by=owner)
    elif end == "sent again":
        invitations.send_again(row=row, now=NOW + SECOND)
    elif end == "changed":
        Invitation.objects.update(permissions=["can_manage_settings"])
    elif end == "closed":
        Seller.objects.update(standing="closed")
    else:
        invitations.withdraw(row=row, by=owner)
        invitations.invite(
            seller=seller, email=INVITED, permissions=(Permission.READ,), by=owner, now=NOW + SECOND
        )
    assert invitation_by_token(token) is None
    for forged in (token[:-1], token + "A", "", "~", "1-2~3~4", "\x00"):
        assert invitation_by_token(forged) is None
    assert INVITED not in token


@pytest.mark.rule("SEC-4", "ACC-3")
def test_invitations_are_limited_by_seller_and_by_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "accounts.services.invitations.INVITE_PER_SELLER", rate_limit.Limit("invite-seller", 2)
    )
    monkeypatch.setattr("accounts.services.invitations.LINK_PER_ADDRESS", rate_limit.Limit("link-address", 1))
    first, second = SellerFactory.create(), SellerFactory.create()
    mailed = [
        invitations.invite(seller=seller, email=email, permissions=(), by=seller_owner(seller), now=NOW)
        for seller, email in (
            (first, "a@people.example"),
            (first, "a@people.example"),
            (first, "b@people.example"),
            (second, "a@people.example"),
            (second, "c@people.example"),
        )
    ]
    assert [one.mailed for one in mailed if one] == [True, False, False, False, True]
    assert AccountEvent.objects.count() == 2
    assert Invitation.objects.count() == 4


@pytest.mark.both_databases
@pytest.mark.rule("ACC-3")
def test_an_invitation_is_taken_once_and_leaves_a_record() -> None:
    seller, user = SellerFactory.create(), UserFactory.create(email=INVITED)
    token = invited(seller).split("/")[2]
    member = invitations.accept(token=token, user=user, now=NOW)
    assert member is not None
    assert invitations.accept(token=token, user=user, now=NOW) is None
    records = list(AuditRecord.objects.order_by("number").values_list("action", "actor", "seller"))
    assert records[-1] == ("member_added", user.pk, seller.pk)
    client = visitor(user, selling_for=seller)
    owner = owner_of(seller)
    assert client.get("/orders/").status_code == 200
    owner.post(f"/settings/team/{member.pk}/", {"action": "save", f"{member.pk}-can_reply": "on"})
    owner.post(f"/settings/team/{member.pk}/", {"action": "remove"})
    assert client.get("/orders/").status_code == 404
    actions = list(AuditRecord.objects.order_by("number").values_list("action", flat=True))
    assert actions[-2:] == ["permissions_changed", "member_removed"]

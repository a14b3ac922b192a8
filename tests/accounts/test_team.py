from __future__ import annotations

import pytest

from accounts.models import AuthorizedAddress, Membership
from accounts.services.team import remove_member, set_permissions
from tests.factories import (
    AuthorizedAddressFactory,
    BuyerFactory,
    MembershipFactory,
    SellerFactory,
    seller_owner,
)
from tests.visitors import visitor

pytestmark = pytest.mark.django_db
TEAM = "/settings/team/"
ALL = {
    "can_read": True,
    "can_reply": True,
    "can_organise": True,
    "can_see_reports": True,
    "can_manage_settings": True,
}


@pytest.mark.rule("ACC-3")
@pytest.mark.parametrize("name", list(ALL))
def test_the_owner_gives_and_takes_each_permission(name: str) -> None:
    member = MembershipFactory.create(**ALL)
    client = visitor(seller_owner(member.seller))
    client.post(f"{TEAM}{member.pk}/", {f"{member.pk}-{name}": "on", "action": "save"})
    member.refresh_from_db()
    assert {one for one in ALL if getattr(member, one)} == {name}
    assert not member.is_owner


@pytest.mark.rule("ACC-3")
def test_a_permission_taken_away_is_gone_at_the_next_request() -> None:
    member = MembershipFactory.create()
    client = visitor(member.user)
    assert client.get("/orders/").status_code == 200
    set_permissions(membership=member, permissions=[])
    assert client.get("/orders/").status_code == 403


@pytest.mark.rule("ACC-3", "ACC-4")
def test_removing_a_member_ends_pages_and_mail_at_once() -> None:
    member = MembershipFactory.create(can_reply=True)
    other = MembershipFactory.create(user=member.user)
    for seller in (member.seller, other.seller):
        AuthorizedAddressFactory.create(seller=seller, address=member.user.email)
    theirs = visitor(member.user, selling_for=member.seller)
    assert theirs.get("/orders/").context["role"].seller == member.seller
    owner = visitor(seller_owner(member.seller))
    assert owner.post(f"{TEAM}{member.pk}/", {"action": "remove"}).status_code == 302
    assert theirs.get("/orders/").context["role"].seller == other.seller
    listed = AuthorizedAddress.objects.filter(address=member.user.email)
    assert list(listed.values_list("seller", flat=True)) == [other.seller.pk]


@pytest.mark.rule("ACC-3", "SEC-1", "SEC-2")
def test_only_the_owner_manages_the_team_and_nobody_the_owner() -> None:
    member = MembershipFactory.create(**ALL)
    colleague = MembershipFactory.create(seller=member.seller)
    owner = member.seller.memberships.get(is_owner=True)
    for client, status in [
        (visitor(member.user), 403),
        (visitor(seller_owner(SellerFactory.create())), 404),
        (visitor(BuyerFactory.create().user), 404),
        (visitor(), 302),
    ]:
        for pk in (colleague.pk, member.pk, owner.pk):
            assert client.post(f"{TEAM}{pk}/", {"action": "remove"}).status_code == status
    assert visitor(member.user).get(TEAM).status_code == 403
    elsewhere = MembershipFactory.create()  # the look-up comes before the permission
    for pk in (elsewhere.pk, 999_999):
        assert visitor(member.user).post(f"{TEAM}{pk}/", {"action": "remove"}).status_code == 404
    page = visitor(owner.user).get(TEAM)
    assert colleague.user.email in page.content.decode()
    assert visitor(owner.user).post(f"{TEAM}{owner.pk}/", {"action": "remove"}).status_code == 404
    set_permissions(membership=owner, permissions=[])
    with pytest.raises(ValueError, match="owner"):
        remove_member(membership=owner)
    assert Membership.objects.filter(seller=member.seller).count() == 3
    assert Membership.objects.get(pk=owner.pk).can_read

"""The owner's page about the team (ACC-3)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import require_owner, role_or_404
from accounts.forms import MemberForm
from accounts.links import AGES, Purpose
from accounts.models import Seller
from accounts.queries.team import invitation_or_404, invitations_of, member_or_404, team_of
from accounts.rate_limit import HOUR
from accounts.roles import Role
from accounts.security_forms import InvitationForm
from accounts.services import invitations
from accounts.services.team import remove_member, set_permissions
from accounts.signed_out import login_required


@require_safe
@login_required
def team(request: HttpRequest) -> HttpResponse:
    """Who is in the team, and what each member may do."""
    role = _member_role_or_404(request)
    require_owner(role)
    return _page(request, role, InvitationForm(initial={"can_read": True}))


def _page(request: HttpRequest, role: Role, form: InvitationForm) -> HttpResponse:
    members = [(member, MemberForm(initial=vars(member), prefix=str(member.pk))) for member in team_of(role)]
    context = {
        "section": "settings",
        "role": role,
        "members": members,
        "invitations": invitations_of(role),
        "form": form,
        "hours": AGES[Purpose.INVITATION] // HOUR,
    }
    return render(request, "accounts/settings_team.html", context, status=422 if form.is_bound else 200)


@require_POST
@login_required
def invite(request: HttpRequest) -> HttpResponse:
    """Asks somebody into the team by mail; the answer is the same whether they have an account."""
    role = _member_role_or_404(request)
    require_owner(role)
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return _page(request, role, form)
    invited = invitations.invite(
        seller=_seller(role),
        email=form.cleaned_data["email"],
        permissions=form.permissions(),
        by=role.user,
        now=timezone.now(),
    )
    _say_invited(request, invited, form.cleaned_data["email"])
    return redirect("settings_team")


@require_POST
@login_required
def change_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """Sends an invitation again, or takes it back."""
    role = _member_role_or_404(request)
    row = invitation_or_404(role, pk)
    require_owner(role)
    match request.POST.get("action"):
        case "send":
            _say_invited(request, invitations.send_again(row=row, now=timezone.now()), row.email)
        case "withdraw":
            invitations.withdraw(row=row, by=role.user)
            messages.success(request, _("The invitation is withdrawn; its link has ended."))
        case _:
            raise Http404
    return redirect("settings_team")


def _say_invited(request: HttpRequest, invited: invitations.Invited | None, address: str) -> None:
    named = {"address": address}
    if invited is None:
        messages.info(request, _("%(address)s is in your team already.") % named)
    elif invited.mailed:
        messages.success(request, _("The invitation was sent to %(address)s.") % named)
    else:
        messages.error(
            request, _("The invitation waits: too many mails within an hour. Send it again later.")
        )


@require_POST
@login_required
def change_member(request: HttpRequest, pk: int) -> HttpResponse:
    """Stores a member's permissions, or removes the member."""
    role = _member_role_or_404(request)
    member = member_or_404(role, pk)
    require_owner(role)
    if member.is_owner:
        raise Http404  # nobody changes the owner
    if request.POST.get("action") == "remove":
        remove_member(membership=member, by=role.user)
        messages.success(request, _("The member is removed; their access has ended."))
        return redirect("settings_team")
    form = MemberForm(request.POST, prefix=str(pk))
    if not form.is_valid():
        raise Http404  # only check boxes: a form of ours is always valid
    set_permissions(membership=member, permissions=form.permissions(), by=role.user)
    messages.success(request, _("Saved. It holds from the next request on."))
    return redirect("settings_team")


def _seller(role: Role) -> Seller:
    """The seller of a role that `_member_role_or_404` has checked."""
    if role.seller is None:
        raise Http404
    return role.seller


def _member_role_or_404(request: HttpRequest) -> Role:
    """The role of somebody in a team; a buyer has none."""
    role = role_or_404(request)
    if role.membership is None:
        raise Http404
    return role

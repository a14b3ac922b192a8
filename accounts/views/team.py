"""The owner's page about the team (ACC-3)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import require_owner, role_or_404
from accounts.forms import MemberForm
from accounts.queries.team import member_or_404, team_of
from accounts.roles import Role
from accounts.services.team import remove_member, set_permissions
from accounts.signed_out import login_required


@require_safe
@login_required
def team(request: HttpRequest) -> HttpResponse:
    """Who is in the team, and what each member may do."""
    role = _member_role_or_404(request)
    require_owner(role)
    members = [(member, MemberForm(initial=vars(member), prefix=str(member.pk))) for member in team_of(role)]
    context = {"section": "settings", "role": role, "members": members}
    return render(request, "accounts/settings_team.html", context)


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
        remove_member(membership=member)
        messages.success(request, _("The member is removed; their access has ended."))
        return redirect("settings_team")
    form = MemberForm(request.POST, prefix=str(pk))
    if not form.is_valid():
        raise Http404  # only check boxes: a form of ours is always valid
    set_permissions(membership=member, permissions=form.permissions())
    messages.success(request, _("Saved. It holds from the next request on."))
    return redirect("settings_team")


def _member_role_or_404(request: HttpRequest) -> Role:
    """The role of somebody in a team; a buyer has none."""
    role = role_or_404(request)
    if role.membership is None:
        raise Http404
    return role

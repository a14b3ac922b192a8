"""The page behind an invitation: which seller, what one may do there, and a button (ACC-3)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.links import invitation_by_token
from accounts.models import Invitation, Membership, User
from accounts.queries.team import account_of
from accounts.rate_limit import LINK_PER_PLACE, count_try, place_of
from accounts.roles import switch_role
from accounts.security_forms import JoinForm
from accounts.services import invitations


@sensitive_post_parameters("new_password1", "new_password2")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Opening it changes nothing (MAIL-30). Whoever has the link reads the mail of that address: here alone
    it shows whether the address has an account, by asking for its sign-in or for a first password."""
    row = invitation_by_token(token)
    if row is None:
        return render(request, "accounts/link_expired.html", status=410)
    if request.user.is_authenticated:
        return _signed_in(request, row, token, request.user)
    user = account_of(row.email)
    if user is not None and user.claimed_at is not None:
        return _page(request, row, must_sign_in=True)
    return _newcomer(request, row, token, user or User(email=row.email))


def _signed_in(request: HttpRequest, row: Invitation, token: str, user: User) -> HttpResponse:
    """Accepts by the button; for somebody else's invitation there is none."""
    if user.email != row.email or request.method != "POST":
        status = 422 if request.method == "POST" else 200
        return _page(request, row, other=user.email != row.email, status=status)
    if request.POST.get("action") == "decline":
        invitations.withdraw(row=row, by=user)
        messages.info(request, _("You have declined. Nothing was changed."))
        return redirect("home")
    member = invitations.accept(token=token, user=user, now=timezone.now())
    if member is None:
        return render(request, "accounts/link_expired.html", status=410)
    return _joined(request, member)


def _joined(request: HttpRequest, member: Membership) -> HttpResponse:
    switch_role(request, f"seller:{member.seller_id}")
    named = {"seller": member.seller.trade_name}
    messages.success(request, _("You are in the team of %(seller)s now.") % named)
    return redirect("home")


def _newcomer(request: HttpRequest, row: Invitation, token: str, user: User) -> HttpResponse:
    """Somebody without a password yet chooses one and joins; then they sign in like everybody."""
    form = JoinForm(user, request.POST or None, asks_for_name=not user.full_name)
    if request.method == "POST" and not count_try(LINK_PER_PLACE, place_of(request)):
        return _page(request, row, form=form, spent=True, status=429)
    if not form.is_valid():
        return _page(request, row, form=form, status=422 if form.is_bound else 200)
    member = invitations.accept_as_newcomer(
        token=token,
        full_name=form.cleaned_data.get("full_name", ""),
        password=form.cleaned_data["new_password1"],
        language=get_language() or "",
        now=timezone.now(),
    )
    if member is None:
        return render(request, "accounts/link_expired.html", status=410)
    messages.success(request, _("You are in the team. Sign in with your address and the password."))
    return redirect("sign_in")


def _page(
    request: HttpRequest,
    row: Invitation,
    *,
    form: JoinForm | None = None,
    must_sign_in: bool = False,
    other: bool = False,
    spent: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {
        "row": row,
        "form": form,
        "must_sign_in": must_sign_in,
        "other": other,
        "spent": spent,
        "wanted": request.path,
    }
    return render(request, "accounts/invitation.html", context, status=status)

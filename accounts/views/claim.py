"""Opening an account, claiming one, a new password (ACC-1, ACC-11). No answer tells who has an account."""

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

from accounts.forms import AddressForm, SignUpForm
from accounts.links import person_by_token
from accounts.rate_limit import LINK_PER_ADDRESS, LINK_PER_PLACE, count_try, place_of
from accounts.security_forms import ClaimForm
from accounts.services import people


@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest) -> HttpResponse:
    """Asks for a link that claims an account or resets its password."""
    form = AddressForm(request.POST or None)
    if not form.is_valid():
        return _page(request, "accounts/claim.html", form)
    if not _may_ask(request, form.cleaned_data["email"]):
        return _page(request, "accounts/claim.html", form, spent=True)
    people.ask_for_link(email=form.cleaned_data["email"], now=timezone.now())
    messages.info(request, _("If this address has an account, a mail with a link is on its way to it."))
    return redirect("sign_in")


@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Opens a buyer's account; the link in the mail finishes it."""
    form = SignUpForm(request.POST or None)
    if not form.is_valid():
        return _page(request, "accounts/sign_up.html", form)
    if not _may_ask(request, form.cleaned_data["email"]):
        return _page(request, "accounts/sign_up.html", form, spent=True)
    people.sign_up_buyer(**form.cleaned_data, language=get_language() or "", now=timezone.now())
    messages.info(request, _("Look into your mailbox: the link in our mail finishes signing up."))
    return redirect("sign_in")


@sensitive_post_parameters("new_password1", "new_password2")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def set_password(request: HttpRequest, token: str) -> HttpResponse:
    """Sets the password of whoever the link names; opening the page changes nothing (MAIL-30)."""
    user = person_by_token(token)
    if user is None:
        return render(request, "accounts/link_expired.html", status=410)
    form = ClaimForm(user, request.POST or None, asks_for_name=people.asks_for_name(user))
    if not form.is_valid():
        claiming = user.claimed_at is None
        return _page(request, "accounts/set_password.html", form, claiming=claiming)
    data = form.cleaned_data
    if not people.set_password(
        token=token,
        password=data["new_password1"],
        full_name=data.get("full_name", ""),
        now=timezone.now(),
    ):
        return render(request, "accounts/link_expired.html", status=410)
    messages.success(request, _("Your password is set. Sign in with it."))
    return redirect("sign_in")


def _may_ask(request: HttpRequest, email: str) -> bool:
    """Whether the limits for this address and this place allow another mail; counts the try."""
    return count_try(LINK_PER_PLACE, place_of(request)) and count_try(LINK_PER_ADDRESS, email)


def _page(
    request: HttpRequest,
    template: str,
    form: AddressForm | SignUpForm | ClaimForm,
    *,
    spent: bool = False,
    claiming: bool = False,
) -> HttpResponse:
    status = 429 if spent else 422 if form.is_bound else 200
    context = {"form": form, "spent": spent, "claiming": claiming}
    return render(request, template, context, status=status)

"""Settings > Security: password, second factor, one's own address (ACC-1, ACC-12). For anybody signed in."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.links import new_address_by_token
from accounts.models import NewAddress, User
from accounts.proof import Proof, prove_by_both, prove_by_password
from accounts.queries.second_factor import must_have_second_factor, recovery_codes_left, second_factor_of
from accounts.roles import current_role
from accounts.security_forms import ChangePasswordForm, NewAddressForm
from accounts.services import new_address, people
from accounts.signed_out import login_required
from accounts.views.person import person_of


@require_safe
@login_required
def security(request: HttpRequest) -> HttpResponse:
    """How things stand: password, second factor, address."""
    user = person_of(request)
    factor = second_factor_of(user)
    context = {
        "section": "settings",
        "factor": factor,
        "codes_left": recovery_codes_left(factor) if factor else 0,
        "required": must_have_second_factor(user),
        "new_address": NewAddress.objects.filter(user=user).first(),
    }
    return render(request, "accounts/settings_security.html", context)


@sensitive_post_parameters("password", "new_password1", "new_password2")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def password(request: HttpRequest) -> HttpResponse:
    """Another password. Every other session of the person ends."""
    user = person_of(request)
    form = ChangePasswordForm(user, request.POST or None)
    spent = False
    if form.is_valid():
        proof = prove_by_password(user, form.cleaned_data["password"])
        if proof is Proof.GOOD:
            people.change_password(user=user, password=form.cleaned_data["new_password1"])
            update_session_auth_hash(request, user)
            messages.success(request, _("Your password is changed. You are signed out everywhere else."))
            return redirect("settings_security")
        spent = say_wrong(form, proof, "password", _("This is not your password."))
    return _page(request, "accounts/settings_password.html", form, spent=spent)


@sensitive_post_parameters("password", "code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def address(request: HttpRequest) -> HttpResponse:
    """Another address: a link goes there, and until it is used everything stays as it is (ACC-12)."""
    user = person_of(request)
    with_code = second_factor_of(user) is not None
    form = NewAddressForm(request.POST or None, with_code=with_code)
    spent = False
    if form.is_valid():
        data = form.cleaned_data
        proof = prove_by_both(user, data["password"], data["code"] if with_code else None)
        if data["email"] == user.email:
            form.add_error("email", _("This is your address already."))
        elif proof is not Proof.GOOD:
            wrong = _("Password and code do not fit.") if with_code else _("This is not your password.")
            spent = say_wrong(form, proof, "password", wrong)
        else:
            return _ask_for_address(request, user, data["email"])
    return _page(request, "accounts/settings_address.html", form, spent=spent)


def _ask_for_address(request: HttpRequest, user: User, wanted: str) -> HttpResponse:
    if new_address.ask_for_address(user=user, address=wanted, now=timezone.now()):
        messages.info(request, _("A link to confirm %(address)s was sent there.") % {"address": wanted})
    else:
        messages.error(request, _("Too many confirmation mails within an hour. Try again later."))
    return redirect("settings_security")


@require_POST
@login_required
def keep_address(request: HttpRequest) -> HttpResponse:
    """Takes the wish for another address back."""
    new_address.withdraw_address(user=person_of(request))
    messages.success(request, _("Your address stays as it is."))
    return redirect("settings_security")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def confirm_new_address(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link in the mail to the new address. Its button works for the person alone: who
    typed a wrong address has not given the account to a stranger."""
    user, row = person_of(request), new_address_by_token(token)
    if row is None:
        return render(request, "accounts/link_expired.html", status=410)
    other = row.user_id != user.pk
    if request.method == "POST" and not other:
        if not new_address.confirm_new_address(token=token, user=user, now=timezone.now()):
            return render(request, "accounts/link_expired.html", status=410)
        update_session_auth_hash(request, user)
        messages.success(request, _("Your address is changed. You are signed out everywhere else."))
        return redirect("settings_security")
    context = {"row": row, "other": other, "wanted": request.path}
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/confirm_new_address.html", context, status=status)


def say_wrong(form: Form, proof: Proof, field: str, words: str) -> bool:
    """Puts a failed proof beside its field; returns whether the tries are spent."""
    if proof is Proof.WRONG:
        form.add_error(field, words)
    return proof is Proof.SPENT


def _page(request: HttpRequest, template: str, form: Form, *, spent: bool) -> HttpResponse:
    status = 429 if spent else 422 if form.is_bound else 200
    context = {"section": "settings", "role": current_role(request), "form": form, "locked": spent}
    return render(request, template, context, status=status)

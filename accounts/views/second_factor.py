"""Setting up the second factor, its recovery codes, and switching it off (ACC-1)."""

from __future__ import annotations

from urllib.parse import quote, urlencode, urlsplit

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.next_page import page_of_ours
from accounts.proof import Proof, is_proof_fresh, prove_by_either, prove_by_password, remember_proof
from accounts.queries.second_factor import must_have_second_factor, second_factor_of
from accounts.rate_limit import PROOF_PER_PERSON, count_try, forget_tries
from accounts.second_factor_first import SESSION_KEY as HAS_SECOND_FACTOR
from accounts.security_forms import FirstCodeForm, PasswordForm, ProofForm
from accounts.services import second_factor as service
from accounts.signed_out import login_required
from accounts.totp import key_in_words, setup_address
from accounts.views.person import person_of
from accounts.views.security import say_wrong


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def second_factor(request: HttpRequest) -> HttpResponse:
    """Off: the way to set it up, after the password where nobody has just given it. On: how to get new codes
    or switch it off."""
    user = person_of(request)
    if second_factor_of(user):
        return _on_page(request, ProofForm())
    if is_proof_fresh(request):
        return _set_up_page(request, user, FirstCodeForm())
    form = PasswordForm(request.POST or None)
    spent = False
    if form.is_valid():
        proof = prove_by_password(user, form.cleaned_data["password"])
        if proof is Proof.GOOD:
            remember_proof(request)
            return _back_to_key(request)
        spent = say_wrong(form, proof, "password", _("This is not your password."))
    return _password_page(request, user, form, locked=spent)


@never_cache
@require_POST
@login_required
def start_again(request: HttpRequest) -> HttpResponse:
    """Another key, before the first is confirmed: somebody may have seen the old one."""
    if is_proof_fresh(request):
        service.forget_unconfirmed(user=person_of(request))
    return _back_to_key(request)


@sensitive_post_parameters("code")
@never_cache
@require_POST
@login_required
def confirm(request: HttpRequest) -> HttpResponse:
    """Switches it on by a first code, and shows the recovery codes: now, and never again."""
    user = person_of(request)
    if second_factor_of(user) or not is_proof_fresh(request):
        return _back_to_key(request)
    form = FirstCodeForm(request.POST)
    if not form.is_valid():
        return _set_up_page(request, user, form)
    if not count_try(PROOF_PER_PERSON, str(user.pk)):
        return _set_up_page(request, user, FirstCodeForm(), locked=True)
    codes = service.confirm_second_factor(user=user, code=form.cleaned_data["code"], now=timezone.now())
    if codes is None:
        form.add_error(
            "code", _("This code does not fit. Is the clock of your device right? Take the newest.")
        )
        return _set_up_page(request, user, form)
    forget_tries(PROOF_PER_PERSON, str(user.pk))
    update_session_auth_hash(request, user)
    request.session[HAS_SECOND_FACTOR] = True
    messages.success(request, _("The second factor is on. You are signed out everywhere else."))
    return _codes_page(request, codes)


@sensitive_post_parameters("proof")
@never_cache
@require_http_methods(["POST"])
@login_required
def change(request: HttpRequest) -> HttpResponse:
    """New recovery codes, or off: by the password or a code."""
    user, form = person_of(request), ProofForm(request.POST)
    action = request.POST.get("action")
    if second_factor_of(user) is None:
        return redirect("second_factor")
    if not form.is_valid() or action not in ("codes", "off"):
        return _on_page(request, form)
    proof = prove_by_either(user, form.cleaned_data["proof"])
    if proof is not Proof.GOOD:
        spent = say_wrong(form, proof, "proof", _("This is neither your password nor a code that fits."))
        return _on_page(request, form, locked=spent)
    if action == "codes":
        return _codes_page(request, service.renew_recovery_codes(user=user) or ())
    service.remove_second_factor(user=user)
    update_session_auth_hash(request, user)
    request.session.pop(HAS_SECOND_FACTOR, None)
    messages.success(request, _("The second factor is off. You are signed out everywhere else."))
    return redirect("settings_security")


def _set_up_page(
    request: HttpRequest, user: User, form: FirstCodeForm, *, locked: bool = False
) -> HttpResponse:
    secret = service.begin_second_factor(user=user, now=timezone.now())
    if secret is None:
        return redirect("second_factor")
    issuer = urlsplit(settings.PUBLIC_URL).hostname or settings.RELAY_DOMAIN
    context = {
        "section": "settings",
        "form": form,
        "locked": locked,
        "picture": _qr_picture(setup_address(secret, account=user.email, issuer=issuer)),
        "key": key_in_words(secret),
        "required": must_have_second_factor(user),
        "next": _next_page(request),
    }
    status = 429 if locked else 422 if form.is_bound else 200
    return render(request, "accounts/second_factor_set_up.html", context, status=status)


def _password_page(request: HttpRequest, user: User, form: PasswordForm, *, locked: bool) -> HttpResponse:
    context = {
        "section": "settings",
        "form": form,
        "locked": locked,
        "required": must_have_second_factor(user),
        "next": _next_page(request),
    }
    status = 429 if locked else 422 if form.is_bound else 200
    return render(request, "accounts/second_factor_password.html", context, status=status)


def _back_to_key(request: HttpRequest) -> HttpResponse:
    """The page of the key, which asks for the password first where it must; it still knows where to lead."""
    wanted = _next_page(request)
    page = resolve_url("second_factor")
    return HttpResponseRedirect(f"{page}?{urlencode({'next': wanted})}" if wanted else page)


def _on_page(request: HttpRequest, form: ProofForm, *, locked: bool = False) -> HttpResponse:
    context = {
        "section": "settings",
        "form": form,
        "locked": locked,
        "required": must_have_second_factor(person_of(request)),
    }
    status = 429 if locked else 422 if form.is_bound else 200
    return render(request, "accounts/second_factor_on.html", context, status=status)


def _codes_page(request: HttpRequest, codes: tuple[str, ...]) -> HttpResponse:
    context = {
        "section": "settings",
        "codes": codes,
        "file": f"data:text/plain;charset=utf-8,{quote(chr(10).join(codes))}",
        "next": _next_page(request) or "/",
    }
    return render(request, "accounts/recovery_codes.html", context)


def _next_page(request: HttpRequest) -> str:
    return page_of_ours(request, request.POST.get("next") or request.GET.get("next") or "")


def _qr_picture(text: str) -> SafeString:
    """The QR code as SVG: black on white in dark, too, or cameras cannot read it. Shapes alone, no style
    (SEC-3); what it says stands in no attribute."""
    code = segno.make(text, error="m", micro=False)
    svg = code.svg_inline(scale=5, border=4, dark="#000", light="#fff", omitsize=True)
    return mark_safe(svg)  # noqa: S308 - made by the library from numbers alone

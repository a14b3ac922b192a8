"""Signing in and out, and the choice of a role (ACC-1, ACC-2)."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.addresses import normalise_address
from accounts.forms import SignInForm
from accounts.kept_writing import sealed_of, was_here
from accounts.models import User
from accounts.next_page import page_of_ours
from accounts.proof import Proof, prove_by_code
from accounts.queries.second_factor import second_factor_of
from accounts.rate_limit import SIGN_IN_PER_PERSON, SIGN_IN_PER_PLACE, count_try, is_spent, place_of
from accounts.roles import switch_role
from accounts.second_factor_first import SESSION_KEY as HAS_SECOND_FACTOR
from accounts.security_forms import SignInCodeForm
from accounts.signed_out import login_required
from accounts.signing_in import let_in, put_aside, who_waits


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page. Leads on to `next` where that is a page of ours."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(_next_page(request))
    if request.method != "POST":
        return _page(request, SignInForm(request))
    place, tried = place_of(request), _tried_address(request)
    if is_spent(SIGN_IN_PER_PLACE, place) or _is_guessed_at(request, tried):
        return _page(request, SignInForm(request), locked=True)  # a bound one would be tried
    form = SignInForm(request, request.POST)
    if form.is_valid():
        return _password_right(request, form.get_user())
    if count_try(SIGN_IN_PER_PLACE, place):
        count_try(SIGN_IN_PER_PERSON, tried)
    return _page(request, form, locked=_was_locked_out(request))


def _tried_address(request: HttpRequest) -> str:
    return normalise_address(request.POST.get("username", "").replace("\0", "")[:254])


def _is_guessed_at(request: HttpRequest, address: str) -> bool:
    """Whether too many have failed at this account from wherever; its person's own browser is spared."""
    return is_spent(SIGN_IN_PER_PERSON, address) and not was_here(request, address)


def _password_right(request: HttpRequest, user: User) -> HttpResponse:
    """In, or on to the code of who has a second factor: until then the session has no rights."""
    next_page, kept = _next_page(request), sealed_of(request)
    if second_factor_of(user) is None:
        return let_in(request, user, next_page=next_page, kept=kept)
    put_aside(request, user, next_page=next_page, kept=kept)
    return redirect("sign_in_code")


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The page after the password, for the code of the app or a recovery code."""
    waiting = who_waits(request)
    if waiting is None:
        return redirect("sign_in")
    form = SignInCodeForm(request.POST or None)
    place = place_of(request)
    locked = is_spent(SIGN_IN_PER_PLACE, place)
    if form.is_valid() and not locked:
        proof = prove_by_code(waiting.user, form.cleaned_data["code"])
        if proof is Proof.GOOD:
            request.session[HAS_SECOND_FACTOR] = True
            return let_in(request, waiting.user, next_page=waiting.next_page, kept=waiting.kept)
        count_try(SIGN_IN_PER_PLACE, place)
        locked = proof is Proof.SPENT
        form.add_error("code", _("This code does not fit. Take the newest one; each works once."))
    status = 429 if locked else 422 if form.is_bound else 200
    context = {"form": SignInCodeForm() if locked else form, "locked": locked, "kept": waiting.kept}
    return render(request, "accounts/sign_in_code.html", context, status=status)


def _page(request: HttpRequest, form: SignInForm, *, locked: bool = False) -> HttpResponse:
    status = 429 if locked else 422 if form.is_bound else 200
    context = {"form": form, "locked": locked, "next": _wanted_page(request), "kept": sealed_of(request)}
    return render(request, "accounts/sign_in.html", context, status=status)


def _was_locked_out(request: HttpRequest) -> bool:
    """Whether django-axes refused this try; its middleware is then spared its own bare answer."""
    locked = bool(getattr(request, "axes_locked_out", False))
    if locked:
        setattr(request, "axes_locked_out", False)  # noqa: B010 - an attribute that only axes knows
    return locked


def _wanted_page(request: HttpRequest) -> str:
    return page_of_ours(request, request.POST.get("next") or request.GET.get("next") or "")


def _next_page(request: HttpRequest) -> str:
    return _wanted_page(request) or resolve_url(settings.LOGIN_REDIRECT_URL)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session. Leads on to `next` where somebody else is to sign in for it."""
    wanted = page_of_ours(request, request.POST.get("next", ""))
    logout(request)
    messages.success(request, _("You are signed out."))
    return HttpResponseRedirect(wanted or resolve_url("sign_in"))


@require_POST
@login_required
def choose_role(request: HttpRequest) -> HttpResponse:
    """Switches between buying and the sellers that one is a member of, without signing out (ACC-2). Leads on
    to `next` where a page offered the switch for its own sake."""
    if not switch_role(request, request.POST.get("role", "")):
        raise Http404
    wanted = page_of_ours(request, request.POST.get("next", ""))
    return HttpResponseRedirect(wanted or resolve_url(settings.LOGIN_REDIRECT_URL))

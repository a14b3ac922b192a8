"""Signing in and out, and the choice of a role (ACC-1, ACC-2)."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import SignInForm
from accounts.kept_writing import hand_over, remember_person, sealed_of
from accounts.models import User
from accounts.next_page import page_of_ours
from accounts.rate_limit import SIGN_IN_PER_PLACE, count_try, is_spent, place_of
from accounts.roles import switch_role
from accounts.signed_out import login_required


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page. Leads on to `next` where that is a page of ours."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(_next_page(request))
    if request.method != "POST":
        return _page(request, SignInForm(request))
    place = place_of(request)
    if is_spent(SIGN_IN_PER_PLACE, place):
        return _page(request, SignInForm(request), locked=True)  # a bound one would be tried
    form = SignInForm(request, request.POST)
    if form.is_valid():
        return _let_in(request, form.get_user())
    count_try(SIGN_IN_PER_PLACE, place)
    return _page(request, form, locked=_was_locked_out(request))


def _let_in(request: HttpRequest, user: User) -> HttpResponse:
    """Begins the session, and hands what its author had written on to the page that it was written for."""
    login(request, user)
    if not hand_over(request, user):
        messages.warning(request, _("What was written here before could not be kept. It was not sent."))
    answer = HttpResponseRedirect(_next_page(request))
    remember_person(request, answer, user)
    return answer


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
    """Ends the session."""
    logout(request)
    messages.success(request, _("You are signed out."))
    return redirect("sign_in")


@require_POST
@login_required
def choose_role(request: HttpRequest) -> HttpResponse:
    """Switches between buying and the sellers that one is a member of, without signing out (ACC-2)."""
    if not switch_role(request, request.POST.get("role", "")):
        raise Http404
    return redirect(settings.LOGIN_REDIRECT_URL)

"""Pages for the signed-in alone, and what becomes of a click or a text whose session is over (UX-5)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.forms import SignInForm
from accounts.kept_writing import seal_writing, take_writing

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def login_required(view: View[P]) -> View[P]:
    """Leads who is signed out to the sign-in page and then to the page wanted: after a POST the one that it
    came from, for the POST's own may take nothing else."""
    return login_required_keeping()(view)


def login_required_keeping(*names: str, of_anybody: bool = False) -> Callable[[View[P]], View[P]]:
    """The same; what was posted in the fields of those names is kept over the sign-in. A script that asks
    by itself gets 401 and nothing more: it follows no way to a page, and keeps what stands before it.
    `of_anybody`: the form stands on a page for everybody, so its author may never have signed in here."""

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.user.is_authenticated:
                return view(request, *args, **kwargs)
            if request.headers.get("X-Requested-With") == "fetch":
                return HttpResponse(status=401)
            if request.method != "POST":
                return redirect_to_login(request.get_full_path())
            if any(request.POST.get(name, "").strip() for name in names):
                return _sign_in_with_writing(request, names, of_anybody=of_anybody)
            return _sign_in_and_try_again(request)

        return guarded

    return guard


def _sign_in_and_try_again(request: HttpRequest) -> HttpResponse:
    messages.info(request, _("You were signed out. Nothing was changed: sign in, then press it again."))
    return redirect_to_login(_page_before(request))


def _sign_in_with_writing(request: HttpRequest, names: tuple[str, ...], *, of_anybody: bool) -> HttpResponse:
    context = {
        "form": SignInForm(request),
        "next": request.get_full_path(),
        "signed_out": True,
        "kept": seal_writing(request, names, of_anybody=of_anybody),
        "written": request.POST.get("text") or max((request.POST.get(name, "") for name in names), key=len),
    }
    return render(request, "accounts/sign_in.html", context, status=403)


def writing_again(request: HttpRequest) -> dict[str, str]:
    """What was kept for this page while its author signed in again, by field: once, and with a word of it."""
    fields = take_writing(request) if request.method == "GET" else {}
    if fields:
        messages.info(request, _("Here is what you wrote before. It is not sent or saved yet."))
    return fields


def _page_before(request: HttpRequest) -> str:
    """The page of ours that the browser says it was on, else the front door."""
    said = request.headers.get("Referer", "")
    own = url_has_allowed_host_and_scheme(
        said, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    if not own:
        return "/"
    parts = urlsplit(said)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"

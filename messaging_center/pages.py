"""The pages that belong to no room: the front door, and the choice of a theme."""

from __future__ import annotations

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Permission
from accounts.next_page import page_of_ours
from accounts.roles import current_role

THEME_COOKIE = "theme"
THEMES = ("light", "dark")  # "system" is no cookie at all
_YEAR = 365 * 24 * 3600  # seconds


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Sign-in, the inbox of the current role, or the admin for staff who have none. Who may see none of
    these is told so."""
    if not request.user.is_authenticated:
        return redirect("sign_in")
    role = current_role(request)
    if role is not None and role.may(Permission.READ):
        return redirect("inbox")
    if role is None and request.user.is_staff and admin.site.get_app_list(request):
        return redirect("admin:index")
    return render(request, "nowhere.html", {"role": role})


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keeps light, dark or the system's theme on this device, and goes back to the page."""
    theme = request.POST.get("theme", "")
    if theme not in (*THEMES, "system"):
        raise Http404
    back = page_of_ours(request, request.POST.get("next", "")) or "/"
    answer: HttpResponse = HttpResponseRedirect(back)
    if theme == "system":
        answer.delete_cookie(THEME_COOKIE, samesite="Lax")
    else:
        secure = request.is_secure()
        answer.set_cookie(THEME_COOKIE, theme, max_age=_YEAR, secure=secure, httponly=True, samesite="Lax")
    return answer

"""What the frame of every page shows: the person's roles and their theme."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.roles import Role, current_role, role_key, roles_here
from messaging_center.pages import THEME_COOKIE, THEMES


@dataclass(frozen=True, slots=True)
class RoleChoice:
    """A role that the person could switch to (ACC-2)."""

    key: str
    name: str
    is_buyer: bool


def frame(request: HttpRequest) -> dict[str, object]:
    """role, role_choices, account_name, theme. Read when the page shows them, not before.

    A view that knows the role already passes it on under the same name and spares the look-up.
    """
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "role": SimpleLazyObject(lambda: current_role(request)),
        "role_choices": SimpleLazyObject(lambda: _choices(request)),
        "theme": theme if theme in THEMES else "",
    }


def _choices(request: HttpRequest) -> list[RoleChoice]:
    """The person's other roles."""
    now = current_role(request)
    return [_choice(role) for role in roles_here(request) if now is None or role_key(role) != role_key(now)]


def _choice(role: Role) -> RoleChoice:
    return RoleChoice(role_key(role), role.name, role.buyer is not None)

"""Mails about an account: confirm an address, claim, reset, invitation, new address (ACC-1 to ACC-12)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from messages_app.mail.compose import OutgoingMail
from messages_app.queries.outbox import Parcel
from messages_app.relay.frame import brand_of, own_mail
from messages_app.relay.page import Button, Page, render_page


def render_account(parcel: Parcel) -> OutgoingMail:
    """One link, and what it does. `context` brings "link", and names for the words."""
    template = parcel.delivery.template
    link = str(parcel.context.get("link", ""))
    page = Page(
        name=template,
        brand=brand_of(parcel),
        about=_("your account"),
        buttons=(Button(_label(template), link),) if link else (),
        small_print=(
            *_about_link(link),
            _("Nobody reads answers to this mail."),
        ),
        words={**parcel.context},
    )
    return own_mail(parcel, render_page(page))


def _label(template: str) -> str:
    return {
        "confirm_address": _("Confirm the address"),
        "claim": _("Claim the account"),
        "reset_password": _("Set a new password"),
        "sign_up": _("Confirm and choose a password"),
        "account_exists": _("Sign in"),
        "invitation": _("See the invitation"),
        "new_address": _("Confirm the address"),
        "address_taken": _("Sign in"),
        "address_changed": _("Sign in"),
    }[template]


def _about_link(link: str) -> tuple[str, ...]:
    return (_("The link opens a page with one button; nothing happens before you press it."),) if link else ()

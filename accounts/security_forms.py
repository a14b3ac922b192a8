"""What people fill in to sign in with a second factor, and about their security."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.utils.translation import gettext_lazy as _

from accounts.fields import AddressField, LineField
from accounts.forms import MemberForm, refuse
from accounts.models import User
from accounts.names import display_name_of
from accounts.queries.names import why_unfit

_CODE = {"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}


class SignInCodeForm(forms.Form):
    """The code after the password: of the app, or a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("Six digits from your app, or one of your recovery codes."),
        widget=forms.TextInput(attrs={**_CODE, "autofocus": True}),
    )


class FirstCodeForm(forms.Form):
    """The code that shows that the app has the key."""

    code = forms.CharField(
        label=_("Code from the app"),
        max_length=20,
        widget=forms.TextInput(attrs={**_CODE, "inputmode": "numeric"}),
    )


class PasswordForm(forms.Form):
    """The password, before something is shown that would let its reader in."""

    password = forms.CharField(
        label=_("Your password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )


class ProofForm(forms.Form):
    """Who does this: a password or a code will do."""

    proof = forms.CharField(
        label=_("Your password, or a code"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class NewAddressForm(forms.Form):
    """Another address for oneself (ACC-12)."""

    email = AddressField(
        label=_("New address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    password = forms.CharField(
        label=_("Your password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("Six digits from your app, or one of your recovery codes."),
        widget=forms.TextInput(attrs=_CODE),
    )

    def __init__(self, *args: Any, with_code: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_code:
            del self.fields["code"]


class ChangePasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """A new password, and the one of now."""

    password = forms.CharField(
        label=_("Your password now"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("password", "new_password1", "new_password2")


class ClaimForm(SetPasswordForm):  # type: ignore[type-arg]
    """The first password; and the name of whoever opened the account by signing up, which may have been
    somebody else."""

    full_name = LineField(
        label=_("Full name"),
        max_length=200,
        help_text=_("Sellers see your first name and the initial of the last one."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("full_name", "new_password1", "new_password2")

    def __init__(self, user: User, *args: Any, asks_for_name: bool, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        if not asks_for_name:
            del self.fields["full_name"]

    def clean_full_name(self) -> str:
        name = str(self.cleaned_data["full_name"])
        refuse(why_unfit(name) or why_unfit(display_name_of(name)))
        return name


class JoinForm(ClaimForm):
    """The first password of somebody who is asked into a team."""

    full_name = LineField(
        label=_("Full name"),
        max_length=200,
        help_text=_("Your team sees it; buyers do not."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class InvitationForm(MemberForm):
    """Whom to ask into the team, and what they may do there (ACC-3)."""

    email = AddressField(label=_("E-mail"), max_length=254)
    field_order = ("email",)

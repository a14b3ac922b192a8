"""What people fill in about themselves and their seller accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.fields import AddressField, KnownAddressField, LineField
from accounts.models import Marketplace, Permission
from accounts.names import display_name_of
from accounts.queries.names import Unfit, why_unfit
from accounts.zones import known_zones


def _zone_choices() -> list[tuple[str, str | Promise]]:
    names = sorted(known_zones())
    return [("", _("As the marketplace")), *((name, name.replace("_", " ")) for name in names)]


class SignInForm(AuthenticationForm):
    """E-mail and password. One sentence for every failure: it does not say whether the address is known."""

    username = KnownAddressField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"})
    )
    error_messages = {
        "invalid_login": _(
            "This e-mail and password do not go together. Check both, or ask for a new password."
        ),
        "inactive": _("This e-mail and password do not go together. Check both, or ask for a new password."),
    }


class AddressForm(forms.Form):
    """The address of an account, which may be anybody's: staff have theirs where the relay is."""

    email = KnownAddressField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class SignUpForm(forms.Form):
    """A new buyer."""

    email = AddressField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    full_name = LineField(
        label=_("Full name"),
        max_length=200,
        help_text=_("Sellers see your first name and the initial of the last one."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    marketplace = forms.ModelChoiceField(
        label=_("Marketplace"), queryset=Marketplace.objects.order_by("name"), empty_label=None
    )
    field_order = ("full_name", "email", "marketplace")

    def clean_full_name(self) -> str:
        name = str(self.cleaned_data["full_name"])
        refuse(why_unfit(name) or why_unfit(display_name_of(name)))
        return name


class ListedAddressForm(forms.Form):
    """An address to authorize (ACC-4)."""

    email = AddressField(label=_("Address to authorize"), max_length=254)


class SellerNotificationsForm(forms.Form):
    """Settings > Notifications > Messaging of a seller (ACC-5, ACC-6)."""

    messaging_enabled = forms.BooleanField(
        label=_("Messaging enabled"),
        required=False,
        help_text=_("While off, buyers cannot start a thread with you, except about an open order."),
    )
    mail_buyer_messages = forms.BooleanField(label=_("Buyer messages"), required=False)
    buyer_messages_address = AddressField(
        label=_("Send buyer messages to"),
        max_length=254,
        required=False,
        help_text=_("Empty: the customer-service address. A new address is confirmed by a link first."),
    )
    mail_opt_out_notice = forms.BooleanField(
        label=_("Buyer opt-out"),
        required=False,
        help_text=_("A notice when a message was blocked because the buyer takes no unsolicited messages."),
    )
    mail_failures = forms.BooleanField(label=_("Delivery failures"), required=False)
    mail_reminders = forms.BooleanField(label=_("Reply reminders"), required=False)
    mail_digest = forms.BooleanField(
        label=_("Daily digest"),
        required=False,
        help_text=_(
            "One mail in the morning, at 8:00, on days when something waits, is unread or was stopped."
        ),
    )

    def __init__(self, *args: Any, now_sent_to: str, may_redirect: bool, **kwargs: Any) -> None:
        """`now_sent_to` is the address as it is stored, which everybody who comes here may keep."""
        super().__init__(*args, **kwargs)
        self._free = {"", now_sent_to}
        self._may_redirect = may_redirect

    def clean_buyer_messages_address(self) -> str:
        address = str(self.cleaned_data["buyer_messages_address"])
        if address not in self._free and not self._may_redirect:
            raise ValidationError(
                _("Only a member who may read messages and reply can have them sent to another address.")
            )
        return address


class BuyerNotificationsForm(forms.Form):
    """A buyer's mail (ACC-5)."""

    mail_messages = forms.BooleanField(
        label=_("New messages from sellers"),
        required=False,
        help_text=_("Critical messages about an open order always come by mail."),
    )
    mail_system = forms.BooleanField(
        label=_("Messages from the marketplace about your orders"), required=False
    )


class MemberForm(forms.Form):
    """What a member may do (ACC-3); the fields are those of `Permission`."""

    can_read = forms.BooleanField(label=_("Read messages and orders"), required=False)
    can_reply = forms.BooleanField(label=pgettext_lazy("what a member may do", "Reply"), required=False)
    can_organise = forms.BooleanField(label=_("Organise: folders, labels, assignment"), required=False)
    can_see_reports = forms.BooleanField(label=_("See reports"), required=False)
    can_manage_settings = forms.BooleanField(label=_("Manage settings"), required=False)

    def permissions(self) -> list[Permission]:
        """The ticked ones, of a valid form."""
        return [permission for permission in Permission if self.cleaned_data[permission.value]]


class ProfileForm(forms.Form):
    """Language and time zone of a person, and a buyer's display name (ACC-9, ACC-10)."""

    display_name = LineField(
        label=_("Display name"), max_length=60, help_text=_("This is all that sellers see of your name.")
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("As the browser says")), *settings.LANGUAGES],
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False, choices=_zone_choices)

    def __init__(self, *args: Any, is_buyer: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_buyer:
            del self.fields["display_name"]

    def clean_display_name(self) -> str:
        name = str(self.cleaned_data["display_name"])
        refuse(why_unfit(name))
        return name


def refuse(unfit: Unfit | None) -> None:
    """Raises ValidationError for a name that the other side may not see; None: nothing is wrong with it."""
    if unfit is Unfit.CONTACT:
        raise ValidationError(_("A name has no address, link or phone number in it."))
    if unfit is Unfit.MARKETPLACE:
        raise ValidationError(_("This name looks like the marketplace's own."))

"""What staff type: always a reason."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class WhyForm(forms.Form):
    """The reason that an audit record keeps."""

    reason = forms.CharField(
        label=_("Your reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
        help_text=_("It is kept with your name and the moment. Do not quote the message."),
    )

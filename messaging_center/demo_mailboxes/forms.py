"""What the demo's mail program may send."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.fields import LineField
from messaging_center.demo_mailboxes.letters import LetterFile

STRANGER = "stranger@elsewhere.example"  # to see what the relay says to somebody it does not know


class ReplyForm(forms.Form):
    """An answer to one mail."""

    sender = forms.ChoiceField(label=_("From"))
    text = forms.CharField(
        label=_("Text"), widget=forms.Textarea(attrs={"rows": 7}), strip=False, max_length=100_000
    )
    file = forms.FileField(label=_("File"), required=False, allow_empty_file=True)

    def __init__(self, *args: Any, addresses: list[str], **kwargs: Any) -> None:
        """`addresses` are those that the person may choose from."""
        super().__init__(*args, **kwargs)
        self.fields["sender"].choices = [  # type: ignore[attr-defined]
            *((address, address) for address in addresses),
            (STRANGER, _("%(address)s (somebody else)") % {"address": STRANGER}),
        ]

    def clean_file(self) -> UploadedFile[Any] | None:
        """What no mail could carry has arrived without its content."""
        file: UploadedFile[Any] | None = self.cleaned_data["file"]
        if file is not None and (file.size or 0) > settings.MAX_WIRE_BYTES:
            raise ValidationError(_("This file is too large for any mail."))
        return file

    def letter_file(self) -> LetterFile | None:
        """The attached file of a valid form."""
        file: UploadedFile[Any] | None = self.cleaned_data["file"]
        if file is None:
            return None
        return LetterFile(
            name=file.name or "file",
            type=file.content_type or "application/octet-stream",
            content=file.read(),
        )


class NewMailForm(ReplyForm):
    """A mail of one's own, to any address."""

    recipient = forms.EmailField(
        label=_("To"), help_text=_("An alias; another address shows what the door says.")
    )
    subject = LineField(label=_("Subject"), required=False, max_length=500)
    field_order = ("sender", "recipient", "subject", "text", "file")

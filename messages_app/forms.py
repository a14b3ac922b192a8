"""What a page may send. Forms check shape alone; whether a message may go is the gate's to say."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from messages_app.policy.reasons import Availability
from messages_app.services.submission import Submitted, SubmittedFile
from messages_app.wording import finding_sentence, reason_name, topic_name

ACCEPTED_FILES = ".txt,.pdf,.jpg,.jpeg,.gif,.png,.doc,.docx"  # ATT-2
TEXT_MOST = 20_000  # characters a page takes; a mail may be longer


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; an empty list when there is none."""

    def __init__(self, **kwargs: Any) -> None:
        widget = FilesInput(attrs={"accept": ACCEPTED_FILES, "multiple": True})
        super().__init__(widget=widget, required=False, allow_empty_file=True, max_length=1000, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(file, initial) for file in files]


class UploadsField(forms.Field):
    """The ids of files that were uploaded before and wait in the draft."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[uuid.UUID]:
        try:
            return [uuid.UUID(str(one)) for one in value or ()]
        except ValueError:
            raise ValidationError(_("The page named a file in a way that nobody can read.")) from None


def new_form_token() -> str:
    """What makes a double click one message (GATE-5)."""
    return uuid.uuid4().hex


class MessageForm(forms.Form):
    """A reply in a thread."""

    text = forms.CharField(
        label=_("Your message"),
        required=False,
        max_length=TEXT_MOST,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    token = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput, initial=new_form_token)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"] = FilesField(label=_("Files"))  # as a class attribute it would hide form.files
        self.fields["upload"] = UploadsField(required=False)
        self.known: Submitted | None = None  # what became of it, where it was sent before (GATE-5)
        self.uploaded: tuple[SubmittedFile, ...] = ()  # what `upload` names, once it was fetched

    def clean(self) -> dict[str, Any]:
        """Refuses what was more than the server keeps; below that the gate weighs the message (ATT-1)."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        files: list[UploadedFile[Any]] = data.get("files", [])
        size = sum(file.size or 0 for file in files)
        if size > settings.MAX_WIRE_BYTES:
            told = [{"name": file.name, "size": file.size} for file in files]
            limit = settings.MAX_MESSAGE_BYTES
            raise ValidationError(
                finding_sentence("too_large", {"size": size, "limit": limit, "files": told})
            )
        return data

    def submitted_files(self) -> tuple[SubmittedFile, ...]:
        """Those that wait in the draft, then those that came with the form, with their bytes. They are
        bounded: the request itself is (settings)."""
        files: list[UploadedFile[Any]] = self.cleaned_data["files"]
        came = tuple(SubmittedFile(name=file.name or "", content=file.read()) for file in files)
        return self.uploaded + came


class ReasonForm(MessageForm):
    """A seller's message that nobody asked for: it needs a contact reason (RSN-1)."""

    def __init__(self, *args: Any, reasons: Sequence[Availability], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reasons = reasons
        self.offered = frozenset(found.reason.name for found in reasons if found.offered)
        self.not_offered = len(reasons) - len(self.offered)
        # All of them: one that is not offered now gets its sentence from the gate, not a bare "invalid".
        choices = [(found.reason.name, reason_name(found.reason.name)) for found in reasons]
        self.fields["reason"] = forms.ChoiceField(label=_("Why are you writing?"), choices=choices)
        # Whether both are there and in their order is the gate's to say: it knows which reason asks for them.
        labels = {
            "covers_from": _("First day of the warranty"),
            "covers_until": _("Last day of the warranty"),
        }
        for name, label in labels.items():
            self.fields[name] = forms.DateField(label=label, required=False, input_formats=["%Y-%m-%d"])
        self.takes_dates = any(found.offered and found.reason.dates for found in reasons)


class TopicForm(MessageForm):
    """A buyer's question: they say what it is about (RSN-8)."""

    def __init__(self, *args: Any, topics: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(topic, topic_name(topic)) for topic in topics]
        self.fields["topic"] = forms.ChoiceField(label=_("What is it about?"), choices=choices)


def upload_limit_mb() -> int:
    """The size limit in words (ATT-1)."""
    return settings.MAX_MESSAGE_BYTES // (1024 * 1024)

"""From a page's form to the gate."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Pair
from accounts.queries.pairs import pairs_with_people
from accounts.roles import Role
from messages_app.forms import MessageForm
from messages_app.models import Message
from messages_app.policy.facts import Door, Side
from messages_app.queries.drafts import target_of
from messages_app.services.drafts import discard_draft
from messages_app.services.submission import Submission, Submitted
from messages_app.services.submit import submit_message, submitted_before
from messages_app.services.uploads import submitted_uploads
from messages_app.vault.values import token
from messages_app.views.upload_limit import may_bring, too_many_to_send_in_words
from messages_app.views.written import written_in


def is_ready(role: Role, form: MessageForm, **place: Any) -> bool:
    """Whether the form is whole: its fields, and the files of the draft that it names. They are fetched here.
    A form that was sent before is whole without them: they are gone with the draft (GATE-5)."""
    if not form.is_valid():
        return False
    form.known = submitted_before(_key(role, form, place))
    if form.known:
        return True
    files = submitted_uploads(target_of(role, **place), form.cleaned_data["upload"])
    brought = len(form.cleaned_data["files"]) + len(files or ())  # those that waited are judged anew
    if files is None:
        form.add_error(None, _("A file that waited here is gone. Attach it again, then send."))
    elif brought and not may_bring(role, brought):
        form.add_error(None, too_many_to_send_in_words())
    form.uploaded = files or ()
    return not form.errors


def send(role: Role, form: MessageForm, *, pair: Pair, subject: str = "", **place: Any) -> Submitted:
    """Submits a form that is ready as the role's person; what is out needs no draft any more (BOX-9). What
    was sent before is answered at once: its files need no second look (GATE-5)."""
    if form.known:
        return form.known
    written = written_in(form.cleaned_data)
    submission = Submission(
        key=_key(role, form, place),
        door=Door.WEB,
        author=Side(role.side),
        pair=pairs_with_people().get(pk=pair.pk),
        user_id=role.user.pk,
        thread_id=place.get("thread_id"),
        order_id=place.get("order_id"),
        reason=written.about,
        subject=subject,
        text=written.text,
        covers=written.covers,
        files=form.submitted_files(),
    )
    sent = submit_message(submission, now=timezone.now())
    if sent.state != Message.State.BLOCKED:
        discard_draft(target=target_of(role, **place))
    return sent


def _key(role: Role, form: MessageForm, place: Mapping[str, Any]) -> str:
    """Of the ticket and of what is said and where: the same ticket with other words is another message
    (GATE-5)."""
    data, written = form.cleaned_data, written_in(form.cleaned_data)
    files = [(file.name, _digest_of(file)) for file in data["files"]]
    uploads = sorted(map(str, data["upload"]))
    said = (sorted(place.items()), written.about, written.text, files, uploads, *written.days)
    return f"web:{role.user.pk}:{data['token']}:{token(repr(said), purpose='form').hex()}"


def _digest_of(file: UploadedFile[Any]) -> str:
    digest = sha256(file.read()).hexdigest()
    file.seek(0)
    return digest

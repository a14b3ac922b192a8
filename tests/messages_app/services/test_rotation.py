"""Rotation of the master key (PRV-1)."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from messages_app.models import SealingKey
from messages_app.policy.facts import Side
from messages_app.sealing.seal import SealBroken
from messages_app.vault.content import written_content
from messages_app.vault.keys import installation_key, open_key
from tests.factories import PairFactory
from tests.messages_app.services.gate import message_of, page, send

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.mark.rule("PRV-1")
def test_after_a_rotation_the_new_key_alone_opens_everything(settings: Any) -> None:
    message = message_of(send(page(PairFactory.create(), Side.BUYER, text="Is it oak?")))
    signing = installation_key("message_ids")
    content = bytes(message.content_sealed)
    old, new = settings.MASTER_KEYS[0], os.urandom(32)

    settings.MASTER_KEYS = (new, old)
    call_command("rotate_keys")
    settings.MASTER_KEYS = (new,)
    installation_key.cache_clear()

    row = SealingKey.objects.get(pk=message.thread.key_id)
    assert written_content(open_key(row), message).text == "Is it oak?"
    assert installation_key("message_ids") == signing
    message.refresh_from_db()
    assert bytes(message.content_sealed) == content


@pytest.mark.rule("PRV-1")
def test_before_a_rotation_both_keys_are_needed(settings: Any) -> None:
    message = message_of(send(page(PairFactory.create(), Side.BUYER)))

    settings.MASTER_KEYS = (os.urandom(32),)

    with pytest.raises(SealBroken):
        open_key(SealingKey.objects.get(pk=message.thread.key_id))


@pytest.mark.rule("PRV-1")
def test_a_key_that_nothing_opens_is_named_and_the_others_are_rotated(settings: Any) -> None:
    first, second = SealingKey.objects.order_by("id")[:2]
    SealingKey.objects.filter(pk=first.pk).update(wrapped=bytes(first.wrapped)[::-1])
    new = os.urandom(32)
    settings.MASTER_KEYS = (new, *settings.MASTER_KEYS)

    with pytest.raises(CommandError, match=str(first.pk)):
        call_command("rotate_keys")

    settings.MASTER_KEYS = (new,)
    assert len(open_key(SealingKey.objects.get(pk=second.pk))) == 32

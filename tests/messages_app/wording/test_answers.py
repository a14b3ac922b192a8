"""What a server's answer means, in our own words (MAIL-23, ACC-9)."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.utils import translation

from messages_app.wording import answer_in_words


@pytest.mark.rule("MAIL-23", "ACC-9")
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("550 5.1.1 Hannah Winter unknown", "550 5.1.1 – There is no such mailbox."),
        ("550 5.1.10 null MX", "550 5.1.10 – The mail server does not accept the address."),
        ("550 5.1.0", "550 5.1.0 – The mail server does not accept the address."),
        ("552 5.2.2 over quota", "552 5.2.2 – The mailbox is full."),
        ("452 4.2.2 over quota", "452 4.2.2 – The mailbox is full."),
        ("451 4.7.1 greylisted", "451 4.7.1 – The mail server asked to try again later."),
        ("450 4.1.1 Hannah?", "450 4.1.1 – The mail server asked to try again later."),
        ("550 5.7.26 DMARC", "550 5.7.26 – The mail server refused the mail by rules of its own."),
        ("550 5.9.9", "550 5.9.9 – The mail server refused the mail for good."),
        ("550 Hannah unknown", "550 – The mail server refused the mail for good."),
        ("450 Hannah is away", "450 – The mail server asked to try again later."),
        ("250 2.0.0 queued", "250 2.0.0 – The mail server took the mail."),
        ("5.2.1", "5.2.1 – The mailbox is switched off."),
        ("no answer in time", "The mail server did not answer in time."),
        ("no connection (gaierror)", "The mail server could not be reached."),
        ("not rendered (KeyError)", ""),
        ("Hannah Winter", ""),
        ("", ""),
    ],
)
def test_an_answer_in_our_own_words(answer: str, words: str) -> None:
    assert answer_in_words(answer) == words


@pytest.mark.rule("MAIL-23")
def test_it_is_said_in_each_language() -> None:
    said = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            said.add(answer_in_words("550 5.1.1"))
    assert len(said) == len(settings.LANGUAGES)

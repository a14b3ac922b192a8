"""The leak gate reads files where they can do no harm (MAIL-17, REL-4)."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from messages_app.mail.leak_gate import Leak, Protected
from messages_app.models import Delivery
from messages_app.policy.facts import Side
from messages_app.relay import render
from messages_app.relay.send import hang_up, send_due
from messages_app.services import leaks
from messages_app.services.leaks import Searcher
from messages_app.services.submission import SubmittedFile
from tests.messages_app.mail.documents import pdf
from tests.messages_app.relay.mail_world import pair_of_two, say

PROTECTED = Protected(frozenset({"alice@example.org"}))
UNREADABLE = (Leak("unreadable", "file"),)


def mail(words: str) -> bytes:
    head = 'Content-Type: text/plain\r\nContent-Disposition: attachment; filename="a.txt"'
    return f"Subject: a file\r\n{head}\r\n\r\n{words}\r\n".encode()


@pytest.fixture
def searcher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Searcher]:
    """Its child misbehaves on the words HANG, DIE, GROW and LIE."""
    start = subprocess.Popen

    def popen(words: list[str], **options: Any) -> subprocess.Popen[bytes]:
        honest, bad = "messages_app.services.leak_child", "tests.messages_app.services.bad_leak_child"
        return start([word.replace(honest, bad) for word in words], **options)

    monkeypatch.setattr(leaks, "SEARCH_SECONDS", 2)
    monkeypatch.setattr(subprocess, "Popen", popen)
    own = Searcher()
    yield own
    own.close()
    hang_up()


@pytest.mark.rule("MAIL-17", "REL-4")
@pytest.mark.parametrize("poison", ["HANG", "DIE", "GROW", "LIE"])
def test_what_cannot_be_searched_within_bounds_is_a_leak(searcher: Searcher, poison: str) -> None:
    words = {"a word": (), poison: UNREADABLE, "alice@example.org": (Leak("address", "attachment a.txt"),)}
    found = {text: searcher.find_leaks(mail(text), PROTECTED, frozenset()) for text in words}
    assert {text: [leak.kind for leak in leaks] for text, leaks in found.items()} == {
        text: [leak.kind for leak in leaks] for text, leaks in words.items()
    }


@pytest.mark.rule("MAIL-17")
def test_what_is_exempt_in_files_passes() -> None:
    own = Searcher()
    raw = mail("alice@example.org")
    assert own.find_leaks(raw, PROTECTED, frozenset({"alice@example.org"})) == ()
    own.close()


@pytest.mark.rule("REL-4", "MAIL-17")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("poison", ["HANG", "DIE", "GROW"])
def test_a_mail_with_a_poisonous_file_is_held_and_the_next_one_leaves(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch, poison: str
) -> None:
    monkeypatch.setattr(render, "SEARCHER", searcher)
    pair = pair_of_two()
    for text in (f"{poison} now.", "Well."):
        say(pair, Side.BUYER, text, files=(SubmittedFile(name="a.pdf", content=pdf("a word")),))
    assert send_due() == 2
    assert send_due() == 0
    assert list(Delivery.objects.order_by("id").values_list("state", "begun")) == [("held", 0), ("sent", 0)]


@pytest.mark.rule("REL-4")
def test_who_stops_the_service_does_not_stop_a_search_that_is_under_way() -> None:
    """A service manager signals every process of a service; the worker ends its child itself."""
    own = Searcher()
    assert own.find_leaks(mail("a word"), PROTECTED, frozenset()) == ()
    child = own._child._process
    assert child is not None
    child.send_signal(signal.SIGTERM)
    assert own.find_leaks(mail("a word"), PROTECTED, frozenset()) == ()
    assert own._child._process is child
    own.close()

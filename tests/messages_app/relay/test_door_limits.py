"""Who may come in at the mail door, and how fast (MAIL-2, SEC-4)."""

from __future__ import annotations

import pytest

from messages_app.relay.door import (
    MAILS_PER_MINUTE_OF_CLIENT,
    MAX_CONNECTIONS,
    MAX_CONNECTIONS_OF_CLIENT,
    Binding,
    Limits,
)

STRANGER, OTHER = "203.0.113.7", "203.0.113.8"


@pytest.mark.rule("MAIL-2", "SEC-4")
def test_a_client_has_so_many_connections_at_once() -> None:
    limits = Limits()
    entered = [limits.enter(STRANGER) for _ in range(MAX_CONNECTIONS_OF_CLIENT + 1)]
    assert entered == [True] * MAX_CONNECTIONS_OF_CLIENT + [False]
    assert limits.enter(OTHER)
    for _ in range(2):
        limits.leave(STRANGER)
    assert limits.enter(STRANGER)


@pytest.mark.rule("MAIL-2")
@pytest.mark.parametrize("client", ["127.0.0.1", "::1", ""])
def test_an_mta_of_this_machine_is_bound_by_the_total_alone(client: str) -> None:
    limits = Limits()
    entered = [limits.enter(client) for _ in range(MAX_CONNECTIONS + 1)]
    assert entered == [True] * MAX_CONNECTIONS + [False]


@pytest.mark.rule("MAIL-2", "SEC-4")
def test_a_client_sends_so_many_mails_a_minute() -> None:
    limits = Limits()
    sent = [limits.may_send(STRANGER, minute=1) for _ in range(MAILS_PER_MINUTE_OF_CLIENT + 1)]
    assert sent == [True] * MAILS_PER_MINUTE_OF_CLIENT + [False]
    assert limits.may_send(OTHER, minute=1)
    assert limits.may_send("127.0.0.1", minute=1)
    assert limits.may_send(STRANGER, minute=2)


@pytest.mark.rule("MAIL-10")
@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("", False),
        ("192.168.1.4", False),
        ("mail.example", False),
    ],
)
def test_what_counts_as_loopback(host: str, loopback: bool) -> None:
    assert Binding(host=host, port=25).on_loopback is loopback

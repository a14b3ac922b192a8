"""Reading the DATA of a mail: where it ends, how long it may take (MAIL-2, MAIL-6)."""

from __future__ import annotations

import asyncio

import pytest

from messages_app.relay.data_reader import NotRead, Pace, read_data

PATIENT = Pace()


def read(*blocks: bytes, limit: int = 1000, pace: Pace = PATIENT, eof: bool = False) -> bytes | NotRead:
    """What is read of these blocks."""

    async def scenario() -> bytes | NotRead:
        reader = asyncio.StreamReader()
        reading = asyncio.create_task(read_data(reader, limit, pace))
        for block in blocks:
            reader.feed_data(block)
            await asyncio.sleep(0)
        if eof:
            reader.feed_eof()
        return await reading

    return asyncio.run(scenario())


@pytest.mark.rule("MAIL-2", "MAIL-6")
@pytest.mark.parametrize(
    ("seconds", "received", "kept"),
    [
        (0, 0, True),
        (300, 0, True),  # the first five minutes have no rate
        (301, 300, False),
        (301, 301, True),
        (3599.9, 3600, True),
        (3600, 10**9, False),
    ],
)
def test_a_slow_mail_has_an_hour_and_a_least_rate(seconds: float, received: int, kept: bool) -> None:
    assert PATIENT.kept(seconds, received) is kept


@pytest.mark.rule("MAIL-2")
@pytest.mark.parametrize(("seconds", "left"), [(0, 300), (3300, 300), (3301, 299), (3600, 0)])
def test_a_silence_ends_after_five_minutes_or_with_the_hour(seconds: float, left: float) -> None:
    assert PATIENT.left(seconds) == left


@pytest.mark.rule("MAIL-2", "MAIL-6")
@pytest.mark.parametrize(
    "pace",
    [
        Pace(silence_seconds=0.01),
        Pace(total_seconds=0.01),
        Pace(silence_seconds=0),
        Pace(total_seconds=0),
    ],
)
def test_a_mail_that_never_ends_is_given_up(pace: Pace) -> None:
    assert read(b"Subject: a\r\n", pace=pace) is NotRead.TOO_SLOW


@pytest.mark.rule("MAIL-2")
@pytest.mark.parametrize(("limit", "taken"), [(7, True), (6, False)])
def test_a_mail_in_small_blocks_is_whole_or_too_long(limit: int, taken: bool) -> None:
    blocks = [bytes([byte]) for byte in b"one\r\n..\r\n.\r\n"]
    assert read(*blocks, limit=limit + 1) == (b"one\r\n.\r\n" if taken else NotRead.TOO_LONG)


@pytest.mark.rule("MAIL-2")
def test_far_too_long_is_read_to_its_end() -> None:
    assert read(*[b"x" * 100] * 100, b"\r\n.\r\n", limit=10) is NotRead.TOO_LONG


@pytest.mark.rule("MAIL-2")
def test_who_goes_away_within_a_mail_has_sent_none() -> None:
    with pytest.raises(ConnectionResetError):
        read(b"Subject: a\r\n", eof=True)

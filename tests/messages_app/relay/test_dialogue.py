"""What the mail door says to clients that are slow, lost, silent or hostile (MAIL-2, PRV-5)."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings

from messages_app.relay import dialogue
from messages_app.relay.data_reader import Pace
from messages_app.relay.dialogue import new_dialogue
from messages_app.relay.door import Binding, Door
from messages_app.relay.intake import Recipient, Refusal
from tests.certificates import certificate

SECRET = "hannah.winter"
START = (
    b"EHLO shop.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<postmaster@%b>\r\n"
    % settings.RELAY_DOMAIN.encode()
)


class Client:
    """A raw connection to a door of this process."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def answers(self, count: int) -> list[str]:
        """The next answers, several lines of one joined."""
        found: list[str] = []
        while len(found) < count:
            line = (await self.reader.readline()).decode()
            while line[3:4] == "-":
                line += (await self.reader.readline()).decode()
                line = line[:3] + " " + line[4:] if line.splitlines()[-1][3:4] == " " else line
            found.append(line.strip())
        return found

    async def say(self, line: bytes) -> str:
        self.writer.write(line + b"\r\n")
        return (await self.answers(1))[0]

    async def rest(self) -> str:
        """All that comes until the door hangs up."""
        return (await self.reader.read()).decode()


class MemoryDoor(Door):
    """A door whose mails stay in memory."""

    def __init__(self, binding: Binding) -> None:
        super().__init__(binding)
        self.taken: list[bytes] = []

    async def resolve(self, address: str) -> Recipient | Refusal:
        return Recipient(role="postmaster") if address.startswith("postmaster") else Refusal.UNKNOWN

    async def accept(self, raw: bytes, sender: str, recipients: tuple[Recipient, ...]) -> bool:
        for _ in range(1000):  # storing takes a while: what comes on the wire meanwhile is heard first
            await asyncio.sleep(0)
        self.taken.append(raw)
        return True


Scenario = Callable[[Client, MemoryDoor], Awaitable[None]]


def talk(scenario: Scenario, tls: ssl.SSLContext | None = None) -> None:
    """Runs a scenario with a greeted client at a new door."""

    async def run() -> None:
        door = MemoryDoor(Binding(host="127.0.0.1", port=0, tls=tls))
        server = await asyncio.get_running_loop().create_server(partial(new_dialogue, door), "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        client = Client(*await asyncio.open_connection(host, port))
        try:
            await client.answers(1)
            async with asyncio.timeout(60):
                await scenario(client, door)
        finally:
            client.writer.close()
            server.close()
            await door.close()

    asyncio.run(run())


@pytest.mark.rule("MAIL-2", "MAIL-6")
def test_a_mail_slower_than_the_idle_time_gets_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogue, "IDLE_SECONDS", 1)
    monkeypatch.setattr(dialogue, "PACE", Pace(silence_seconds=20))

    async def scenario(client: Client, door: MemoryDoor) -> None:
        client.writer.write(START + b"DATA\r\n")
        assert (await client.answers(4))[-1][:3] == "354"
        client.writer.write(b"Subject: slow\r\n")
        with pytest.raises(TimeoutError):  # the door says nothing, and hears on
            await asyncio.wait_for(client.reader.read(1), 1.5)
        assert (await client.say(b"\r\nlate\r\n."))[:3] == "250"
        assert await client.say(b"NOOP") == "250 OK"
        assert len(door.taken) == 1
        assert await client.rest() == f"{dialogue.IDLE}\r\n"  # the timer of commands runs again

    talk(scenario)


@pytest.mark.rule("MAIL-2", "MAIL-6")
def test_a_mail_that_is_too_slow_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogue, "PACE", Pace(silence_seconds=0.05))

    async def scenario(client: Client, door: MemoryDoor) -> None:
        client.writer.write(START + b"DATA\r\nSubject: slow\r\n")
        await client.answers(4)
        assert await client.rest() == f"{dialogue.TOO_SLOW}\r\n"
        assert door.taken == []

    talk(scenario)


@pytest.mark.rule("MAIL-2")
def test_the_silent_are_told_that_the_door_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogue, "IDLE_SECONDS", 0.05)

    async def scenario(client: Client, door: MemoryDoor) -> None:
        assert await client.rest() == f"{dialogue.IDLE}\r\n"

    talk(scenario)


@pytest.mark.rule("PRV-5", "MAIL-2")
@pytest.mark.parametrize(
    "lines",
    [
        [f"{SECRET} lives here".encode()] * 5,
        [b"EHLO x", f"VRFY <{SECRET}".encode(), f"EXPN {SECRET}".encode(), f"HELP {SECRET}".encode()],
        [b"EHLO x", f"AUTH {SECRET}".encode(), f"AUTH PLAIN {SECRET}".encode()],
        [f"EHLO {SECRET}".encode(), f"HELO {SECRET}".encode(), f"NOOP {SECRET}".encode()],
        [b"EHLO x", f"MAIL FROM:<{SECRET}\0@x.example>".encode(), f"MAIL {SECRET}".encode()],
        [b"EHLO x", f"MAIL FROM:<a@b.example> {SECRET}=1".encode(), f"MAIL FROM:<{SECRET}".encode()],
        [b"EHLO x", b"MAIL FROM:<>", f"RCPT TO:<{SECRET}@x.example>".encode(), f"RCPT {SECRET}".encode()],
        [b"EHLO x", b"MAIL FROM:<>", f"RCPT TO:<a@b.example> {SECRET}=1".encode(), f"QUIT {SECRET}".encode()],
        [f"RSET {SECRET}".encode(), f"STARTTLS {SECRET}".encode(), f"DATA {SECRET}".encode()],
        [f"{SECRET}\xff".encode("latin-1"), f"NOOP {SECRET}\xff".encode("latin-1")],
        [SECRET.encode() * 1000, SECRET.encode() * 10_000],
    ],
)
def test_no_word_of_a_client_comes_back_or_is_logged(
    lines: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(client: Client, door: MemoryDoor) -> None:
        for line in lines:
            answer = await client.say(line)
            assert answer[:1] in "245"
            assert SECRET.upper() not in answer.upper()

    talk(scenario)
    assert SECRET.upper() not in caplog.text.upper()


@pytest.mark.rule("PRV-5", "MAIL-2")
def test_a_body_said_as_commands_is_heard_five_lines_long(caplog: pytest.LogCaptureFixture) -> None:
    """A client that sends its mail although the recipient was refused."""

    async def scenario(client: Client, door: MemoryDoor) -> None:
        answers = [await client.say(b"%d.hannah.winter is ill" % line) for line in range(5)]
        assert answers[:4] == [dialogue.UNKNOWN_COMMAND] * 4
        assert answers[4].startswith("502 5.5.1")
        assert await client.rest() == ""

    talk(scenario)
    assert caplog.text == ""


@pytest.mark.rule("MAIL-2")
def test_a_client_that_says_no_more_still_gets_its_answers() -> None:
    async def scenario(client: Client, door: MemoryDoor) -> None:
        client.writer.write(START + b"DATA\r\nSubject: a\r\n\r\nb\r\n.\r\nNOOP\r\nhalf a comm")
        client.writer.write_eof()
        codes = [line[:3] for line in (await client.rest()).splitlines() if line[3:4] == " "]
        assert codes == ["250", "250", "250", "354", "250", "250"]
        assert door.taken == [b"Subject: a\r\n\r\nb\r\n"]

    talk(scenario)


@pytest.mark.rule("MAIL-2", "MAIL-3")
def test_half_a_mail_is_none(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(client: Client, door: MemoryDoor) -> None:
        client.writer.write(START + b"DATA\r\nSubject: a\r\n\r\nb\r\n")
        client.writer.write_eof()
        assert (await client.rest()).splitlines()[-1][:3] == "354"
        assert door.taken == []

    talk(scenario)
    assert caplog.text == ""


@pytest.fixture
def tls(tmp_path: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate(tmp_path))
    return context


@pytest.mark.rule("MAIL-1", "MAIL-2")
def test_within_tls_there_is_no_second_tls(
    tls: ssl.SSLContext, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(client: Client, door: MemoryDoor) -> None:
        assert (await client.say(b"STARTTLS"))[:3] == "220"
        trusting = ssl.create_default_context(cafile=str(tmp_path / "door.pem"))
        await client.writer.start_tls(trusting, server_hostname="127.0.0.1")
        assert "STARTTLS" not in await client.say(b"EHLO shop.example")
        assert (await client.say(b"STARTTLS"))[:3] == "503"
        assert (await client.say(b"NOOP"))[:3] == "250"

    talk(scenario, tls)
    assert caplog.text == ""


@pytest.mark.rule("MAIL-2", "PRV-5")
def test_a_failed_handshake_is_one_line_without_a_stack(
    tls: ssl.SSLContext, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="messages_app")

    async def scenario(client: Client, door: MemoryDoor) -> None:
        await client.say(b"STARTTLS")
        client.writer.write(b"NOOP " + SECRET.encode() + b"\r\n")
        await client.reader.read()

    talk(scenario, tls)
    [line] = caplog.records
    assert (line.levelname, line.exc_info) == ("INFO", None)
    assert SECRET not in caplog.text
